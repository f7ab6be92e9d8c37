//! Turns the contract into JSON once, so that the program carries both forms, and lists the files of the moderation page.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Where the files of the moderation page are.
const PAGE: &str = "web/moderation";

fn main() -> Result<(), Box<dyn Error>> {
    for source in ["openapi.yaml", "migrations", PAGE] {
        println!("cargo::rerun-if-changed={source}");
    }
    #[expect(clippy::disallowed_methods, reason = "cargo says where in the environment")]
    let folder = env::var("OUT_DIR")?;
    let contract: serde_json::Value = serde_saphyr::from_str(&fs::read_to_string("openapi.yaml")?)?;
    fs::write(Path::new(&folder).join("openapi.json"), contract.to_string())?;
    let mut files = Vec::new();
    list(Path::new(PAGE), &mut files)?;
    files.sort();
    let assets: Vec<String> = files.iter().map(|file| asset(file)).collect::<Result<_, _>>()?;
    fs::write(Path::new(&folder).join("moderation.rs"), format!("&[{}]", assets.concat()))?;
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// The file as a value of the program; nothing for one that browsers don't need.
fn asset(file: &Path) -> Result<String, Box<dyn Error>> {
    let content_type = match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return Ok(String::new()),
    };
    let name = file.strip_prefix(PAGE)?;
    let path = if name == Path::new("index.html") { String::new() } else { name.display().to_string() };
    let source = fs::canonicalize(file)?.display().to_string();
    Ok(format!(
        "Asset {{ path: {:?}, body: include_str!({source:?}), content_type: {content_type:?} }},\n",
        format!("/moderation/{path}"),
    ))
}
