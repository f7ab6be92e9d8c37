//! The command line: what an operator can ask the program for.
//!
//! Answers go to standard output, everything else to standard error. Exit codes: 0 done, 1 not done, 2 not understood, and
//! 78 (`EX_CONFIG`) for settings or a database that this program can't be run with.

mod counts;
mod health;
mod sites;
mod staff;
mod threads;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{self, StartError};
use crate::clock::Clock;
use crate::config::{ConfigError, Settings};
use crate::domain::refusal::Refusal;
use crate::randomness::Randomness;
use crate::service::{self, Service};
use crate::telemetry;

/// `EX_CONFIG` of sysexits.h.
const BAD_CONFIGURATION: u8 = 78;

/// A comment service for article pages.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// A file with settings; what it leaves out is as in config.default.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (what the program does without a command).
    Serve,
    /// Bring the schema of the database up to date, and end.
    Migrate,
    /// Say whether the settings can be used, and where they lead.
    CheckConfig,
    /// Ask the running service whether it is ready.
    Health,
    /// Add, change and list sites.
    Site {
        #[command(subcommand)]
        command: sites::Command,
    },
    /// Add, change and list people who look after sites, and let them in.
    Staff {
        #[command(subcommand)]
        command: staff::Command,
    },
    /// Change the settings of a thread.
    Thread {
        #[command(subcommand)]
        command: threads::Command,
    },
    /// Prove that the kept counters are right, or mend them.
    Counts(counts::Arguments),
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    NotDone(String),
}

impl From<service::Error> for Failure {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::Refused(refusal @ Refusal::SiteNotFound) => {
                Self::NotDone(format!("{refusal} `rejoinder site list` names all of this database."))
            }
            service::Error::Refused(refusal) => Self::NotDone(refusal.to_string()),
            other => Self::NotDone(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::NotDone(error.to_string())
    }
}

/// Does what the command line says.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where standard error is gone, nobody reads this.
            let _ = writeln!(std::io::stderr(), "rejoinder: {failure}");
            match failure {
                // A database that is away may be back the next time.
                Failure::Start(error) if error.is_passing() => ExitCode::FAILURE,
                Failure::Config(_) | Failure::Start(StartError::Database(_)) => ExitCode::from(BAD_CONFIGURATION),
                Failure::Start(_) | Failure::NotDone(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn execute(arguments: Arguments) -> Result<(), Failure> {
    let settings = Settings::load(arguments.config.as_deref())?;
    telemetry::start(&settings.log)?;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let service = open(&settings)?;
            Ok(actix_rt::System::new().block_on(app::run(&settings, service))?)
        }
        Command::Migrate => with_new_service(&settings, async |_| say("the schema is up to date")),
        Command::CheckConfig => check_config(&settings),
        Command::Health => health::ask(settings.http.listen),
        Command::Site { command } => with_service(&settings, async |service| sites::execute(service, command).await),
        Command::Staff { command } => with_service(&settings, async |service| staff::execute(service, command).await),
        Command::Thread { command } => {
            with_service(&settings, async |service| threads::execute(service, command).await)
        }
        Command::Counts(arguments) => {
            with_service(&settings, async |service| counts::execute(service, arguments).await)
        }
    }
}

fn open(settings: &Settings) -> Result<Service, StartError> {
    app::open(settings, Clock::system(), Randomness::from_system())
}

/// For commands that mean the database of a service. A wrong folder gives them one of their own, which they say.
fn with_service(settings: &Settings, work: impl AsyncFnOnce(&Service) -> Result<(), Failure>) -> Result<(), Failure> {
    let missing = app::missing_database(settings);
    let outcome = with_new_service(settings, work);
    if let Some(file) = missing {
        let file = file.display();
        let notice =
            format!("rejoinder: this made a new database, {file}. A service that already runs uses another one.");
        writeln!(std::io::stderr(), "{notice}")?;
    }
    outcome
}

fn with_new_service(
    settings: &Settings,
    work: impl AsyncFnOnce(&Service) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let service = open(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let outcome = match service::prepare(&service).await {
            Ok(()) => work(&service).await,
            Err(error) => Err(error.into()),
        };
        service.store.close().await;
        outcome
    })
}

fn check_config(settings: &Settings) -> Result<(), Failure> {
    app::check(settings)?;
    let database = settings.database.url();
    // What follows the scheme can hold a password.
    let kind = database.split_once("://").map_or("", |(scheme, _)| scheme);
    say(&format!("the settings can be used: listening on {}, database {kind}", settings.http.listen))
}

/// Writes a line to standard output.
fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
