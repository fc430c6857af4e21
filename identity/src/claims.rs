//! What else the business wants to know of a user at each request.

mod value;

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

pub use value::Claim;

use self::value::{check_value, is_printable};
use crate::Malformed;

/// Claims a user may have.
const MOST: usize = 20;
/// Bytes of all of them together, as JSON without spaces. The stored form is never longer.
const MOST_BYTES: usize = 1024;
/// Characters of a name.
const LONGEST_NAME: usize = 32;

/// Names that mean something in tokens or in the authorizer's context: a claim of that name would be taken for it.
const RESERVED: [&str; 23] = [
    "app_id",
    "aud",
    "audience",
    "auth_time",
    "azp",
    "client_id",
    "exp",
    "expires_at",
    "external_id",
    "iat",
    "iss",
    "jti",
    "nbf",
    "openid",
    "principal_id",
    "reason",
    "roles",
    "scope",
    "scopes",
    "session_id",
    "sub",
    "unionid",
    "user_id",
];

/// At most 20 named values, flat, at most 1,024 bytes of JSON together. A name is `[a-z][a-z0-9_]{0,31}`; a value is a
/// text without control characters, a number (whole up to 2^53 - 1, or a decimal of 15 digits), or true or false. Kept
/// as it is stored:
///
/// ```text
/// beta?true level#3 tier=4:gold
/// ```
///
/// In order of names, one space between two. A text carries its length in bytes, so nothing in it needs an escape.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Claims(String);

impl Claims {
    /// Takes names and values.
    ///
    /// # Errors
    ///
    /// `claim_name`, `claim_name_reserved`, `claim_twice`, `claim_value`, `claim_number`, `too_many_claims`,
    /// `claims_too_large`.
    pub fn new<'a>(claims: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Result<Self, Malformed> {
        let mut sorted = BTreeMap::new();
        for (name, value) in claims {
            check_name(name)?;
            check_value(value)?;
            if sorted.insert(name, value).is_some() {
                return Err(Malformed("claim_twice"));
            }
        }
        if sorted.len() > MOST {
            return Err(Malformed("too_many_claims"));
        }
        if serde_json::to_string(&sorted).map_or(true, |json| json.len() > MOST_BYTES) {
            return Err(Malformed("claims_too_large"));
        }
        let entries = sorted.into_iter().map(|(name, value)| match value {
            Value::String(text) => entry(name, text),
            Value::Bool(is) => format!("{name}?{is}"),
            number => format!("{name}#{number}"),
        });
        Ok(Self(entries.collect::<Vec<_>>().join(" ")))
    }

    /// Reads claims as they were handed on: all of them are text there. `None` for a name or value that no claim has,
    /// and for more than there can be: names and values alone have fewer bytes than what is stored.
    pub(super) fn handed_on(claims: BTreeMap<&str, &str>) -> Option<Self> {
        let bytes: usize = claims.iter().map(|(name, text)| name.len() + text.len()).sum();
        let fits = claims.len() <= MOST
            && bytes <= MOST_BYTES
            && claims.iter().all(|(name, text)| check_name(name).is_ok() && is_printable(text));
        let entries = claims.into_iter().map(|(name, text)| entry(name, text));
        fits.then(|| Self(entries.collect::<Vec<_>>().join(" ")))
    }

    /// Reads what [`Claims::as_str`] gave.
    ///
    /// # Errors
    ///
    /// `claims` when that did not give it.
    pub fn stored(text: &str) -> Result<Self, Malformed> {
        let is_fine = text.len() <= MOST_BYTES && is_printable(text) && is_list(text).is_some();
        is_fine.then(|| Self(text.to_owned())).ok_or(Malformed("claims"))
    }

    /// The form in which they are stored; empty when there are none, and then not stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The claim as it is handed on, if there is one of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(had, _)| *had == name).map(|(_, claim)| claim.as_str())
    }

    /// Each of them, in order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Claim<'_>)> {
        let mut rest = self.0.as_str();
        std::iter::from_fn(move || {
            let (name, claim, tail) = split_first(rest)?;
            rest = tail.strip_prefix(' ').unwrap_or_default();
            Some((name, claim))
        })
    }

    /// Names and values as JSON has them.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        self.iter().filter_map(|(name, claim)| Some((name.to_owned(), claim.to_json()?))).collect()
    }
}

/// Says nothing: what is known of a person is not for the log.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(…)")
    }
}

fn entry(name: &str, text: &str) -> String {
    format!("{name}={}:{text}", text.len())
}

fn check_name(name: &str) -> Result<(), Malformed> {
    let follows = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let fits = name.len() <= LONGEST_NAME
        && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && name.bytes().all(follows);
    if !fits {
        return Err(Malformed("claim_name"));
    }
    if RESERVED.binary_search(&name).is_ok() { Err(Malformed("claim_name_reserved")) } else { Ok(()) }
}

/// Whether these are claims in order, so that none is there twice.
fn is_list(text: &str) -> Option<()> {
    let (mut rest, mut last) = (text, "");
    for _ in 0..MOST {
        let (name, claim, tail) = split_first(rest)?;
        check_name(name).ok()?;
        if name <= last || !claim.is_whole() {
            return None;
        }
        if tail.is_empty() {
            return Some(());
        }
        (rest, last) = (tail.strip_prefix(' ')?, name);
    }
    None
}

/// The first claim, and what follows it.
fn split_first(text: &str) -> Option<(&str, Claim<'_>, &str)> {
    let end = text.bytes().position(|byte| b"=#?".contains(&byte))?;
    let (name, value) = (&text[..end], &text[end + 1..]);
    if text.as_bytes()[end] == b'=' {
        let (length, value) = value.split_once(':')?;
        // `parse` takes a plus sign.
        let length = length.bytes().all(|byte| byte.is_ascii_digit()).then(|| length.parse().ok())??;
        let (value, rest) = value.split_at_checked(length)?;
        return Some((name, Claim::Text(value), rest));
    }
    let (value, rest) = value.split_at(value.find(' ').unwrap_or(value.len()));
    let claim = if text.as_bytes()[end] == b'#' { Claim::Number(value) } else { Claim::Bool(value) };
    Some((name, claim, rest))
}
