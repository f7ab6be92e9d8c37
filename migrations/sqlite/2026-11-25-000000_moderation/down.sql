DROP INDEX replays_by_comment;
DROP TABLE secrets;
DROP TABLE blocked_origins;
DROP TABLE queue_counts;
DROP TABLE bans;
DROP TABLE rules;
DROP TABLE reporters;
DROP TABLE reports;
DROP TABLE revisions;
DROP TABLE decisions;
DROP TABLE api_tokens;
DROP TABLE sessions;
DROP TABLE recovery_codes;
DROP TABLE staff_sites;
DROP TABLE staff;
DROP INDEX threads_by_site;
DROP INDEX authors_by_staff;
ALTER TABLE authors DROP COLUMN staff_id;
ALTER TABLE threads DROP COLUMN stays_open;
ALTER TABLE threads DROP COLUMN pinned_comment_id;
ALTER TABLE threads DROP COLUMN slow_mode_seconds;
ALTER TABLE threads DROP COLUMN moderation;
ALTER TABLE sites DROP COLUMN rules_version;
ALTER TABLE sites DROP COLUMN close_after_days;
ALTER TABLE sites DROP COLUMN report_threshold;
ALTER TABLE sites DROP COLUMN max_links;
ALTER TABLE sites DROP COLUMN hold_first_comment;
ALTER TABLE sites DROP COLUMN guidelines;

-- What was rejected or spam waits for a moderator again: the version before knows neither.
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
    status INTEGER NOT NULL CHECK (status IN (0, 1, 2)),
    listing INTEGER NOT NULL CHECK (listing IN (0, 1, 2)),
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    up_count INTEGER NOT NULL CHECK (up_count >= 0),
    down_count INTEGER NOT NULL CHECK (down_count >= 0),
    rank INTEGER NOT NULL,
    reply_count INTEGER NOT NULL CHECK (reply_count >= 0),
    listed_reply_count INTEGER NOT NULL CHECK (listed_reply_count >= 0),
    descendant_count INTEGER NOT NULL CHECK (descendant_count >= 0)
) STRICT;

INSERT INTO comments_anew (
    id, site_id, thread_id, parent_id, root_id, depth, author_id, author_name, author_email, page_url, page_title,
    body, body_html, status, listing, created_at, edited_at, up_count, down_count, rank, reply_count,
    listed_reply_count, descendant_count
) SELECT
    id, site_id, thread_id, parent_id, root_id, depth, author_id, author_name, author_email, page_url, page_title,
    body, body_html, CASE WHEN status > 2 THEN 0 ELSE status END, listing, created_at, edited_at, up_count, down_count, rank, reply_count,
    listed_reply_count, descendant_count
FROM comments;

DROP TABLE comments;

ALTER TABLE comments_anew RENAME TO comments;

CREATE INDEX comments_by_listing ON comments (thread_id, listing, id);
CREATE INDEX comments_by_rank ON comments (thread_id, listing, rank, id);
CREATE INDEX comments_by_root ON comments (root_id, listing, id);
CREATE INDEX comments_by_site ON comments (site_id, status, id, thread_id, author_id);
CREATE INDEX comments_by_author ON comments (author_id, thread_id, id);

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
