//! Environment variables, read once, in `main`. Absent and malformed are different errors; both name
//! the variable, neither prints its value.

use facts::{
    Setting,
    setting::{Given, Number, NumberOrNone, Text, Words},
};

/// A setting that keeps the function from starting.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    /// It has no default and is not set.
    #[error("{0} is not set")]
    Absent(&'static str),
    /// Its text cannot be read.
    #[error("{0} must be {1}")]
    Malformed(&'static str, String),
}

/// Where settings come from: the process's environment, or a map in tests.
pub trait Source {
    /// The variable's text, if it is set and not empty.
    fn text(&self, name: &str) -> Option<String>;

    /// A variable that must be set.
    ///
    /// # Errors
    ///
    /// [`EnvError::Absent`].
    fn required(&self, name: &'static str) -> Result<String, EnvError> {
        self.text(name).ok_or(EnvError::Absent(name))
    }

    /// What the stack gives.
    ///
    /// # Errors
    ///
    /// [`EnvError::Absent`].
    fn given(&self, setting: &Setting<Given>) -> Result<String, EnvError> {
        self.required(setting.name)
    }

    /// A number in its range, without what stands behind the point: CloudFormation's `Number` may have a fraction.
    ///
    /// # Errors
    ///
    /// [`EnvError::Malformed`].
    fn number(&self, setting: &Setting<Number>) -> Result<i64, EnvError> {
        let Number { default, least, most } = setting.kind;
        let Some(text) = self.text(setting.name) else { return Ok(default) };
        let whole = match text.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => whole,
            _ => &text,
        };
        number_in(&setting.kind, whole).ok_or_else(|| {
            EnvError::Malformed(setting.name, format!("a whole number from {least} to {most}"))
        })
    }

    /// A whole number in its range, or `None` for 0.
    ///
    /// # Errors
    ///
    /// [`EnvError::Malformed`].
    fn number_or_none(&self, setting: &Setting<NumberOrNone>) -> Result<Option<i64>, EnvError> {
        let Number { default, least, most } = setting.kind.number;
        match self.text(setting.name).as_deref() {
            None => Ok(Some(default)),
            Some("0") => Ok(None),
            Some(text) => number_in(&setting.kind.number, text).map(Some).ok_or_else(|| {
                EnvError::Malformed(setting.name, format!("0, or a whole number from {least} to {most}"))
            }),
        }
    }

    /// One of its words.
    ///
    /// # Errors
    ///
    /// [`EnvError::Malformed`].
    fn word(&self, setting: &Setting<Words>) -> Result<&'static str, EnvError> {
        let Words { default, words } = setting.kind;
        let Some(text) = self.text(setting.name) else { return Ok(default) };
        words.iter().copied().find(|word| *word == text).ok_or_else(|| {
            let (last, others) = words.split_last().unwrap_or((&"", &[]));
            EnvError::Malformed(setting.name, format!("{} or {last}", others.join(", ")))
        })
    }

    /// Its text, or its default. The form is for whoever reads it.
    fn text_or_default(&self, setting: &Setting<Text>) -> Option<String> {
        self.text(setting.name).or_else(|| setting.kind.default.map(str::to_owned))
    }
}

fn number_in(range: &Number, text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| (range.least..=range.most).contains(number))
}

/// The process's environment.
#[derive(Clone, Copy, Debug)]
pub struct Process;

impl Source for Process {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    fn text(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|text| !text.is_empty())
    }
}

impl<S: std::hash::BuildHasher> Source for std::collections::HashMap<String, String, S> {
    fn text(&self, name: &str) -> Option<String> {
        self.get(name).filter(|text| !text.is_empty()).cloned()
    }
}
