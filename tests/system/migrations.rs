//! The schema: made, undone and made again, it is the same; a later one is refused; many can start at once.

use crate::fresh::{Fresh, Kind};
use rejoinder::store::{MigrationError, Store};

fn close(store: &Store) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(store.close());
}

/// The schema, a line for each table, column, index and constraint.
fn describe(database: &Fresh, kind: Kind) -> Vec<String> {
    database.lines(match kind {
        Kind::Sqlite => {
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema
             WHERE name NOT LIKE '%diesel%' AND name NOT LIKE 'sqlite%' ORDER BY 1"
        }
        Kind::Postgresql => {
            "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable AS line
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%diesel%'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '%diesel%'
             UNION ALL SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '%diesel%' ORDER BY 1"
        }
    })
}

/// Runs every way back, newest first.
fn undo(database: &Fresh, kind: Kind) {
    let folder = match kind {
        Kind::Sqlite => "migrations/sqlite",
        Kind::Postgresql => "migrations/postgresql",
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut changes: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    changes.sort();
    for change in changes.iter().rev() {
        database.execute(&std::fs::read_to_string(change.join("down.sql")).unwrap());
    }
    database.execute("DELETE FROM __diesel_schema_migrations");
}

#[test]
fn up_down_up_leaves_the_same_schema() {
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        let settings = database.settings();
        let (store, made) = Store::open(&settings).unwrap();
        close(&store);
        assert!(!made.is_empty(), "{kind:?}");
        let first = describe(&database, kind);
        assert!(first.iter().any(|line| line.contains("comments")), "{first:#?}");

        undo(&database, kind);
        assert_eq!(describe(&database, kind), Vec::<String>::new(), "{kind:?}: nothing is left");

        let (store, again) = Store::open(&settings).unwrap();
        close(&store);
        assert_eq!(again, made);
        assert_eq!(describe(&database, kind), first, "{kind:?}");
    }
}

#[test]
fn a_database_that_is_up_to_date_is_left_alone() {
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        close(&Store::open(&database.settings()).unwrap().0);
        let (store, made) = Store::open(&database.settings()).unwrap();
        close(&store);
        assert_eq!(made, Vec::<String>::new(), "{kind:?}");
    }
}

#[test]
fn a_schema_of_a_later_version_is_refused_by_every_command() {
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        close(&Store::open(&database.settings()).unwrap().0);
        database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')");
        let refused = Store::open(&database.settings()).unwrap_err();
        assert!(matches!(refused, MigrationError::Newer { .. }), "{kind:?}: {refused}");
        for command in [&["serve"][..], &["migrate"], &["site", "list"], &["counts", "--verify"]] {
            let output = database.program(command).output().unwrap();
            assert_eq!(output.status.code(), Some(78), "{kind:?} {command:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("later version"), "{kind:?} {command:?}: {said}");
        }
    }
}

#[test]
fn ten_that_start_at_once_change_the_schema_once() {
    for kind in Kind::EACH {
        let database = Fresh::new(kind);
        let programs: Vec<_> = (0..10)
            .map(|_| {
                let mut program = database.program(&["migrate"]);
                program.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let mut changes = 0;
        for program in programs {
            let output = program.wait_with_output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{kind:?}: {said}");
            changes += said.matches("the schema was changed").count();
        }
        let made = database.lines("SELECT version AS line FROM __diesel_schema_migrations");
        assert_eq!(changes, made.len(), "{kind:?}");
    }
}
