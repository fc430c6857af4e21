//! The session token and its hash.
//!
//! ```text
//! raw   = user id (16 bytes) ‖ secret (32 random bytes)
//! body  = base64url(raw), 64 characters: 48 bytes leave no spare bits, so one raw has one spelling
//! check = base62(CRC-32("wxs_" ‖ body)), 6 characters
//! token = "wxs_" ‖ body ‖ check, 74 characters
//! ```
//!
//! The prefix lets secret scanners recognise a leaked token. The checksum lets junk be refused
//! before any table is read. Neither is a security control: the 256 random bits are.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{Context, SHA256};
use zeroize::Zeroizing;

use crate::{ids::UserId, random::Random};

/// Never change it: secret scanners and the template's identity expression know it.
pub const PREFIX: &str = "wxs_";
/// Characters of a token.
pub const LENGTH: usize = 74;

const BODY: usize = 64;
const RAW: usize = 48;
const HASH: usize = 32;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Text that is not a token. Says nothing about what a right one would look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not 74 characters.
    #[error("wrong length")]
    Length,
    /// Another prefix.
    #[error("wrong prefix")]
    Prefix,
    /// A character outside base64url.
    #[error("wrong alphabet")]
    Alphabet,
    /// The checksum does not fit.
    #[error("wrong checksum")]
    Checksum,
}

/// A session token: minted once, shown to the client, never stored, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken {
    raw: Zeroizing<[u8; RAW]>,
}

impl SessionToken {
    /// Mints a token for `user`.
    #[must_use]
    pub fn generate(user: UserId, random: &Random) -> Self {
        let mut raw = Zeroizing::new([0; RAW]);
        raw[..16].copy_from_slice(user.as_bytes());
        raw[16..].copy_from_slice(&*Zeroizing::new(random.bytes::<32>()));
        Self { raw }
    }

    /// Reads a token; each token has exactly one spelling.
    ///
    /// # Errors
    ///
    /// [`TokenError`] when the text is not a token.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        if text.len() != LENGTH {
            return Err(TokenError::Length);
        }
        let unprefixed = text.as_bytes().strip_prefix(PREFIX.as_bytes()).ok_or(TokenError::Prefix)?;
        let (body, check) = unprefixed.split_at(BODY);
        let mut raw = Zeroizing::new([0; RAW]);
        let decoded = URL_SAFE_NO_PAD.decode_slice(body, raw.as_mut_slice());
        if decoded != Ok(RAW) {
            return Err(TokenError::Alphabet);
        }
        if checksum(body) != check {
            return Err(TokenError::Checksum);
        }
        Ok(Self { raw })
    }

    /// The text to hand to the client.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(self.raw.as_slice(), &mut text);
        let check = checksum(&text.as_bytes()[PREFIX.len()..]);
        text.extend(check.iter().map(|byte| char::from(*byte)));
        text
    }

    /// The user this token says it belongs to. The session record decides whether that is true.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.raw[..16]);
        UserId::from_bytes(bytes)
    }

    /// What the Sessions table knows of this token.
    #[must_use]
    pub fn hash(&self, realm: &Realm) -> TokenHash {
        TokenHash(hashed(b"wxs/session/1", realm, self.raw.as_slice()))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// The hash of a token: what its session is stored under. It cannot be presented as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash([u8; HASH]);

impl TokenHash {
    /// The 32 bytes that stand in a user's list of live sessions.
    #[must_use]
    pub fn from_bytes(bytes: [u8; HASH]) -> Self {
        Self(bytes)
    }

    /// The same bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; HASH] {
        &self.0
    }

    /// A sort key read from the table; `None` when it is none of ours.
    #[must_use]
    pub fn from_sort_key(text: &str) -> Option<Self> {
        let mut hash = [0; HASH];
        (URL_SAFE_NO_PAD.decode_slice(text, &mut hash) == Ok(HASH)).then_some(Self(hash))
    }

    /// The sort key in the Sessions table: 43 characters of base64url.
    #[must_use]
    pub fn sort_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// A name mixed into every token hash. Changing it logs everyone out at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Realm(String);

impl Realm {
    /// Takes 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        fits.then(|| Self(text.to_owned()))
    }

    /// What a user's list says of the realm that its hashes were made in. Two realms of one tag, once in four thousand
    /// million, would leave a list that is dead in its place.
    #[must_use]
    pub fn tag(&self) -> RealmTag {
        let mut context = Context::new(&SHA256);
        context.update(b"wxs/realm/1\0");
        context.update(self.0.as_bytes());
        let mut tag = RealmTag::default();
        tag.copy_from_slice(&context.finish().as_ref()[..size_of::<RealmTag>()]);
        tag
    }
}

/// See [`Realm::tag`].
pub type RealmTag = [u8; 4];

/// What is stored in a secret's place: a hash of its own for each kind of secret and each realm.
pub(crate) fn hashed(domain: &[u8], realm: &Realm, raw: &[u8]) -> [u8; HASH] {
    let mut context = Context::new(&SHA256);
    for part in [domain, b"\0", realm.0.as_bytes(), b"\0", raw] {
        context.update(part);
    }
    let mut hash = [0; HASH];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

fn checksum(body: &[u8]) -> [u8; 6] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(PREFIX.as_bytes());
    hasher.update(body);
    let mut rest = hasher.finalize();
    let mut check = [b'0'; 6];
    for place in check.iter_mut().rev() {
        *place = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    check
}

#[cfg(test)]
mod tests;
