//! Public names: of a user, and of a session.

use std::fmt;

use uuid::Uuid;

/// Names a user of one Mini Program for ever: a UUID (version 8) made of SHA-256 over app id and
/// openid. No lookup finds it, and it says nothing about the openid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Uuid);

impl UserId {
    /// The user behind `openid` in the Mini Program `app_id`.
    #[cfg(feature = "of-openid")]
    #[must_use]
    pub fn of(app_id: &str, openid: &str) -> Self {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        for part in ["wxs/user/1", "\0", app_id, "\0", openid] {
            context.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&context.finish().as_ref()[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The user a token names in its first sixteen bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The sixteen bytes that a token carries.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads the text form: 36 characters, lower case, with hyphens; nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        canonical(text).map(Self)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names a session in public: in lists, for revoking it, in logs. A UUID of version 7, which opens
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(Uuid);

impl SessionId {
    /// A new name, ordered by the time it was given.
    #[must_use]
    pub fn generate(now_millis: i64, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now_millis).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// When it was given, in milliseconds; nonsense for a name that something else has made.
    #[must_use]
    pub fn millis(&self) -> i64 {
        let first = self.0.as_bytes().first_chunk::<6>().expect("a UUID has sixteen bytes");
        first.iter().fold(0, |millis, byte| millis << 8 | i64::from(*byte))
    }

    /// Reads the text form: 36 characters, lower case, with hyphens; nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        canonical(text).map(Self)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn canonical(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (*uuid.hyphenated().encode_lower(&mut buffer) == *text).then_some(uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "of-openid")]
    #[test]
    fn a_user_has_one_name_per_mini_program() {
        let user = UserId::of("wx0123456789abcdef", "oABC");
        assert_eq!(user, UserId::of("wx0123456789abcdef", "oABC"));
        assert_ne!(user, UserId::of("wxfedcba9876543210", "oABC"));
        assert_ne!(user, UserId::of("wx0123456789abcde", "foABC"), "parts are separated");
    }

    #[test]
    fn a_name_is_read_back_in_one_spelling_only() {
        let user = UserId::from_bytes([0xab; 16]);
        let text = user.to_string();
        assert_eq!(UserId::parse(&text), Some(user));
        assert_eq!(UserId::parse(&text.to_uppercase()), None);
        assert_eq!(UserId::parse(&text.replace('-', "")), None);
        assert_eq!(UserId::parse(&format!("{{{text}}}")), None);
    }

    #[test]
    fn session_ids_are_ordered_by_time() {
        let earlier = SessionId::generate(1_700_000_000_000, [255; 10]);
        let later = SessionId::generate(1_700_000_000_001, [0; 10]);
        assert!(earlier < later);
        assert_eq!(later.millis(), 1_700_000_000_001);
        assert_eq!(SessionId::parse(&later.to_string()), Some(later));
    }
}
