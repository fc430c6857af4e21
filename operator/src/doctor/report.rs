//! What was found: one line per check.

use std::fmt::Write as _;

use super::texts::Text;

/// The language of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

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
    text: Text,
    values: Vec<Value>,
}

#[derive(Clone, Debug)]
struct Value {
    name: &'static str,
    en: String,
    zh: String,
}

impl Finding {
    pub(super) fn new(state: State, check: &'static str, text: Text) -> Self {
        Self { state, check, text, values: Vec::new() }
    }

    pub(super) fn ok(check: &'static str, text: Text) -> Self {
        Self::new(State::Ok, check, text)
    }

    pub(super) fn warn(check: &'static str, text: Text) -> Self {
        Self::new(State::Warn, check, text)
    }

    pub(super) fn fail(check: &'static str, text: Text) -> Self {
        Self::new(State::Fail, check, text)
    }

    pub(super) fn skipped(check: &'static str, text: Text) -> Self {
        Self::new(State::Skipped, check, text)
    }

    /// Fills a placeholder of the text.
    pub(super) fn with(self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        let value = value.to_string();
        self.with_words(name, value.clone(), value)
    }

    /// Fills a placeholder that reads differently in each language.
    pub(super) fn with_words(
        mut self,
        name: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        self.values.push(Value { name, en: en.into(), zh: zh.into() });
        self
    }

    /// Cause and fix, on one line.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let (cause, fix, word) = match lang {
            Lang::En => (self.text.en, self.text.fix.map(|fix| fix.0), "Fix: "),
            Lang::Zh => (self.text.zh, self.text.fix.map(|fix| fix.1), "处理："),
        };
        let mut line = format!("{:<8}{:<24}{}", self.state.as_str(), self.check, self.filled(cause, lang));
        if let Some(fix) = fix {
            let _ = write!(line, "  → {word}{}", self.filled(fix, lang));
        }
        line
    }

    /// Names in a value come from files and answers: they must not steer the terminal.
    fn filled(&self, text: &str, lang: Lang) -> String {
        let filled = self.values.iter().fold(text.to_owned(), |text, value| {
            let words = if lang == Lang::Zh { &value.zh } else { &value.en };
            text.replace(&format!("{{{}}}", value.name), words)
        });
        filled.replace(char::is_control, "?")
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

    /// 0 when nothing failed, 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(self.count(State::Fail) > 0)
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
