//! What can be said on the command line.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what the person at the terminal reads"
)]

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{admin::Admin, doctor, help, lang::Lang, misunderstood, surroundings::Surroundings, verify};

/// What an operator asks of a deployed login backend, and does to it.
#[derive(Parser)]
#[command(name = "wxsession", version)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
    /// Language of what is said; without it that of the environment (`LC_ALL`, `LC_MESSAGES`, `LANG`).
    #[arg(long, value_enum, global = true)]
    lang: Option<Lang>,
}

#[derive(Subcommand)]
enum Command {
    /// Tell what is wrong with a deployment or a set of credentials. Reads only.
    Doctor(doctor::Args),
    /// Have the conversations of the tests with a deployed service, and report in Markdown. Logs made-up users in.
    Verify(verify::Args),
    /// Look at one user, end sessions, block, give roles, erase: through the function `accounts`.
    Admin(Admin),
}

/// Does what the command line says.
pub async fn run() -> ExitCode {
    let around = Surroundings::of_process();
    // Before anything is understood: what cannot be understood is explained in some language, too.
    let lang = wanted().unwrap_or_else(|| Lang::of(&around.env));
    let line = help::translated(CommandLine::command(), lang).try_get_matches();
    let line = match line.and_then(|matches| CommandLine::from_arg_matches(&matches)) {
        Ok(line) => line,
        Err(error) => return explain(&error, lang),
    };
    match line.command {
        Command::Doctor(args) => examine(&args, &around, lang).await,
        Command::Verify(args) => converse(&args, &around, lang).await,
        Command::Admin(admin) => admin.run(&around, lang).await,
    }
}

/// `--lang zh` or `--lang=zh`, wherever it stands.
fn wanted() -> Option<Lang> {
    let words: Vec<_> = std::env::args().collect();
    let value = words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix("--lang")? {
        "" => words.get(index + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    });
    clap::ValueEnum::from_str(value?, true).ok()
}

fn explain(error: &clap::Error, lang: Lang) -> ExitCode {
    match misunderstood::in_chinese(error) {
        Some(text) if lang == Lang::Zh => eprintln!("{text}"),
        _ => drop(error.print()),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(doctor::USAGE))
}

async fn examine(args: &doctor::Args, around: &Surroundings, lang: Lang) -> ExitCode {
    match doctor::run(args, around).await {
        Ok(report) => {
            print!("{}", report.text(lang));
            ExitCode::from(report.exit_code())
        }
        Err(error) => {
            eprintln!("wxsession doctor: {}", error.message().line(lang));
            ExitCode::from(doctor::USAGE)
        }
    }
}

async fn converse(args: &verify::Args, around: &Surroundings, lang: Lang) -> ExitCode {
    let progress = |outcome: &crate::conversation::Outcome| eprintln!("{}", verify::progress(outcome, lang));
    match verify::run(args, around, progress).await {
        Ok(report) => {
            print!("{}", report.markdown(lang));
            if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(message) => {
            eprintln!("wxsession verify: {}", message.line(lang));
            ExitCode::from(doctor::USAGE)
        }
    }
}
