CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    origins TEXT NOT NULL,
    max_characters INTEGER NOT NULL,
    min_characters INTEGER NOT NULL,
    max_depth INTEGER NOT NULL,
    edit_window_seconds INTEGER NOT NULL,
    moderation TEXT NOT NULL CHECK (moderation IN ('post', 'pre')),
    guests INTEGER NOT NULL CHECK (guests IN (0, 1)),
    voting TEXT NOT NULL CHECK (voting IN ('none', 'up', 'up_down')),
    text_format TEXT NOT NULL CHECK (text_format IN ('plain', 'markdown')),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE threads (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    key TEXT NOT NULL,
    url TEXT,
    title TEXT,
    state INTEGER NOT NULL CHECK (state IN (0, 1)),
    max_characters INTEGER,
    comment_count INTEGER NOT NULL CHECK (comment_count >= 0),
    root_count INTEGER NOT NULL CHECK (root_count >= 0),
    last_comment_at INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (site_id, key)
) STRICT;

CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    token_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (site_id, token_hash)
) STRICT;

CREATE TABLE comments (
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

CREATE TABLE replays (
    site_id INTEGER NOT NULL,
    id BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    salt BLOB NOT NULL,
    accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    token_given INTEGER NOT NULL CHECK (token_given IN (0, 1)),
    comment_id INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX replays_by_time ON replays (created_at);
