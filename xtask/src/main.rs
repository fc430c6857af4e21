//! `cargo xtask generate` writes what is generated, `cargo xtask generate --check` says what is not as it would be written.
//!
//! # Layout
//! - [`http_api`]: `template-http-api.yaml`, from `template.yaml`
//! - [`patch`]: lays one YAML text over another and keeps what people wrote in it

mod http_api;
mod patch;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

/// What is written, and the text that belongs there.
fn generated(root: &Path) -> Result<Vec<(&'static str, String)>, String> {
    let read = |name: &str| fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    let http = http_api::template(&read("template.yaml")?, &read(http_api::PATCH)?)?;
    Ok(vec![("template-http-api.yaml", http)])
}

fn run(root: &Path, only_check: bool) -> Result<(), String> {
    let mut stale = Vec::new();
    for (name, text) in generated(root)? {
        if fs::read_to_string(root.join(name)).is_ok_and(|there| there == text) {
            continue;
        }
        stale.push(name);
        if !only_check {
            fs::write(root.join(name), text).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    if only_check && !stale.is_empty() {
        return Err(format!("not as `cargo xtask generate` writes it: {}", stale.join(", ")));
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a command for a terminal")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate"] => run(&root, false),
        ["generate", "--check"] => run(&root, true),
        _ => Err("usage: cargo xtask generate [--check]".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
