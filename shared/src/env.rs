//! Environment variables, read once, in `main`. Absent and malformed are different errors; both name
//! the variable, neither prints its value.

use std::str::FromStr;

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

    /// A whole number within `range`, or `default` when not set.
    ///
    /// # Errors
    ///
    /// [`EnvError::Malformed`].
    fn number_or(
        &self,
        name: &'static str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, EnvError> {
        let Some(text) = self.text(name) else { return Ok(default) };
        i64::from_str(&text).ok().filter(|number| range.contains(number)).ok_or_else(|| {
            EnvError::Malformed(name, format!("a whole number from {} to {}", range.start(), range.end()))
        })
    }

    /// `true` or `false`, or `default` when not set.
    ///
    /// # Errors
    ///
    /// [`EnvError::Malformed`].
    fn flag_or(&self, name: &'static str, default: bool) -> Result<bool, EnvError> {
        match self.text(name).as_deref() {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(EnvError::Malformed(name, "true or false".to_owned())),
        }
    }
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
