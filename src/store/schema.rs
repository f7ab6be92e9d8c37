//! The tables as the query builder sees them: the same for both databases. The migrations say the rest.

diesel::table! {
    sites (id) {
        id -> BigInt,
        slug -> Text,
        origins -> Text,
        max_characters -> Integer,
        min_characters -> Integer,
        max_depth -> Integer,
        edit_window_seconds -> Integer,
        moderation -> Text,
        guests -> Bool,
        voting -> Text,
        text_format -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    threads (id) {
        id -> BigInt,
        site_id -> BigInt,
        key -> Text,
        url -> Nullable<Text>,
        title -> Nullable<Text>,
        state -> SmallInt,
        max_characters -> Nullable<Integer>,
        comment_count -> Integer,
        root_count -> Integer,
        last_comment_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    authors (id) {
        id -> BigInt,
        site_id -> BigInt,
        token_hash -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    comments (id) {
        id -> BigInt,
        site_id -> BigInt,
        thread_id -> BigInt,
        parent_id -> Nullable<BigInt>,
        root_id -> BigInt,
        depth -> Integer,
        author_id -> BigInt,
        author_name -> Text,
        author_email -> Nullable<Text>,
        page_url -> Nullable<Text>,
        page_title -> Nullable<Text>,
        body -> Text,
        body_html -> Text,
        status -> SmallInt,
        listing -> SmallInt,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        up_count -> Integer,
        down_count -> Integer,
        rank -> Integer,
        reply_count -> Integer,
        listed_reply_count -> Integer,
        descendant_count -> Integer,
    }
}

diesel::table! {
    votes (thread_id, author_id, comment_id) {
        site_id -> BigInt,
        thread_id -> BigInt,
        author_id -> BigInt,
        comment_id -> BigInt,
        value -> SmallInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    replays (site_id, id) {
        site_id -> BigInt,
        id -> Binary,
        fingerprint -> Binary,
        salt -> Binary,
        accepted -> Bool,
        token_given -> Bool,
        comment_id -> BigInt,
        answer -> Text,
        created_at -> BigInt,
    }
}
