//! `wxsession admin`: what an operator does to one user, through the function `accounts`.
//!
//! - `person`: how a user is named, and who that is
//! - `control`: asking the function
//! - `listed`: erasing the users of a list
//! - `verbs`, `words`: what can be done, and how it is said; `show`: what is printed of an account
//! - `texts`: every sentence, in English and Chinese
//!
//! Neither an openid nor anything of the vault is ever printed. Exit codes are those of [`Outcome`].

mod control;
mod listed;
mod moment;
mod person;
mod show;
pub(crate) mod texts;
mod verbs;
mod words;

use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
};

use crate::{
    lang::Lang,
    place::Where,
    surroundings::Surroundings,
    text::{Message, Text},
};
use control::Control;
use texts::{NO_DEPLOYMENT, TYPE_YES};
use verbs::Verb;

/// What is done to whom.
#[derive(clap::Args)]
pub struct Admin {
    #[command(subcommand)]
    verb: Verb,
    /// Which deployment.
    #[command(flatten)]
    place: Where,
    /// The function: its name or ARN, where the stack cannot be asked.
    #[arg(long, value_name = "NAME", global = true)]
    function: Option<String>,
    /// Who does this, for the audit event; the name of the machine's user otherwise.
    #[arg(long, value_name = "WHO", global = true)]
    actor: Option<String>,
    /// Do not ask.
    #[arg(long, global = true)]
    yes: bool,
}

/// How it went, with the exit code. Code 2 is clap's: the command line was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 0: shown, or done; also when there was nothing left to do.
    Done = 0,
    /// 1: asked, and the answer was not `yes`. Nothing was changed.
    NotConfirmed = 1,
    /// 3: there is no such user, or no such session of theirs.
    NotFound = 3,
    /// 4: it could not be asked, or not be told: credentials, network, tables. Nothing is known to be changed.
    Unavailable = 4,
    /// 5: it cannot be done as it was asked for, or somebody else changed the account at the same time.
    Refused = 5,
}

/// Why it was not done.
struct Failure {
    outcome: Outcome,
    message: Message,
}

impl Failure {
    fn new(outcome: Outcome, message: impl Into<Message>) -> Self {
        Self { outcome, message: message.into() }
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        Self::new(Outcome::Unavailable, message)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(Outcome::NotConfirmed, Message::from(texts::NO_TERMINAL).with("kind", &error.kind()))
    }
}

/// Where somebody reads and types.
struct Terminal<'a> {
    input: &'a mut dyn BufRead,
    output: &'a mut dyn Write,
    lang: Lang,
    asks: bool,
}

impl Terminal<'_> {
    fn say(&mut self, message: impl Into<Message>) -> io::Result<()> {
        writeln!(self.output, "{}", message.into().line(self.lang))
    }

    fn word(&self, text: Text) -> String {
        Message::from(text).line(self.lang)
    }

    /// Only the word `yes` is yes.
    fn confirms(&mut self, question: &Message) -> io::Result<bool> {
        if !self.asks {
            return Ok(true);
        }
        write!(self.output, "{} {} ", question.line(self.lang), self.word(TYPE_YES))?;
        self.output.flush()?;
        let mut answer = String::new();
        self.input.read_line(&mut answer)?;
        Ok(answer.trim() == "yes")
    }
}

impl Admin {
    /// Runs at the terminal.
    pub async fn run(&self, around: &Surroundings, lang: Lang) -> ExitCode {
        let outcome = self.run_with(around, lang, &mut io::stdin().lock(), &mut io::stdout().lock()).await;
        ExitCode::from(outcome as u8)
    }

    /// Runs with these instead of the terminal.
    pub async fn run_with(
        &self,
        around: &Surroundings,
        lang: Lang,
        input: &mut dyn BufRead,
        output: &mut dyn Write,
    ) -> Outcome {
        let mut terminal = Terminal { input, output, lang, asks: !self.yes };
        match self.done(around, &mut terminal).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                drop(terminal.say(failure.message));
                failure.outcome
            }
        }
    }

    async fn done(&self, around: &Surroundings, terminal: &mut Terminal<'_>) -> Result<Outcome, Failure> {
        let place = self.place.or_exported(around, self.function.is_some());
        let stack = place.find(around).await?;
        if stack.is_none() && self.function.is_none() {
            return Err(Failure::new(Outcome::Refused, NO_DEPLOYMENT));
        }
        let control = Control::open(self, &place, stack.unwrap_or_default(), around).await?;
        self.verb.run(&control, terminal).await
    }
}
