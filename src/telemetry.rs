//! Logs: one line for each thing that an operator should know, to standard error.

use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, LogFormat, LogSettings};

/// Begins to log.
///
/// # Errors
/// [`ConfigError`] when the filter can't be read.
pub fn start(settings: &LogSettings) -> Result<(), ConfigError> {
    let filter =
        EnvFilter::try_new(&settings.filter).map_err(|error| ConfigError(vec![format!("log.filter: {error}")]))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let begun = match settings.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    begun.map_err(|error| ConfigError(vec![format!("log: {error}")]))
}
