//! Seals a session_key for the Users table, and opens it.
//!
//! ```text
//! sealed = 1 ‖ length of kid ‖ kid ‖ nonce (12) ‖ AES-256-GCM(session_key)
//! key    = HKDF-SHA-256(ring[kid], info = "wxs/vault/1" ‖ 0 ‖ user id)
//! aad    = "wxs/vault/1" ‖ 0 ‖ kid ‖ 0 ‖ user id ‖ 0 ‖ app id
//! ```
//!
//! The user and the app are authenticated, so a sealed key cannot be moved to another record. Any
//! failure means "no key": there is no older format and no fallback.

use std::{collections::BTreeMap, sync::Arc};

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, hkdf,
};
use zeroize::Zeroizing;

use wxsession::{
    Random, Secret, UserId,
    store::users::KeyChange,
    user::{SealedKey, StoredKeys},
};

use crate::secrets::{Cause, SecretValue, unique};

const FORMAT: u8 = 1;
const LABEL: &[u8] = b"wxs/vault/1";
/// 32 random characters of letters and digits hold more than 128 bits.
const LEAST_KEY_CHARACTERS: usize = 32;
/// The current key and the one before it; a third would only be a leak waiting.
const MOST_KEYS: usize = 2;

/// The keys that seal: `{"current": "<kid>", "<kid>": "<at least 32 random characters>", …}`, a form
/// that CloudFormation's `GenerateSecretString` can make.
#[derive(Debug)]
pub struct KeyRing {
    current: String,
    keys: BTreeMap<String, Secret>,
}

/// What a login has to seal with.
#[derive(Clone, Debug)]
pub enum Sealer {
    /// The deployment keeps no session_key.
    Off,
    /// The ring.
    Ring(Arc<KeyRing>),
    /// There should be a ring, and there is none that can be used.
    Broken,
}

impl Sealer {
    /// What a login that brings `session_key` does to the vault that it found.
    ///
    /// Another key becomes the current one and the current one the previous one. The same key again changes nothing if
    /// the ring opens its seal with its own current key; else it is sealed anew: a retired key could never be taken out
    /// of the ring otherwise, and a ring that was made anew under an old id would never open the seal again.
    /// Without a ring a current key that WeChat no longer holds must not pass for the newest.
    #[must_use]
    pub fn change(
        &self,
        owner: Owner<'_>,
        session_key: &Secret,
        stored: Option<&StoredKeys>,
        (now, random): (i64, &Random),
    ) -> KeyChange {
        let current = stored.and_then(|stored| stored.current.as_ref());
        let is_known = current.is_some_and(|old| old.fingerprint == fingerprint(owner, session_key));
        let sealed = |ring: &KeyRing| ring.for_storage(owner, session_key, now, random);
        match (self, current) {
            (Self::Broken, Some(old)) if !is_known => KeyChange::Retire(old.fingerprint.clone()),
            (Self::Off | Self::Broken, _) => KeyChange::Keep,
            (Self::Ring(ring), None) => KeyChange::Begin(sealed(ring)),
            (Self::Ring(ring), Some(_)) if !is_known => KeyChange::Shift(sealed(ring)),
            (Self::Ring(ring), Some(old)) if ring.keeps(owner, old, session_key) => KeyChange::Keep,
            (Self::Ring(ring), Some(_)) => KeyChange::Reseal(sealed(ring)),
        }
    }
}

/// Whose session_key it is.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The user.
    pub user_id: UserId,
    /// The Mini Program.
    pub app_id: &'a str,
}

impl SecretValue for KeyRing {
    const NAME: &'static str = "key_ring";

    fn read(text: &str) -> Result<Self, Cause> {
        let mut keys = unique::map::<Secret>(text)?;
        let current = keys.remove("current").ok_or(Cause::WrongForm("no_current_key"))?.expose().to_owned();
        let wrong = [
            (!keys.contains_key(&current), "current_key_not_in_the_ring"),
            (keys.len() > MOST_KEYS, "more_than_two_keys"),
            (!keys.keys().all(|kid| (1..=16).contains(&kid.len()) && kid.is_ascii()), "bad_key_id"),
            (!keys.values().all(|key| key.expose().len() >= LEAST_KEY_CHARACTERS), "short_key"),
        ];
        match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, what)) => Err(Cause::WrongForm(what)),
            None => Ok(Self { current, keys }),
        }
    }
}

impl KeyRing {
    /// The form in which `session_key`, obtained at `now`, goes into the Users table.
    #[must_use]
    pub fn for_storage(
        &self,
        owner: Owner<'_>,
        session_key: &Secret,
        now: i64,
        random: &Random,
    ) -> SealedKey {
        SealedKey {
            sealed: self.seal(owner, session_key, random),
            kid: self.current.clone(),
            fingerprint: fingerprint(owner, session_key),
            obtained_at: now,
        }
    }

    /// Seals `session_key` with the current key.
    ///
    /// # Panics
    ///
    /// Never: the current key is in the ring and a session_key is short.
    #[must_use]
    pub fn seal(&self, owner: Owner<'_>, session_key: &Secret, random: &Random) -> Vec<u8> {
        let kid = self.current.as_str();
        let nonce = random.bytes::<NONCE_LEN>();
        let mut text = Zeroizing::new(session_key.expose().as_bytes().to_vec());
        let tag = self
            .key(kid, owner)
            .and_then(|key| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                key.seal_in_place_separate_tag(nonce, Aad::from(aad(kid, owner)), &mut text).ok()
            })
            .expect("the current key is in the ring, and a session_key is far below GCM's limit");
        let kid_length = u8::try_from(kid.len()).expect("at most 16, checked when the ring was read");
        [&[FORMAT, kid_length], kid.as_bytes(), &nonce, &text, tag.as_ref()].concat()
    }

    /// Whether this seal of `session_key` is what the current key would make.
    fn keeps(&self, owner: Owner<'_>, stored: &SealedKey, session_key: &Secret) -> bool {
        stored.kid == self.current && self.open(owner, &stored.sealed).as_ref() == Some(session_key)
    }

    /// Opens what [`KeyRing::seal`] made for the same owner; `None` for everything else.
    #[must_use]
    pub fn open(&self, owner: Owner<'_>, sealed: &[u8]) -> Option<Secret> {
        let (&[format, kid_length], rest) = sealed.split_first_chunk()?;
        if format != FORMAT {
            return None;
        }
        let (kid, rest) = rest.split_at_checked(usize::from(kid_length))?;
        let kid = std::str::from_utf8(kid).ok()?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>()?;
        let key = self.key(kid, owner)?;
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = key.open_in_place(nonce, Aad::from(aad(kid, owner)), &mut text).ok()?;
        std::str::from_utf8(opened).ok().map(Secret::new)
    }

    fn key(&self, kid: &str, owner: Owner<'_>) -> Option<LessSafeKey> {
        let material = self.keys.get(kid)?.expose().as_bytes();
        let user = owner.user_id.to_string();
        let info = [LABEL, b"\0", user.as_bytes()];
        let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(material);
        let derived = derived.expand(&info, &AES_256_GCM).ok()?;
        Some(LessSafeKey::new(UnboundKey::from(derived)))
    }
}

/// Tells whether two session_keys of a user are the same one. A session_key is 128 random bits, so
/// nothing can be guessed from this.
#[must_use]
pub fn fingerprint(owner: Owner<'_>, session_key: &Secret) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    let user = owner.user_id.to_string();
    for part in [b"wxs/vault/fingerprint/1\0", user.as_bytes(), b"\0", session_key.expose().as_bytes()] {
        context.update(part);
    }
    context.finish().as_ref()[..16].to_vec()
}

fn aad(kid: &str, owner: Owner<'_>) -> Vec<u8> {
    let user = owner.user_id.to_string();
    [LABEL, b"\0", kid.as_bytes(), b"\0", user.as_bytes(), b"\0", owner.app_id.as_bytes()].concat()
}

#[cfg(test)]
mod tests;
