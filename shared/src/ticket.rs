//! The ticket by which a page in a web-view comes to a session of its own.
//!
//! ```text
//! ticket = "wxt_" ‖ base64url(32 random bytes), 47 characters, one spelling
//! ```
//!
//! It stands in a URL's fragment for a moment. Only its hash is stored; it is good once and for a minute, and nothing of
//! the session that it was made for is in it.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::{
    random::Random,
    token::{Realm, hashed},
};

/// Never change it: secret scanners know it.
pub const PREFIX: &str = "wxt_";
/// How long a ticket is good.
pub const SECONDS: i64 = 60;

const RAW: usize = 32;
const BODY: usize = 43;

/// A ticket: made once, shown to the Mini Program, never stored, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(Zeroizing<[u8; RAW]>);

impl Ticket {
    /// Makes a ticket.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(Zeroizing::new(random.bytes()))
    }

    /// Reads a ticket; `None` for whatever is not spelled as one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(PREFIX).filter(|body| body.len() == BODY)?;
        let mut raw = Zeroizing::new([0; RAW]);
        // Bits to spare in the last character must be zero, or one ticket would have four spellings.
        (URL_SAFE_NO_PAD.decode_slice(body, raw.as_mut_slice()) == Ok(RAW)).then_some(Self(raw))
    }

    /// The text to hand to the Mini Program.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + BODY));
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(self.0.as_slice(), &mut text);
        text
    }

    /// What the Sessions table knows of this ticket.
    #[must_use]
    pub fn hash(&self, realm: &Realm) -> TicketHash {
        TicketHash(hashed(b"wxs/ticket/1", realm, self.0.as_slice()))
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

/// The hash of a ticket. It cannot be presented as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketHash([u8; RAW]);

impl TicketHash {
    /// The partition key in the Sessions table: no user's name looks like it.
    #[must_use]
    pub fn partition_key(&self) -> String {
        format!("ticket#{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::UserId, token::SessionToken};

    fn realm(name: &str) -> Realm {
        Realm::new(name).expect("a realm")
    }

    #[test]
    fn is_read_back_and_has_one_spelling() {
        let ticket = Ticket::generate(&Random::system());
        let text = ticket.expose();
        assert_eq!((text.len(), &text[..4]), (47, "wxt_"));
        assert!(Ticket::parse(&text).as_ref() == Some(&ticket));
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let spellings =
            alphabet.chars().filter(|last| Ticket::parse(&format!("{}{last}", &text[..46])).is_some());
        assert_eq!(spellings.count(), 16, "of 64 last characters those without bits to spare");
    }

    #[test]
    fn refuses_whatever_is_none() {
        let good = Ticket::generate(&Random::system()).expose();
        let token = SessionToken::generate(UserId::of("wx0123456789abcdef", "o"), &Random::system()).expose();
        for bad in [
            "",
            "wxt_",
            &good[4..],
            &good[..46],
            &format!("{}A", &*good),
            &format!(" {}", &*good),
            &format!("{}=", &good[..46]),
            &format!("{}+{}", &good[..20], &good[21..]),
            &good.replace("wxt_", "WXT_"),
            &good.replace("wxt_", "wxs_"),
            &*token,
            &format!("wxt_{}", "é".repeat(21)),
            &"x".repeat(1_000),
        ] {
            assert!(Ticket::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn its_hash_is_of_its_realm_and_of_tickets_and_its_debug_says_nothing() {
        let ticket = Ticket(Zeroizing::new([7; RAW]));
        assert_eq!(ticket.hash(&realm("1")), ticket.hash(&realm("1")));
        assert_ne!(ticket.hash(&realm("1")), ticket.hash(&realm("2")));
        assert_ne!(ticket.hash(&realm("1")).0, hashed(b"wxs/session/1", &realm("1"), &[7; RAW]));
        let key = ticket.hash(&realm("1")).partition_key();
        assert!(key.starts_with("ticket#") && key.len() == 50, "{key}");
        assert_eq!(format!("{ticket:?}"), "Ticket(…)");
    }
}
