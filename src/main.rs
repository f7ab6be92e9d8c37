//! The `rejoinder` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    rejoinder::cli::run()
}
