//! `cargo xtask generate` writes what is generated, `cargo xtask generate --check` says what is not as it would be written.
//!
//! # Layout
//! - [`blocks`]: the marked parts of files that people keep otherwise
//! - [`settings`], [`functions`], [`codes`], [`routes`], [`alarms`], [`log`]: what stands in them, from the tables of `facts`
//! - [`consistency`]: what cannot be right in those tables
//! - [`http_api`]: `template-http-api.yaml` as a whole, from `template.yaml`
//! - [`patch`]: lays one YAML text over another and keeps what people wrote in it
//! - [`yaml`], [`markdown`]: how things are written there

mod alarms;
mod blocks;
mod codes;
mod consistency;
mod functions;
mod http_api;
mod log;
mod markdown;
mod patch;
mod routes;
mod settings;
mod yaml;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

/// Files with marked parts, and how many: a mark that is lost or misspelt must not leave old text unseen.
const MARKED: &[(&str, usize)] = &[
    ("template.yaml", 15),
    ("examples/template.yaml", 1),
    ("examples/separate-stack/rest-api.yaml", 1),
    ("openapi.yaml", 2),
    ("docs/accounts.md", 1),
    ("docs/api.md", 3),
    ("docs/operations.md", 4),
    ("docs/configuration.md", 1),
    ("docs/zh/api.md", 3),
    ("docs/zh/configuration.md", 1),
    ("docs/wechat-backend.md", 1),
    ("docs/zh/wechat-backend.md", 1),
    ("miniprogram/index.d.ts", 1),
];
const REST: &str = "template.yaml";
const HTTP: &str = "template-http-api.yaml";

/// What is written, and the text that belongs there.
fn generated(root: &Path) -> Result<Vec<(&'static str, String)>, String> {
    let read = |name: &str| fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    let mut written = Vec::new();
    for &(name, parts) in MARKED {
        let (mut text, found) = blocks::filled(&read(name)?).map_err(|error| format!("{name}: {error}"))?;
        if found != parts {
            return Err(format!(
                "{name}: {found} parts are marked as generated, and MARKED of xtask/src/main.rs has {parts}"
            ));
        }
        if name == REST {
            text = settings::grouped(&text)?;
            written.push((HTTP, http_api::template(&text, &read(http_api::PATCH)?)?));
        }
        written.push((name, text));
    }
    Ok(written)
}

fn run(root: &Path, only_check: bool) -> Result<(), String> {
    let wrong = consistency::wrong();
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
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
