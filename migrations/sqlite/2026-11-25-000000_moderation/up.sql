-- SQLite can't change a CHECK in place, so the table is made anew. Votes refer to it and step aside meanwhile.
CREATE TABLE votes_kept AS SELECT * FROM votes;

DROP TABLE votes;

CREATE TABLE comments_anew (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL REFERENCES threads (id),
    parent_id INTEGER,
    root_id INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    author_name TEXT NOT NULL,
    author_email TEXT,
    page_url TEXT,
    page_title TEXT,
    body TEXT NOT NULL,
    body_html TEXT NOT NULL,
    status INTEGER NOT NULL CHECK (status IN (0, 1, 2, 3, 4)),
    listing INTEGER NOT NULL CHECK (listing IN (0, 1, 2)),
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    up_count INTEGER NOT NULL CHECK (up_count >= 0),
    down_count INTEGER NOT NULL CHECK (down_count >= 0),
    rank INTEGER NOT NULL,
    reply_count INTEGER NOT NULL CHECK (reply_count >= 0),
    listed_reply_count INTEGER NOT NULL CHECK (listed_reply_count >= 0),
    descendant_count INTEGER NOT NULL CHECK (descendant_count >= 0),
    author_kind INTEGER NOT NULL DEFAULT 0 CHECK (author_kind IN (0, 1)),
    network BLOB,
    holds TEXT,
    report_count INTEGER NOT NULL DEFAULT 0 CHECK (report_count >= 0),
    version INTEGER NOT NULL DEFAULT 1,
    erase_at INTEGER
) STRICT;

INSERT INTO comments_anew (
    id, site_id, thread_id, parent_id, root_id, depth, author_id, author_name, author_email, page_url, page_title,
    body, body_html, status, listing, created_at, edited_at, up_count, down_count, rank, reply_count,
    listed_reply_count, descendant_count
) SELECT
    id, site_id, thread_id, parent_id, root_id, depth, author_id, author_name, author_email, page_url, page_title,
    body, body_html, status, listing, created_at, edited_at, up_count, down_count, rank, reply_count,
    listed_reply_count, descendant_count
FROM comments;

DROP TABLE comments;

ALTER TABLE comments_anew RENAME TO comments;

CREATE INDEX comments_by_listing ON comments (thread_id, listing, id);
CREATE INDEX comments_by_rank ON comments (thread_id, listing, rank, id);
CREATE INDEX comments_by_root ON comments (root_id, listing, id);
CREATE INDEX comments_by_site ON comments (site_id, status, id, thread_id, author_id);
CREATE INDEX comments_by_author ON comments (author_id, thread_id, id, status);
CREATE INDEX comments_by_network ON comments (site_id, network, id) WHERE network IS NOT NULL;
CREATE INDEX comments_by_hold ON comments (site_id, id) WHERE holds IS NOT NULL;
CREATE INDEX comments_by_report ON comments (site_id, id) WHERE report_count > 0;
CREATE INDEX comments_by_erasure ON comments (erase_at) WHERE erase_at IS NOT NULL;

CREATE TABLE votes (
    site_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    comment_id INTEGER NOT NULL REFERENCES comments (id),
    value INTEGER NOT NULL CHECK (value IN (-1, 1)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (thread_id, author_id, comment_id)
) STRICT, WITHOUT ROWID;

INSERT INTO votes SELECT * FROM votes_kept;

DROP TABLE votes_kept;

ALTER TABLE sites ADD COLUMN guidelines TEXT;
ALTER TABLE sites ADD COLUMN hold_first_comment INTEGER NOT NULL DEFAULT 0 CHECK (hold_first_comment IN (0, 1));
ALTER TABLE sites ADD COLUMN max_links INTEGER;
ALTER TABLE sites ADD COLUMN report_threshold INTEGER NOT NULL DEFAULT 3;
ALTER TABLE sites ADD COLUMN close_after_days INTEGER;
ALTER TABLE sites ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 0;

ALTER TABLE threads ADD COLUMN moderation TEXT CHECK (moderation IN ('post', 'pre'));
ALTER TABLE threads ADD COLUMN slow_mode_seconds INTEGER;
ALTER TABLE threads ADD COLUMN pinned_comment_id INTEGER;
ALTER TABLE threads ADD COLUMN stays_open INTEGER NOT NULL DEFAULT 0 CHECK (stays_open IN (0, 1));

ALTER TABLE authors ADD COLUMN staff_id INTEGER;
CREATE UNIQUE INDEX authors_by_staff ON authors (site_id, staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_skeleton TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'moderator', 'viewer')),
    is_bound INTEGER NOT NULL CHECK (is_bound IN (0, 1)),
    is_disabled INTEGER NOT NULL CHECK (is_disabled IN (0, 1)),
    password_hash TEXT,
    totp_secret BLOB,
    totp_candidate BLOB,
    totp_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE staff_sites (
    staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    PRIMARY KEY (staff_id, site_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY,
    staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    site_id INTEGER REFERENCES sites (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

CREATE INDEX api_tokens_by_staff ON api_tokens (staff_id, id);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    staff_id INTEGER NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    user_agent TEXT NOT NULL,
    -- The API token by which it began, and with which it ends.
    token_id INTEGER REFERENCES api_tokens (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_staff ON sessions (staff_id, id);
CREATE INDEX sessions_by_use ON sessions (used_at);
CREATE INDEX sessions_by_token ON sessions (token_id) WHERE token_id IS NOT NULL;

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    site_id INTEGER,
    staff_id INTEGER,
    staff_name TEXT,
    action TEXT NOT NULL,
    comment_id INTEGER,
    comment_version INTEGER,
    from_status INTEGER,
    to_status INTEGER,
    subject TEXT,
    reason TEXT,
    note TEXT,
    undoes_id INTEGER UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX decisions_by_site ON decisions (site_id, id, action);
CREATE INDEX decisions_by_comment ON decisions (comment_id, id) WHERE comment_id IS NOT NULL;
CREATE INDEX decisions_by_staff ON decisions (staff_id, id);

CREATE TRIGGER decisions_are_not_updated BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END;
CREATE TRIGGER decisions_are_not_deleted BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END;

CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL,
    comment_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('edited', 'censored')),
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX revisions_by_comment ON revisions (comment_id, id);

CREATE TABLE reports (
    comment_id INTEGER NOT NULL,
    reporter BLOB NOT NULL,
    site_id INTEGER NOT NULL,
    network BLOB NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('spam', 'abuse', 'off_topic', 'illegal', 'other')),
    detail TEXT,
    weight INTEGER NOT NULL,
    outcome INTEGER NOT NULL CHECK (outcome IN (0, 1, 2)),
    decision_id INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (comment_id, reporter)
) STRICT, WITHOUT ROWID;

CREATE INDEX reports_by_site ON reports (site_id, created_at);

CREATE TABLE reporters (
    site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    reporter BLOB NOT NULL,
    upheld_count INTEGER NOT NULL CHECK (upheld_count >= 0),
    dismissed_count INTEGER NOT NULL CHECK (dismissed_count >= 0),
    PRIMARY KEY (site_id, reporter)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('word', 'wildcard', 'regex')),
    pattern TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('hold', 'reject', 'censor')),
    note TEXT,
    is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX rules_by_site ON rules (site_id, id);

CREATE TABLE bans (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    author_id INTEGER,
    network BLOB,
    author_name TEXT,
    reason TEXT,
    staff_id INTEGER,
    staff_name TEXT,
    created_at INTEGER NOT NULL,
    ends_at INTEGER,
    CHECK ((author_id IS NULL) <> (network IS NULL))
) STRICT;

CREATE UNIQUE INDEX bans_by_author ON bans (site_id, author_id) WHERE author_id IS NOT NULL;
CREATE UNIQUE INDEX bans_by_network ON bans (site_id, network) WHERE network IS NOT NULL;
CREATE INDEX bans_by_site ON bans (site_id, id);

CREATE TABLE queue_counts (
    site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    queue INTEGER NOT NULL CHECK (queue IN (0, 3, 4, 5)),
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 15),
    comment_count INTEGER NOT NULL,
    PRIMARY KEY (site_id, queue, shard)
) STRICT, WITHOUT ROWID;

INSERT INTO queue_counts (site_id, queue, shard, comment_count)
SELECT site_id, 0, id % 16, count(*) FROM comments WHERE status = 0 GROUP BY site_id, id % 16;

CREATE TABLE blocked_origins (
    site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    origin TEXT NOT NULL,
    request_count INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, day, origin)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE INDEX threads_by_site ON threads (site_id, id);

CREATE INDEX replays_by_comment ON replays (comment_id);
