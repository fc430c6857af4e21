//! Who asks, where a backend does.

use super::Malformed;
use crate::telemetry::is_unprintable;

/// A backend in its own words: 1 to 128 characters, none of them unprintable, a letter or digit among them. Not
/// verified: `CloudTrail` knows who it was.
#[derive(Debug)]
pub struct Actor(String);

impl Actor {
    /// Takes the text if it is of that form.
    ///
    /// # Errors
    ///
    /// [`Malformed`]: `actor_form`.
    pub fn new(text: String) -> Result<Self, Malformed> {
        let fits = text.chars().count() <= 128
            && text.chars().any(char::is_alphanumeric)
            && !text.chars().any(is_unprintable);
        fits.then_some(Self(text)).ok_or(Malformed("actor_form"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
