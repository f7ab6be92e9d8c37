//! Turns the contract into JSON once, so that the program carries both forms.

use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=openapi.yaml");
    println!("cargo::rerun-if-changed=migrations");
    let contract: serde_json::Value = serde_saphyr::from_str(&fs::read_to_string("openapi.yaml")?)?;
    #[expect(clippy::disallowed_methods, reason = "cargo says where in the environment")]
    let folder = env::var("OUT_DIR")?;
    fs::write(Path::new(&folder).join("openapi.json"), contract.to_string())?;
    Ok(())
}
