//! Who asks, where a backend does.

use super::Malformed;

/// A backend in its own words: 1 to 128 characters, none of them invisible or turning a line of a log around, not only spaces. Not
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
        let fits =
            text.chars().count() <= 128 && !text.trim().is_empty() && !text.chars().any(is_unprintable);
        fits.then_some(Self(text)).ok_or(Malformed("actor_form"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, and what makes a line of a log read other than it is.
fn is_unprintable(character: char) -> bool {
    let turns =
        ['\u{200b}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2066}'..='\u{2069}', '\u{feff}'..='\u{feff}'];
    character.is_control() || turns.iter().any(|range| range.contains(&character))
}
