//! What a user may do, in the business's words.

use std::{collections::BTreeSet, fmt};

use crate::Malformed;

/// Roles a user may have.
const MOST: usize = 16;
/// Characters of a role.
const LONGEST: usize = 32;

/// A set of roles, at most 16, each 1 to 32 of `A-Z a-z 0-9 . _ : -` with a letter or digit in front. Kept as it is
/// handed on: in order, one space between two.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Roles(String);

impl Roles {
    /// Makes a set; the same role twice is once.
    ///
    /// # Errors
    ///
    /// `role_form`, `too_many_roles`.
    pub fn new<'a>(roles: impl IntoIterator<Item = &'a str>) -> Result<Self, Malformed> {
        let mut set = BTreeSet::new();
        for role in roles {
            if !is_role(role) {
                return Err(Malformed("role_form"));
            }
            set.insert(role);
        }
        if set.len() > MOST {
            return Err(Malformed("too_many_roles"));
        }
        Ok(Self(set.into_iter().collect::<Vec<_>>().join(" ")))
    }

    /// Reads what [`Roles::as_str`] gave.
    ///
    /// # Errors
    ///
    /// `roles` when that did not give it.
    pub fn stored(text: &str) -> Result<Self, Malformed> {
        let (mut count, mut last) = (0, "");
        for role in text.split(' ') {
            // In order, so none is there twice.
            if !is_role(role) || role <= last {
                return Err(Malformed("roles"));
            }
            (count, last) = (count + 1, role);
        }
        if count > MOST { Err(Malformed("roles")) } else { Ok(Self(text.to_owned())) }
    }

    /// The form in which they are stored and handed on; empty when there are none, and then not stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `role` is among them, letter for letter.
    #[must_use]
    pub fn contains(&self, role: &str) -> bool {
        self.iter().any(|had| had == role)
    }

    /// Each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|role| !role.is_empty())
    }
}

/// Says nothing: what is known of a person is not for the log.
impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roles(…)")
    }
}

fn is_role(text: &str) -> bool {
    let follows = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    text.len() <= LONGEST
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(follows)
}
