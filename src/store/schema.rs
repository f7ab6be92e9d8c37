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
        guidelines -> Nullable<Text>,
        hold_first_comment -> Bool,
        max_links -> Nullable<Integer>,
        report_threshold -> Integer,
        close_after_days -> Nullable<Integer>,
        rules_version -> BigInt,
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
        moderation -> Nullable<Text>,
        slow_mode_seconds -> Nullable<Integer>,
        pinned_comment_id -> Nullable<BigInt>,
        stays_open -> Bool,
    }
}

diesel::table! {
    authors (id) {
        id -> BigInt,
        site_id -> BigInt,
        token_hash -> Binary,
        created_at -> BigInt,
        staff_id -> Nullable<BigInt>,
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
        author_kind -> SmallInt,
        network -> Nullable<Binary>,
        holds -> Nullable<Text>,
        report_count -> Integer,
        version -> Integer,
        erase_at -> Nullable<BigInt>,
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

diesel::table! {
    staff (id) {
        id -> BigInt,
        name -> Text,
        name_skeleton -> Text,
        role -> Text,
        is_bound -> Bool,
        is_disabled -> Bool,
        password_hash -> Nullable<Text>,
        totp_secret -> Nullable<Binary>,
        totp_candidate -> Nullable<Binary>,
        totp_step -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    staff_sites (staff_id, site_id) {
        staff_id -> BigInt,
        site_id -> BigInt,
    }
}

diesel::table! {
    recovery_codes (staff_id, code_hash) {
        staff_id -> BigInt,
        code_hash -> Binary,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        staff_id -> BigInt,
        token_hash -> Binary,
        user_agent -> Text,
        token_id -> Nullable<BigInt>,
        created_at -> BigInt,
        used_at -> BigInt,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        staff_id -> BigInt,
        name -> Text,
        token_hash -> Binary,
        scopes -> Text,
        site_id -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    decisions (id) {
        id -> BigInt,
        site_id -> Nullable<BigInt>,
        staff_id -> Nullable<BigInt>,
        staff_name -> Nullable<Text>,
        action -> Text,
        comment_id -> Nullable<BigInt>,
        comment_version -> Nullable<Integer>,
        from_status -> Nullable<SmallInt>,
        to_status -> Nullable<SmallInt>,
        subject -> Nullable<Text>,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
        undoes_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    revisions (id) {
        id -> BigInt,
        site_id -> BigInt,
        comment_id -> BigInt,
        kind -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    reports (comment_id, reporter) {
        comment_id -> BigInt,
        reporter -> Binary,
        site_id -> BigInt,
        network -> Binary,
        reason -> Text,
        detail -> Nullable<Text>,
        weight -> Integer,
        outcome -> SmallInt,
        decision_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    reporters (site_id, reporter) {
        site_id -> BigInt,
        reporter -> Binary,
        upheld_count -> Integer,
        dismissed_count -> Integer,
    }
}

diesel::table! {
    rules (id) {
        id -> BigInt,
        site_id -> BigInt,
        kind -> Text,
        pattern -> Text,
        action -> Text,
        note -> Nullable<Text>,
        is_enabled -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    bans (id) {
        id -> BigInt,
        site_id -> BigInt,
        author_id -> Nullable<BigInt>,
        network -> Nullable<Binary>,
        author_name -> Nullable<Text>,
        reason -> Nullable<Text>,
        staff_id -> Nullable<BigInt>,
        staff_name -> Nullable<Text>,
        created_at -> BigInt,
        ends_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    queue_counts (site_id, queue, shard) {
        site_id -> BigInt,
        queue -> SmallInt,
        shard -> SmallInt,
        comment_count -> Integer,
    }
}

diesel::table! {
    blocked_origins (site_id, day, origin) {
        site_id -> BigInt,
        day -> Integer,
        origin -> Text,
        request_count -> Integer,
        last_at -> BigInt,
    }
}

diesel::table! {
    secrets (name) {
        name -> Text,
        value -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(authors, bans, comments);
