//! What was found: one line per check.

use crate::{lang::Lang, text::Message};

/// How a check ended. The words are the same in every language, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and will bite one day; or it cannot be told now.
    Warn,
    /// It does not work.
    Fail,
    /// Not looked at; the line says what it would need.
    Skipped,
}

impl State {
    /// The word in the line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
            Self::Skipped => "skipped",
        }
    }
}

/// One check.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How it ended.
    pub state: State,
    /// Its stable name, such as `wechat.credentials`.
    pub check: &'static str,
    message: Message,
}

impl Finding {
    pub(super) fn new(state: State, check: &'static str, message: impl Into<Message>) -> Self {
        Self { state, check, message: message.into() }
    }

    pub(super) fn ok(check: &'static str, message: impl Into<Message>) -> Self {
        Self::new(State::Ok, check, message)
    }

    pub(super) fn warn(check: &'static str, message: impl Into<Message>) -> Self {
        Self::new(State::Warn, check, message)
    }

    pub(super) fn fail(check: &'static str, message: impl Into<Message>) -> Self {
        Self::new(State::Fail, check, message)
    }

    pub(super) fn skipped(check: &'static str, message: impl Into<Message>) -> Self {
        Self::new(State::Skipped, check, message)
    }

    /// Fills a placeholder of the text.
    pub(super) fn with(self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        Self { message: self.message.with(name, value), ..self }
    }

    /// Fills a placeholder that reads differently in each language.
    pub(super) fn with_words(self, name: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { message: self.message.with_words(name, en, zh), ..self }
    }

    /// Cause and fix, on one line.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        format!("{:<8}{:<24}{}", self.state.as_str(), self.check, self.message.line(lang))
    }
}

/// Every check, in the order it was made.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The checks.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// 0 when something was looked at and nothing failed, 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let nothing_was_looked_at = self.count(State::Skipped) == self.findings.len();
        u8::from(self.count(State::Fail) > 0 || nothing_was_looked_at)
    }

    /// How many checks ended like this.
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        self.findings.iter().filter(|finding| finding.state == state).count()
    }

    /// Every line, and the sum at the end.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let lines = self.findings.iter().map(|finding| finding.line(lang) + "\n");
        let states = [State::Ok, State::Warn, State::Fail, State::Skipped];
        let sum: Vec<_> =
            states.map(|state| format!("{} {}", self.count(state), state.as_str())).into_iter().collect();
        lines.collect::<String>() + &sum.join(", ") + "\n"
    }
}
