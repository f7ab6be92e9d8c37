ALTER TABLE comments DROP CONSTRAINT comments_status_check;
ALTER TABLE comments ADD CONSTRAINT comments_status_check CHECK (status IN (0, 1, 2, 3, 4));
ALTER TABLE comments ADD COLUMN author_kind SMALLINT NOT NULL DEFAULT 0 CHECK (author_kind IN (0, 1));
ALTER TABLE comments ADD COLUMN network BYTEA;
ALTER TABLE comments ADD COLUMN holds TEXT;
ALTER TABLE comments ADD COLUMN report_count INTEGER NOT NULL DEFAULT 0 CHECK (report_count >= 0);
ALTER TABLE comments ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE comments ADD COLUMN erase_at BIGINT;

DROP INDEX comments_by_author;
CREATE INDEX comments_by_author ON comments (author_id, thread_id, id, status);
CREATE INDEX comments_by_network ON comments (site_id, network, id) WHERE network IS NOT NULL;
CREATE INDEX comments_by_hold ON comments (site_id, id) WHERE holds IS NOT NULL;
CREATE INDEX comments_by_report ON comments (site_id, id) WHERE report_count > 0;
CREATE INDEX comments_by_erasure ON comments (erase_at) WHERE erase_at IS NOT NULL;

ALTER TABLE sites ADD COLUMN guidelines TEXT;
ALTER TABLE sites ADD COLUMN hold_first_comment BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE sites ADD COLUMN max_links INTEGER;
ALTER TABLE sites ADD COLUMN report_threshold INTEGER NOT NULL DEFAULT 3;
ALTER TABLE sites ADD COLUMN close_after_days INTEGER;
ALTER TABLE sites ADD COLUMN rules_version BIGINT NOT NULL DEFAULT 0;

ALTER TABLE threads ADD COLUMN moderation TEXT CHECK (moderation IN ('post', 'pre'));
ALTER TABLE threads ADD COLUMN slow_mode_seconds INTEGER;
ALTER TABLE threads ADD COLUMN pinned_comment_id BIGINT;
ALTER TABLE threads ADD COLUMN stays_open BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE authors ADD COLUMN staff_id BIGINT;
CREATE UNIQUE INDEX authors_by_staff ON authors (site_id, staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE staff (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    name_skeleton TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'moderator', 'viewer')),
    is_bound BOOLEAN NOT NULL,
    is_disabled BOOLEAN NOT NULL,
    password_hash TEXT,
    totp_secret BYTEA,
    totp_candidate BYTEA,
    totp_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE staff_sites (
    staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    site_id BIGINT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    PRIMARY KEY (staff_id, site_id)
);

CREATE TABLE recovery_codes (
    staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
);

CREATE TABLE sessions (
    id BIGINT PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL UNIQUE,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);

CREATE INDEX sessions_by_staff ON sessions (staff_id, id);
CREATE INDEX sessions_by_use ON sessions (used_at);

CREATE TABLE api_tokens (
    id BIGINT PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    site_id BIGINT REFERENCES sites (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX api_tokens_by_staff ON api_tokens (staff_id, id);

CREATE TABLE decisions (
    id BIGINT PRIMARY KEY,
    site_id BIGINT,
    staff_id BIGINT,
    staff_name TEXT,
    action TEXT NOT NULL,
    comment_id BIGINT,
    comment_version INTEGER,
    from_status SMALLINT,
    to_status SMALLINT,
    subject TEXT,
    reason TEXT,
    note TEXT,
    undoes_id BIGINT UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE INDEX decisions_by_site ON decisions (site_id, id, action);
CREATE INDEX decisions_by_comment ON decisions (comment_id, id) WHERE comment_id IS NOT NULL;
CREATE INDEX decisions_by_staff ON decisions (staff_id, id);

CREATE FUNCTION refuse_change_of_decisions() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log of decisions is append-only'; END; $$;
CREATE TRIGGER decisions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_decisions();

CREATE TABLE revisions (
    id BIGINT PRIMARY KEY,
    site_id BIGINT NOT NULL,
    comment_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('edited', 'censored')),
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX revisions_by_comment ON revisions (comment_id, id);

CREATE TABLE reports (
    comment_id BIGINT NOT NULL,
    reporter BYTEA NOT NULL,
    site_id BIGINT NOT NULL,
    network BYTEA NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('spam', 'abuse', 'off_topic', 'illegal', 'other')),
    detail TEXT,
    weight INTEGER NOT NULL,
    outcome SMALLINT NOT NULL CHECK (outcome IN (0, 1, 2)),
    decision_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (comment_id, reporter)
);

CREATE INDEX reports_by_site ON reports (site_id, created_at);

CREATE TABLE reporters (
    site_id BIGINT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    reporter BYTEA NOT NULL,
    upheld_count INTEGER NOT NULL CHECK (upheld_count >= 0),
    dismissed_count INTEGER NOT NULL CHECK (dismissed_count >= 0),
    PRIMARY KEY (site_id, reporter)
);

CREATE TABLE rules (
    id BIGINT PRIMARY KEY,
    site_id BIGINT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('word', 'wildcard', 'regex')),
    pattern TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('hold', 'reject', 'censor')),
    note TEXT,
    is_enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX rules_by_site ON rules (site_id, id);

CREATE TABLE bans (
    id BIGINT PRIMARY KEY,
    site_id BIGINT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    author_id BIGINT,
    network BYTEA,
    author_name TEXT,
    reason TEXT,
    staff_id BIGINT,
    staff_name TEXT,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    CHECK ((author_id IS NULL) <> (network IS NULL))
);

CREATE UNIQUE INDEX bans_by_author ON bans (site_id, author_id) WHERE author_id IS NOT NULL;
CREATE UNIQUE INDEX bans_by_network ON bans (site_id, network) WHERE network IS NOT NULL;
CREATE INDEX bans_by_site ON bans (site_id, id);

CREATE TABLE queue_counts (
    site_id BIGINT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    queue SMALLINT NOT NULL CHECK (queue IN (0, 3, 4, 5)),
    shard SMALLINT NOT NULL CHECK (shard BETWEEN 0 AND 15),
    comment_count INTEGER NOT NULL,
    PRIMARY KEY (site_id, queue, shard)
);

INSERT INTO queue_counts (site_id, queue, shard, comment_count)
SELECT site_id, 0, id % 16, count(*) FROM comments WHERE status = 0 GROUP BY site_id, id % 16;

CREATE TABLE blocked_origins (
    site_id BIGINT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    request_count INTEGER NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, day, origin)
);

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE INDEX threads_by_id ON threads (id);

CREATE INDEX replays_by_comment ON replays (comment_id);
