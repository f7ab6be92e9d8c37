//! The `rejoinder` program.

use std::process::ExitCode;

/// It gives memory back that the allocator of the C library would keep, and costs less for each answer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rejoinder::cli::run()
}
