//! Makes what the program carries beside its code: the contract as JSON, and lists of the files of its pages, those of the
//! widget also compressed.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use brotli::enc::BrotliEncoderParams;

/// Where the files of the moderation page are.
const MODERATION: &str = "web/moderation";
/// Where the page is that shows the widget in use.
const DEMO: &str = "web/demo";
/// Where the widget is, as it is served.
const WIDGET: &str = "web/dist";
/// Where the sources of the widget are.
const SOURCES: &str = "web/widget";
/// What of them is for who writes pages: names with what they are.
const TYPES: [(&str, &str); 2] =
    [("widget.d.ts", "text/plain; charset=utf-8"), ("custom-elements.json", "application/json")];
/// Where the texts of the widget are, which the pages made here use too.
const LOCALES: &str = "web/widget/locales";

fn main() -> Result<(), Box<dyn Error>> {
    for source in ["openapi.yaml", "migrations", "templates", MODERATION, DEMO, WIDGET, LOCALES] {
        println!("cargo::rerun-if-changed={source}");
    }
    for (name, _) in TYPES {
        println!("cargo::rerun-if-changed={SOURCES}/{name}");
    }
    #[expect(clippy::disallowed_methods, reason = "cargo says where in the environment")]
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let contract: serde_json::Value = serde_saphyr::from_str(&fs::read_to_string("openapi.yaml")?)?;
    fs::write(folder.join("openapi.json"), contract.to_string())?;
    write_list(&folder.join("moderation.rs"), MODERATION, |file, name| text(file, &page_path("/moderation/", name)))?;
    write_list(&folder.join("demo.rs"), DEMO, |file, name| text(file, &page_path("/demo/", name)))?;
    write_list(&folder.join("widget.rs"), WIDGET, |file, name| compressed(file, name, &folder))?;
    let of_types = |(name, content_type)| {
        let file = Path::new(SOURCES).join(name);
        packed(&file, name, &format!("/{name}"), content_type, &folder)
    };
    let types = TYPES.map(of_types).into_iter().collect::<Result<String, _>>()?;
    fs::write(folder.join("types.rs"), format!("&[{types}]"))?;
    write_list(&folder.join("locales.rs"), LOCALES, locale)?;
    Ok(())
}

/// Writes the files of a folder as a list of values of the program.
fn write_list(
    target: &Path,
    folder: &str,
    value: impl Fn(&Path, &str) -> Result<String, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    list(Path::new(folder), &mut files)?;
    files.sort();
    let mut values = String::new();
    for file in &files {
        let name = file.strip_prefix(folder)?.to_str().ok_or("a name that is no text")?;
        writeln!(values, "{}", value(file, name)?)?;
    }
    fs::write(target, format!("&[{values}]"))?;
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// What a file is; `None` for one that browsers don't need.
fn content_type(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// The address of a file of a page.
fn page_path(page: &str, name: &str) -> String {
    if name == "index.html" { page.to_owned() } else { format!("{page}{name}") }
}

/// The file as a value of the program.
fn text(file: &Path, path: &str) -> Result<String, Box<dyn Error>> {
    let Some(content_type) = content_type(file) else {
        return Ok(String::new());
    };
    let source = fs::canonicalize(file)?.display().to_string();
    Ok(format!("Asset {{ path: {path:?}, body: include_str!({source:?}), content_type: {content_type:?} }},"))
}

/// A file of the widget, as a value of the program.
fn compressed(file: &Path, name: &str, folder: &Path) -> Result<String, Box<dyn Error>> {
    let Some(content_type) = content_type(file) else {
        return Ok(String::new());
    };
    let path = if name.starts_with("locales/") { format!("/widget/{name}") } else { format!("/{name}") };
    packed(file, name, &path, content_type, folder)
}

/// A file and the same compressed, as small as it can be, as a value of the program.
fn packed(file: &Path, name: &str, path: &str, content_type: &str, folder: &Path) -> Result<String, Box<dyn Error>> {
    let body = fs::read(file)?;
    let mut gzip = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, body.as_slice(), &mut gzip)?;
    let params = BrotliEncoderParams { quality: 11, size_hint: body.len(), ..BrotliEncoderParams::default() };
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut body.as_slice(), &mut brotli, &params)?;
    let keep = |coded: Vec<u8>, ending: &str| {
        let target = folder.join(format!("{}.{ending}", name.replace('/', "-")));
        fs::write(&target, coded).map(|()| target.display().to_string())
    };
    let (gzip, brotli) = (keep(gzip, "gz")?, keep(brotli, "br")?);
    let source = fs::canonicalize(file)?.display().to_string();
    Ok(format!(
        "File {{ path: {path:?}, body: include_bytes!({source:?}), gzip: include_bytes!({gzip:?}), \
         brotli: include_bytes!({brotli:?}), content_type: {content_type:?} }},",
    ))
}

/// A file of texts and its language, as a value of the program.
fn locale(file: &Path, name: &str) -> Result<String, Box<dyn Error>> {
    let Some(language) = name.strip_suffix(".json") else {
        return Ok(String::new());
    };
    let source = fs::canonicalize(file)?.display().to_string();
    Ok(format!("({language:?}, include_str!({source:?})),"))
}
