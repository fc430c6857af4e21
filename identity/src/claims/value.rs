//! A claim's value.

use serde_json::{Number, Value};

use crate::Malformed;

/// The greatest whole number that every language reads exactly, 2^53 - 1. Beyond it a number belongs into a text.
const GREATEST: i64 = 9_007_199_254_740_991;
/// Digits of a decimal that every double keeps.
const MOST_DIGITS: usize = 15;

/// The value of a claim. All three are handed on as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim<'a> {
    /// A text.
    Text(&'a str),
    /// A number as JSON writes it.
    Number(&'a str),
    /// `true` or `false`.
    Bool(&'a str),
}

impl<'a> Claim<'a> {
    /// The text that is handed on.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Bool(text) => text,
        }
    }

    pub(super) fn to_json(self) -> Option<Value> {
        match self {
            Self::Text(text) => Some(text.into()),
            Self::Number(digits) => number(digits).map(Value::Number),
            Self::Bool(word) => word.parse().ok().map(Value::Bool),
        }
    }

    pub(super) fn is_whole(self) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Number(digits) => number(digits).is_some(),
            Self::Bool(word) => word == "true" || word == "false",
        }
    }
}

pub(super) fn check_value(value: &Value) -> Result<(), Malformed> {
    match value {
        Value::String(text) if is_printable(text) => Ok(()),
        Value::Bool(_) => Ok(()),
        Value::Number(number) if is_exact(number) => Ok(()),
        Value::Number(_) => Err(Malformed("claim_number")),
        _ => Err(Malformed("claim_value")),
    }
}

/// Whether every language reads the number that was written. Of a decimal that `serde_json` reads one unit too far, the
/// shortest form has more than 15 digits: it is refused, not changed.
fn is_exact(number: &Number) -> bool {
    match number.as_i64() {
        Some(whole) => (-GREATEST..=GREATEST).contains(&whole),
        // A whole number of a hundred digits comes as one of the large doubles.
        None => {
            number.as_f64().is_some_and(|real| real.abs() < 1e15)
                && significant_digits(&number.to_string()) <= MOST_DIGITS
        }
    }
}

fn significant_digits(decimal: &str) -> usize {
    let digits = decimal.split('e').next().unwrap_or_default().trim_end_matches(".0");
    digits.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count()
}

/// The number that has exactly this text.
fn number(digits: &str) -> Option<Number> {
    let number = match digits.parse::<i64>() {
        Ok(whole) => Number::from(whole),
        Err(_) => Number::from_f64(digits.parse().ok()?)?,
    };
    (number.to_string() == digits && is_exact(&number)).then_some(number)
}

pub(super) fn is_printable(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_control();
    text.bytes().all(plain) || !text.chars().any(char::is_control)
}
