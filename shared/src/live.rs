//! Which sessions of a user are live: one value on the user's record, changed by compare-and-set as a whole.
//!
//! ```text
//! live     = mark (8 random bytes) ‖ the token hashes (32 bytes each), in the order of login
//! installs = one tag (4 bytes) for each hash: which install of the Mini Program holds the session
//! realm    = the tag (4 bytes) of the realm that the hashes were made in
//! ```
//!
//! Every write of the list gives it another mark, so that no list is ever like one before it. Without that, "empty"
//! comes again after each sign-out, and a login's write that arrives late would bring its session back.

use ring::digest::{Context, SHA256};

use crate::{
    random::Random,
    token::{RealmTag, TokenHash},
};

const MARK: usize = 8;
const HASH: usize = 32;
const TAG: usize = 4;

/// Which install of the Mini Program a session belongs to: a short hash of the id that the client library made. It
/// opens nothing; two installs of one user with the same tag, once in four thousand million, cost one of them a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Install([u8; TAG]);

impl Install {
    /// The install that calls itself `id`: 16 to 64 characters of `A-Z a-z 0-9 _ -`.
    #[must_use]
    pub fn new(id: &str) -> Option<Self> {
        let fits = (16..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        fits.then(|| {
            let mut context = Context::new(&SHA256);
            context.update(b"wxs/install/1\0");
            context.update(id.as_bytes());
            let mut tag = [0; TAG];
            tag.copy_from_slice(&context.finish().as_ref()[..TAG]);
            // All zeros is "no install".
            tag[0] |= u8::from(tag == [0; TAG]);
            Self(tag)
        })
    }
}

/// A live session in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The hash of its token.
    pub hash: TokenHash,
    /// Where it was logged in, when the client said.
    pub install: Option<Install>,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Mark and hashes, as stored.
    bytes: Vec<u8>,
    /// Empty where they were not read.
    installs: Vec<u8>,
    /// `None` where it was not read, or nobody has logged in.
    realm: Option<RealmTag>,
}

impl Live {
    /// A list of `entries` with a mark of its own.
    #[must_use]
    pub fn new(entries: &[Entry], random: &Random) -> Self {
        let mut bytes = Vec::with_capacity(MARK + HASH * entries.len());
        bytes.extend_from_slice(&random.bytes::<MARK>());
        let mut installs = Vec::with_capacity(TAG * entries.len());
        for entry in entries {
            bytes.extend_from_slice(entry.hash.as_bytes());
            installs.extend_from_slice(&entry.install.map_or([0; TAG], |install| install.0));
        }
        Self { bytes, installs, realm: None }
    }

    /// The list as it is stored; `None` when it is none. Tags that do not fit the hashes say nothing.
    #[must_use]
    pub fn from_stored(bytes: Vec<u8>, mut installs: Vec<u8>) -> Option<Self> {
        let hashes = bytes.len().checked_sub(MARK)?;
        if hashes % HASH != 0 {
            return None;
        }
        if installs.len() != hashes / HASH * TAG {
            installs.clear();
        }
        Some(Self { bytes, installs, realm: None })
    }

    /// The same list, its hashes made in that realm.
    #[must_use]
    pub fn of_realm(self, realm: Option<RealmTag>) -> Self {
        Self { realm, ..self }
    }

    /// The realm, when it is known.
    #[must_use]
    pub fn realm(&self) -> Option<RealmTag> {
        self.realm
    }

    /// Mark and hashes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The tags, when they are known.
    #[must_use]
    pub fn installs(&self) -> &[u8] {
        &self.installs
    }

    /// Whether the session under this hash is live.
    #[must_use]
    pub fn contains(&self, hash: &TokenHash) -> bool {
        self.bytes[MARK..].chunks_exact(HASH).any(|known| known == hash.as_bytes())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / HASH
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those that a token of `realm` can open: all, or none when the list is another realm's.
    pub fn entries_of(&self, realm: RealmTag) -> impl Iterator<Item = Entry> {
        self.entries().filter(move |_| self.realm.is_none_or(|known| known == realm))
    }

    /// All of them, in the order of login.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let mut tags = self.installs.chunks_exact(TAG);
        self.bytes[MARK..].chunks_exact(HASH).map(move |known| {
            let mut hash = [0; HASH];
            hash.copy_from_slice(known);
            let tag = tags.next().and_then(|tag| tag.try_into().ok()).filter(|tag| *tag != [0; TAG]);
            Entry { hash: TokenHash::from_bytes(hash), install: tag.map(Install) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(byte: u8, install: Option<&str>) -> Entry {
        let install = install.map(|id| Install::new(id).expect("a good id"));
        Entry { hash: TokenHash::from_bytes([byte; HASH]), install }
    }

    #[test]
    fn a_list_is_read_back_in_the_order_of_login() {
        let entries =
            [entry(1, Some("0123456789abcdef")), entry(2, None), entry(3, Some("fedcba9876543210"))];
        let live = Live::new(&entries, &Random::system());
        assert_eq!((live.bytes().len(), live.installs().len(), live.len()), (8 + 3 * 32, 3 * 4, 3));
        let read = Live::from_stored(live.bytes().to_vec(), live.installs().to_vec()).unwrap();
        assert_eq!(read, live);
        assert_eq!(read.entries().collect::<Vec<_>>(), entries);
        assert!(entries.iter().all(|entry| read.contains(&entry.hash)));
        assert!(!read.contains(&entry(4, None).hash));
    }

    #[test]
    fn no_list_is_like_another() {
        let random = Random::system();
        assert_ne!(Live::new(&[], &random).bytes(), Live::new(&[], &random).bytes());
        assert!(Live::new(&[], &random).is_empty());
    }

    #[test]
    fn a_list_opens_for_its_own_realm_alone_or_for_any_when_none_is_known() {
        let (ours, theirs) = ([1; 4], [2; 4]);
        let live = Live::new(&[entry(1, None), entry(2, None)], &Random::system());
        assert_eq!((live.realm(), live.is_empty()), (None, false));
        assert_eq!((live.entries_of(ours).count(), live.entries_of(theirs).count()), (2, 2));
        let live = live.of_realm(Some(ours));
        assert_eq!(live.realm(), Some(ours));
        assert_eq!(live.entries_of(ours).collect::<Vec<_>>(), live.entries().collect::<Vec<_>>());
        assert_eq!(live.entries_of(theirs).count(), 0);
    }

    #[test]
    fn a_hash_across_two_entries_or_the_mark_is_not_in_the_list() {
        let bytes: Vec<u8> = (0..u8::try_from(MARK + 2 * HASH).unwrap()).collect();
        let live = Live::from_stored(bytes.clone(), Vec::new()).unwrap();
        for start in 0..=MARK + HASH {
            let hash = TokenHash::from_bytes(bytes[start..start + HASH].try_into().unwrap());
            assert_eq!(live.contains(&hash), start == MARK || start == MARK + HASH, "{start}");
        }
    }

    #[test]
    fn a_value_of_another_length_is_no_list_and_other_tags_are_unknown() {
        for length in [0, 7, 9, 39, 41, 71] {
            assert_eq!(Live::from_stored(vec![0; length], Vec::new()), None, "{length}");
        }
        for tags in [0, 3, 5, 8] {
            let live = Live::from_stored(vec![7; 40], vec![1; tags]).unwrap();
            assert_eq!(live.entries().map(|entry| entry.install).collect::<Vec<_>>(), [None], "{tags}");
        }
    }

    #[test]
    fn an_install_has_one_tag_and_a_bounded_name() {
        assert_eq!(Install::new("0123456789abcdef"), Install::new("0123456789abcdef"));
        assert_ne!(Install::new("0123456789abcdef"), Install::new("0123456789abcdeF"));
        assert!(Install::new(&"_-".repeat(32)).is_some());
        for bad in [
            "",
            "0123456789abcde",
            "0123456789abcde.",
            "0123456789 bcdef",
            "0123456789abcdé",
            &"x".repeat(65),
        ] {
            assert_eq!(Install::new(bad), None, "{bad}");
        }
    }
}
