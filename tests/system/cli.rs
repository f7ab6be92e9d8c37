//! What the command line does, and says.

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use crate::fresh::{Fresh, Kind};

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(database: &Fresh, arguments: &[&str]) -> Said {
    said(database.program(arguments).output().unwrap())
}

#[test]
fn a_site_is_added_changed_and_listed() {
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        // Whoever is in the wrong folder learns of it, most of all if nothing of theirs is there.
        let lost = run(&database, &["site", "set", "news", "--guests", "false"]);
        assert!(lost.err.contains("`rejoinder site list`"), "{}", lost.err);
        assert_eq!(lost.err.contains("this made a new database, "), kind == Kind::Sqlite, "{}", lost.err);
        let added =
            run(&database, &["site", "add", "news", "--origin", "https://news.example", "--max-characters", "500"]);
        assert_eq!(added.code, Some(0), "{}", added.err);
        assert!(added.out.contains("max_characters=500") && added.out.contains("origins=https://news.example"));

        let again = run(&database, &["site", "add", "news"]);
        assert_eq!(again.code, Some(1));
        assert!(again.err.contains("there is a site of this name"), "{}", again.err);
        assert!(!added.err.contains("a new database"), "{}", added.err);

        let changes = ["--add-origin", "https://*.news.example", "--moderation", "pre", "--text-format", "markdown"];
        let set = run(&database, &[&["site", "set", "news"], &changes[..]].concat());
        assert!(set.out.contains("moderation=pre") && set.out.contains("text_format=markdown"), "{}", set.out);
        assert!(set.out.contains("origins=https://news.example,https://*.news.example"), "{}", set.out);

        let removed = run(&database, &["site", "set", "news", "--remove-origin", "https://news.example"]);
        assert!(removed.out.contains("origins=https://*.news.example\n"), "{}", removed.out);

        let moderation = ["--hold-first-comment", "true", "--max-links", "2", "--report-threshold", "0"];
        let own = ["--close-after-days", "30", "--guidelines", "Be kind."];
        let set = run(&database, &[&["site", "set", "news"], &moderation[..], &own[..]].concat());
        let told = "hold_first_comment=true max_links=2 report_threshold=0 close_after_days=30 guidelines=\"Be kind.\"";
        assert!(set.out.contains(told), "{}{}", set.out, set.err);
        let none = ["--max-links", "none", "--close-after-days", "none", "--guidelines", ""];
        let unset = run(&database, &[&["site", "set", "news"], &none[..]].concat());
        assert!(unset.out.contains("max_links=none report_threshold=0 close_after_days=none guidelines=none"));

        let slow = ["--moderation", "pre", "--slow-mode-seconds", "30"];
        let thread = run(&database, &[&["thread", "set", "news", "/a"], &slow[..]].concat());
        assert_eq!(thread.out, "/a  state=open max_characters=site moderation=pre slow_mode_seconds=30\n");

        let listed = run(&database, &["site", "list"]);
        assert!(listed.out.lines().any(|line| line.starts_with("news ")), "{}", listed.out);
    }
}

#[test]
fn a_setting_that_cannot_be_is_refused_with_its_range() {
    let database = Fresh::new(Kind::Sqlite);
    let cases = [
        (vec!["site", "add", "a", "--max-characters", "0"], 1, "between 1 and 20000"),
        (vec!["site", "add", "a", "--min-characters", "301"], 1, "between 1 and 300"),
        (vec!["site", "add", "a", "--max-links", "101"], 1, "between 0 and 100"),
        (vec!["site", "add", "a", "--max-links", "few"], 2, "a whole number, or `none`"),
        (vec!["thread", "set", "default", "/a", "--slow-mode-seconds", "0"], 2, "from 1 to 86400"),
        (vec!["thread", "set", "default", "/a", "--moderation", "both"], 2, "post, pre or site"),
        (vec!["site", "add", "A b"], 2, "a name has 1 to 64"),
        (vec!["site", "add", "a", "--origin", "example.com"], 2, "an origin is scheme, host"),
        (vec!["site", "add", "a", "--origin", "https://a.test/path"], 2, "an origin is scheme, host"),
        (vec!["site", "set", "nowhere", "--guests", "false"], 1, "no site of this name"),
        (vec!["thread", "set", "default", ""], 2, "a key has 1 to 512"),
        (vec!["thread", "set", "nowhere", "/a"], 1, "no site of this name"),
        (vec!["staff", "add", "", "--role", "owner"], 2, "the name is blank"),
        (vec!["staff", "add", "a", "--role", "king"], 2, "must be owner, moderator or viewer"),
        (vec!["staff", "add", "a", "--role", "owner", "--site", "nowhere"], 1, "no site of this name"),
        (vec!["staff", "set", "nobody", "--disable"], 1, "no such member of staff"),
        (vec!["staff", "set", "a", "--disable", "--enable"], 2, "cannot be used with"),
        (vec!["staff", "set", "a", "--site", "default", "--all-sites"], 2, "cannot be used with"),
        (vec!["staff", "token", "nobody"], 1, "no such member of staff"),
        (vec!["staff", "token", "a", "--expires-days", "367"], 2, "1..=366"),
        (vec!["counts"], 2, "--verify"),
        (vec!["counts", "--verify", "--repair"], 2, "cannot be used with"),
        (vec!["frobnicate"], 2, "unrecognized subcommand"),
    ];
    for (arguments, code, reason) in cases {
        let refused = run(&database, &arguments);
        assert_eq!(refused.code, Some(code), "{arguments:?}: {}", refused.err);
        assert!(refused.err.contains(reason), "{arguments:?}: {}", refused.err);
    }
}

#[test]
fn staff_are_added_listed_changed_and_let_in() {
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        assert_eq!(run(&database, &["site", "add", "news"]).code, Some(0));
        let added = run(&database, &["staff", "add", "Ada Love", "--role", "owner"]);
        assert_eq!((added.code, added.out.len(), added.out.starts_with("rjs_")), (Some(0), 48, true), "{}", added.err);
        let bound =
            run(&database, &["staff", "add", "Tom", "--role", "moderator", "--site", "news", "--site", "default"]);
        assert_eq!(bound.code, Some(0), "{}", bound.err);
        let listed = run(&database, &["staff", "list"]);
        let tom = "Tom  role=moderator sites=default,news disabled=false password=false totp=false";
        let ada = "Ada Love  role=owner sites=all disabled=false password=false totp=false";
        assert_eq!(listed.out, format!("{tom}\n{ada}\n"));

        let changes = ["--role", "viewer", "--all-sites", "--disable", "--remove-totp", "--remove-password"];
        let set = run(&database, &[&["staff", "set", "T0M"], &changes[..]].concat());
        assert_eq!(set.out, "Tom  role=viewer sites=all disabled=true password=false totp=false\n", "{}", set.err);
        let set = run(&database, &["staff", "set", "Tom", "--site", "news", "--enable"]);
        assert_eq!(set.out, "Tom  role=viewer sites=news disabled=false password=false totp=false\n", "{}", set.err);

        let token = run(&database, &["staff", "token", "ada love"]);
        assert_eq!((token.code, token.out.len(), token.out.starts_with("rjs_")), (Some(0), 48, true), "{}", token.err);
        assert_ne!(token.out, added.out);
        assert_eq!(run(&database, &["staff", "token", "Tom", "--expires-days", "366"]).code, Some(0));
        let days = "SELECT CAST((expires_at - created_at) / 86400000 AS TEXT) AS line FROM api_tokens ORDER BY id";
        assert_eq!(database.lines(days), ["365", "365", "90", "366"]);
        let log = "SELECT action AS line FROM decisions WHERE staff_id IS NULL ORDER BY id";
        let (add, token) = ("add_staff", "add_token");
        assert_eq!(
            database.lines(log),
            ["add_site", add, token, add, token, "change_staff", "change_staff", token, token]
        );
    }
}

#[test]
fn every_problem_of_the_settings_is_reported_at_once() {
    let database = Fresh::new(Kind::Sqlite);
    let mut program = database.program(&["check-config"]);
    program
        .env("REJOINDER__HTTP__LISTEN", "nowhere")
        .env("REJOINDER__LIMITS__POST__REQUESTS", "many")
        .env("REJOINDER__DATABASE__CONNECTIONS", "1001")
        .env("REJOINDER__STAFF__SESSION_IDLE_MINUTES", "4")
        .env("REJOINDER__STAFF__SESSION_HOURS", "721")
        .env("REJOINDER__DATABASE__URL", "sqlite://:memory:");
    let refused = said(program.output().unwrap());
    assert_eq!(refused.code, Some(78));
    let sections = ["- http: ", "- limits: ", "- database.url ", "- database.connections "];
    let staff = ["- staff.session_idle_minutes must be from 5 to 1440", "- staff.session_hours must be from 1 to 720"];
    for problem in sections.into_iter().chain(staff) {
        assert!(refused.err.contains(problem), "{problem}: {}", refused.err);
    }
}

#[test]
fn the_file_goes_before_the_defaults_and_the_environment_before_the_file() {
    let database = Fresh::new(Kind::Sqlite);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rejoinder.toml");
    std::fs::write(&file, "[http]\nlisten = \"127.0.0.1:1\"\nworkers = 3\n").unwrap();
    let file = file.to_str().unwrap();
    let from_file = said(
        database.program(&["check-config", "--config", file]).env_remove("REJOINDER__HTTP__LISTEN").output().unwrap(),
    );
    assert!(from_file.out.contains("127.0.0.1:1,"), "{} {}", from_file.out, from_file.err);
    let before = said(
        database
            .program(&["--config", file, "check-config"])
            .env("REJOINDER__HTTP__LISTEN", "127.0.0.1:2")
            .output()
            .unwrap(),
    );
    assert!(before.out.contains("127.0.0.1:2,"), "{} {}", before.out, before.err);
    let proxies = said(
        database
            .program(&["check-config"])
            .env("REJOINDER__HTTP__TRUSTED_PROXIES", "10.0.0.1,192.168.0.0/16")
            .output()
            .unwrap(),
    );
    assert_eq!(proxies.code, Some(0), "{}", proxies.err);
    let unsafe_mode = "postgres://localhost/a?sslmode=verify-ca";
    let refused =
        said(database.program(&["check-config"]).env("REJOINDER__DATABASE__URL", unsafe_mode).output().unwrap());
    assert_eq!(refused.code, Some(78), "{}", refused.err);
}

#[test]
fn a_database_that_is_away_ends_the_program_so_that_it_is_tried_again() {
    let database = Fresh::new(Kind::Sqlite);
    let away = "postgres://nobody@127.0.0.1:1/nothing";
    let ended = said(database.program(&["serve"]).env("REJOINDER__DATABASE__URL", away).output().unwrap());
    assert_eq!(ended.code, Some(1), "{}", ended.err);
}

#[test]
fn wrong_counters_are_found_and_mended() {
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        let set = run(&database, &["site", "add", "news"]);
        assert_eq!(set.code, Some(0), "{}", set.err);
        let closed = run(&database, &["thread", "set", "news", "/a", "--state", "closed", "--max-characters", "10"]);
        assert_eq!(closed.out, "/a  state=closed max_characters=10 moderation=site slow_mode_seconds=none\n");
        assert_eq!(run(&database, &["counts", "--verify"]).code, Some(0));

        let queue = "INSERT INTO queue_counts (site_id, queue, shard, comment_count) SELECT id, 3, 5, -2 FROM sites";
        database.execute(&format!("UPDATE threads SET comment_count = 7, root_count = 3; {queue}"));
        let found = run(&database, &["counts", "--verify"]);
        assert_eq!(found.code, Some(1), "{kind:?}");
        assert!(found.out.contains("comments 7 (counted 0)"), "{}", found.out);
        assert!(found.out.contains("queue rejected has -2 (counted 0)"), "{}", found.out);

        let mended = run(&database, &["counts", "--repair"]);
        assert!(mended.out.contains("mended 1 threads and 2 queues"), "{}", mended.out);
        let right = run(&database, &["counts", "--verify"]);
        assert_eq!((right.code, right.out.contains("every counter is right")), (Some(0), true), "{}", right.err);
    }
}

#[test]
fn a_signal_ends_the_service_cleanly_and_health_tells_before_and_after() {
    for signal in ["-TERM", "-INT"] {
        let database = Fresh::new(Kind::Sqlite);
        let mut process = database.program(&[]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains("listening on")).unwrap();
        let address = line.split_once("http://").unwrap().1.to_owned();
        let health = |address: &str| {
            said(database.program(&["health"]).env("REJOINDER__HTTP__LISTEN", address).output().unwrap())
        };
        assert_eq!(health(&address).code, Some(0));
        let kill = std::process::Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let rest: Vec<String> = lines.collect();
        assert!(process.wait().unwrap().success(), "{rest:?}");
        assert!(rest.iter().any(|line| line.contains("stopped")), "{rest:?}");
        assert_eq!(health(&address).code, Some(1));
        // The write-ahead log has been folded into the database.
        let path = database.url().strip_prefix("sqlite://").unwrap();
        let log = std::fs::metadata(format!("{path}-wal")).map_or(0, |log| log.len());
        assert_eq!(log, 0);
    }
}
