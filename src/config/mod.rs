//! Settings: the compiled-in defaults, then a file, then the environment; the problems of all sections are
//! reported at once.
//!
//! The only module that reads the environment.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::Path;

use config::{Config, Environment, File, FileFormat};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::quota::Action;

/// Every setting with its default and its meaning.
pub const DEFAULTS: &str = include_str!("../../config.default.toml");

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the service is reached.
    pub http: HttpSettings,
    /// Where comments are kept.
    pub database: DatabaseSettings,
    /// How much a client may do.
    pub limits: LimitSettings,
    /// How staff sign in.
    pub staff: StaffSettings,
    /// What is logged.
    pub log: LogSettings,
}

/// How the service is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Threads that answer requests; 0 is one for each core.
    pub workers: usize,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: Vec<Network>,
    /// Whether there is a page that shows the widget in use, with a site of its own.
    pub demo: bool,
    /// Megabytes of finished answers that are kept; 0 keeps none.
    pub cache_megabytes: u32,
    /// Seconds in which a request's head must be there.
    pub head_timeout_seconds: u64,
    /// Seconds in which a request's body must be there.
    pub body_timeout_seconds: u64,
    /// Seconds that an idle connection is kept open.
    pub keep_alive_seconds: u64,
    /// Seconds between the signal to stop and the end of listening, in which `/readyz` says so.
    pub drain_seconds: u64,
    /// Seconds that requests have to end when the service stops.
    pub shutdown_seconds: u64,
}

/// A network of addresses; a bare address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl Network {
    /// Whether the address is in the network.
    #[must_use]
    pub fn contains(&self, address: std::net::IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bare = text.trim().parse::<std::net::IpAddr>().map(IpNet::from).ok();
        let network = bare.or_else(|| text.trim().parse().ok());
        network.map(Self).ok_or_else(|| format!("`{text}` is neither an address nor a CIDR block"))
    }
}

/// Where comments are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    url: SecretString,
    connections: usize,
}

impl DatabaseSettings {
    /// Settings for a database at `url`.
    #[must_use]
    pub fn new(url: &str, connections: usize) -> Self {
        Self { url: SecretString::from(url.to_owned()), connections }
    }

    /// `sqlite://PATH` or `postgres://…`. It can hold a password: not for logs.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.expose_secret()
    }

    /// The most connections (PostgreSQL), or readers (SQLite). Where nothing was set: 8, or twice as many readers as there
    /// are cores, since they work in this process.
    #[must_use]
    pub fn connections(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        match self.connections {
            0 if self.url().starts_with(SQLITE) => 2 * cores(),
            0 => CONNECTIONS_TO_SERVER,
            connections => connections,
        }
    }
}

/// How much a client may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Whether quotas are kept at all.
    pub enabled: bool,
    /// How many clients are remembered, counted for each quota and site apart; those not seen for longest are forgotten.
    pub remembered_clients: u64,
    /// Reading.
    pub read: QuotaSettings,
    /// Posting.
    pub post: QuotaSettings,
    /// Changing and deleting.
    pub edit: QuotaSettings,
    /// Voting.
    pub vote: QuotaSettings,
    /// Becoming a new guest.
    pub guest: QuotaSettings,
    /// Reporting a comment.
    pub report: QuotaSettings,
    /// Seeing beforehand what a text will look like.
    pub preview: QuotaSettings,
    /// What staff do, on all sites together.
    pub staff: QuotaSettings,
    /// Trying to sign in, on all sites together.
    pub sign_in: QuotaSettings,
}

impl LimitSettings {
    /// The quota of an action.
    #[must_use]
    pub const fn quota(&self, action: Action) -> QuotaSettings {
        match action {
            Action::Read => self.read,
            Action::Post => self.post,
            Action::Edit => self.edit,
            Action::Vote => self.vote,
            Action::Guest => self.guest,
            Action::Report => self.report,
            Action::Preview => self.preview,
            Action::Staff => self.staff,
            Action::SignIn => self.sign_in,
        }
    }
}

/// One quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a quota: { requests = N, window_seconds = N }")]
pub struct QuotaSettings {
    /// How many requests a full quota holds.
    pub requests: u32,
    /// In how many seconds an empty quota is full again.
    pub window_seconds: u32,
}

/// How staff sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffSettings {
    /// A session that isn't used for so many minutes ends.
    pub session_idle_minutes: u32,
    /// A session ends so many hours after it began.
    pub session_hours: u32,
}

impl StaffSettings {
    fn problems(&self) -> Vec<String> {
        let ranges = [
            ("session_idle_minutes", SESSION_IDLE_MINUTES, self.session_idle_minutes),
            ("session_hours", SESSION_HOURS, self.session_hours),
        ];
        let outside = ranges.into_iter().filter(|(_, range, actual)| !range.contains(actual));
        outside
            .map(|(name, range, _)| format!("staff.{name} must be from {} to {}", range.start(), range.end()))
            .collect()
    }
}

/// What is logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// Which messages, as tracing's filters say it.
    pub filter: String,
    /// How they look.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// What the address of a SQLite database begins with.
const SQLITE: &str = "sqlite://";
/// How many connections to PostgreSQL there are where nothing else is set.
const CONNECTIONS_TO_SERVER: usize = 8;
/// The most connections that can be set.
const MOST_CONNECTIONS: usize = 1_000;
/// The longest time that a setting can name, in seconds: a day.
const LONGEST_SECONDS: u64 = 86_400;
/// How many minutes a session may be left unused. Uses are noted once a minute, so a few are the least.
const SESSION_IDLE_MINUTES: RangeInclusive<u32> = 5..=1_440;
/// How many hours a session may last.
const SESSION_HOURS: RangeInclusive<u32> = 1..=720;
/// The most threads that answer requests.
const MOST_WORKERS: u64 = 512;

/// Everything that is wrong with the settings: of each section what can't be read, or else all that is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the settings can't be used:\n{}", .0.iter().map(|problem| format!("  - {problem}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Settings {
    /// Reads the settings: defaults, then `file`, then the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self::from_sources(file, environment)
    }

    /// Reads the settings with an environment of the caller's.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn from_sources(file: Option<&Path>, environment: HashMap<String, String>) -> Result<Self, ConfigError> {
        let environment = Environment::with_prefix("REJOINDER")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("http.trusted_proxies")
            .ignore_empty(true)
            .source(Some(environment));
        let mut sources = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(path) = file {
            sources = sources.add_source(File::from(path).format(FileFormat::Toml));
        }
        let sources = sources.add_source(environment).build().map_err(|error| ConfigError(vec![error.to_string()]))?;
        let problems = problems(&sources);
        if problems.is_empty() {
            sources.try_deserialize().map_err(|error| ConfigError(vec![error.to_string()]))
        } else {
            Err(ConfigError(problems))
        }
    }
}

impl HttpSettings {
    fn problems(&self) -> Vec<String> {
        let ranges = [
            ("workers", 0, MOST_WORKERS, u64::try_from(self.workers).unwrap_or(u64::MAX)),
            ("head_timeout_seconds", 1, LONGEST_SECONDS, self.head_timeout_seconds),
            ("body_timeout_seconds", 1, LONGEST_SECONDS, self.body_timeout_seconds),
            ("keep_alive_seconds", 0, LONGEST_SECONDS, self.keep_alive_seconds),
            ("drain_seconds", 0, LONGEST_SECONDS, self.drain_seconds),
            ("shutdown_seconds", 0, LONGEST_SECONDS, self.shutdown_seconds),
        ];
        let outside = ranges.into_iter().filter(|(_, min, max, actual)| !(min..=max).contains(&actual));
        outside.map(|(name, min, max, _)| format!("http.{name} must be from {min} to {max}")).collect()
    }
}

impl DatabaseSettings {
    fn problems(&self) -> Vec<String> {
        let url = self.url();
        let file = url.strip_prefix(SQLITE).filter(|path| !path.is_empty() && !path.starts_with(':'));
        let is_known = file.is_some() || url.starts_with("postgres://") || url.starts_with("postgresql://");
        let address = (!is_known).then(|| "database.url must be sqlite://PATH or postgres://…".to_owned());
        let connections = (self.connections > MOST_CONNECTIONS)
            .then(|| format!("database.connections must be from 0 to {MOST_CONNECTIONS}"));
        address.into_iter().chain(connections).collect()
    }
}

impl LimitSettings {
    fn problems(&self) -> Vec<String> {
        let empty = Action::EACH.into_iter().filter(|action| {
            let quota = self.quota(*action);
            quota.requests == 0 || quota.window_seconds == 0
        });
        let quota = |action: Action| {
            let name = action.name();
            format!("limits.{name}.requests and limits.{name}.window_seconds must be at least 1")
        };
        let forgetful = (self.remembered_clients == 0).then(|| {
            "limits.remembered_clients must be at least 1; limits.enabled = false lifts all quotas".to_owned()
        });
        empty.map(quota).chain(forgetful).collect()
    }
}

/// What is wrong with each section, so that one wrong section doesn't hide another.
fn problems(sources: &Config) -> Vec<String> {
    fn section<'de, T: Deserialize<'de>>(sources: &Config, name: &str, check: fn(&T) -> Vec<String>) -> Vec<String> {
        match sources.get::<T>(name) {
            Ok(section) => check(&section),
            Err(error) => vec![format!("{name}: {error}")],
        }
    }
    let mut problems = section(sources, "http", HttpSettings::problems);
    problems.extend(section(sources, "database", DatabaseSettings::problems));
    problems.extend(section(sources, "limits", LimitSettings::problems));
    problems.extend(section(sources, "staff", StaffSettings::problems));
    problems.extend(section(sources, "log", |_: &LogSettings| Vec::new()));
    problems
}
