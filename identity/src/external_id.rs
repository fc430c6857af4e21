//! The business's own name of a user.

use std::fmt;

use crate::Malformed;

/// 1 to 64 visible ASCII characters, without a space. Nothing makes it unique: two users may have the same one.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// Takes a name.
    ///
    /// # Errors
    ///
    /// `external_id_form`.
    pub fn new(text: &str) -> Result<Self, Malformed> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned())).ok_or(Malformed("external_id_form"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Says nothing: it names a person.
impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalId(…)")
    }
}
