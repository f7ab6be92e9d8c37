CREATE TABLE sites (
    id BIGINT PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    origins TEXT NOT NULL,
    max_characters INTEGER NOT NULL,
    min_characters INTEGER NOT NULL,
    max_depth INTEGER NOT NULL,
    edit_window_seconds INTEGER NOT NULL,
    moderation TEXT NOT NULL CHECK (moderation IN ('post', 'pre')),
    guests BOOLEAN NOT NULL,
    voting TEXT NOT NULL CHECK (voting IN ('none', 'up', 'up_down')),
    text_format TEXT NOT NULL CHECK (text_format IN ('plain', 'markdown')),
    created_at BIGINT NOT NULL
);

CREATE TABLE threads (
    id BIGINT NOT NULL,
    site_id BIGINT NOT NULL REFERENCES sites (id),
    key TEXT COLLATE "C" NOT NULL,
    url TEXT,
    title TEXT,
    state SMALLINT NOT NULL CHECK (state IN (0, 1)),
    max_characters INTEGER,
    comment_count INTEGER NOT NULL CHECK (comment_count >= 0),
    root_count INTEGER NOT NULL CHECK (root_count >= 0),
    last_comment_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, id),
    UNIQUE (site_id, key)
) WITH (fillfactor = 50);

CREATE TABLE authors (
    id BIGINT NOT NULL,
    site_id BIGINT NOT NULL REFERENCES sites (id),
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, id),
    UNIQUE (site_id, token_hash)
);

CREATE TABLE comments (
    id BIGINT NOT NULL,
    site_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    parent_id BIGINT,
    root_id BIGINT NOT NULL,
    depth INTEGER NOT NULL,
    author_id BIGINT NOT NULL,
    author_name TEXT NOT NULL,
    author_email TEXT,
    page_url TEXT,
    page_title TEXT,
    body TEXT NOT NULL,
    body_html TEXT NOT NULL,
    status SMALLINT NOT NULL CHECK (status IN (0, 1, 2)),
    listing SMALLINT NOT NULL CHECK (listing IN (0, 1, 2)),
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    up_count INTEGER NOT NULL CHECK (up_count >= 0),
    down_count INTEGER NOT NULL CHECK (down_count >= 0),
    rank INTEGER NOT NULL,
    reply_count INTEGER NOT NULL CHECK (reply_count >= 0),
    listed_reply_count INTEGER NOT NULL CHECK (listed_reply_count >= 0),
    descendant_count INTEGER NOT NULL CHECK (descendant_count >= 0),
    PRIMARY KEY (site_id, id),
    FOREIGN KEY (site_id, thread_id) REFERENCES threads (site_id, id),
    FOREIGN KEY (site_id, author_id) REFERENCES authors (site_id, id)
) WITH (fillfactor = 90);

CREATE INDEX comments_by_listing ON comments (thread_id, listing, id);
CREATE INDEX comments_by_rank ON comments (thread_id, listing, rank, id);
CREATE INDEX comments_by_root ON comments (root_id, listing, id);
CREATE INDEX comments_by_site ON comments (site_id, status, id, thread_id, author_id);
CREATE INDEX comments_by_author ON comments (author_id, thread_id, id);

CREATE TABLE votes (
    site_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    author_id BIGINT NOT NULL,
    comment_id BIGINT NOT NULL,
    value SMALLINT NOT NULL CHECK (value IN (-1, 1)),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, thread_id, author_id, comment_id),
    FOREIGN KEY (site_id, comment_id) REFERENCES comments (site_id, id)
);

CREATE TABLE replays (
    site_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    fingerprint BYTEA NOT NULL,
    salt BYTEA NOT NULL,
    accepted BOOLEAN NOT NULL,
    token_given BOOLEAN NOT NULL,
    comment_id BIGINT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, id)
);

CREATE INDEX replays_by_time ON replays (created_at);
