use super::*;

const APP: &str = "wx0123456789abcdef";
const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";

fn ring(text: &str) -> Result<KeyRing, Cause> {
    KeyRing::read(text)
}

fn one() -> KeyRing {
    ring(&format!(r#"{{"current":"k1","k1":"{}"}}"#, "a".repeat(32))).unwrap()
}

fn both(current: &str) -> KeyRing {
    let (a, b) = ("a".repeat(32), "b".repeat(32));
    ring(&format!(r#"{{"current":"{current}","k1":"{a}","k2":"{b}"}}"#)).unwrap()
}

fn owner(openid: &str) -> Owner<'static> {
    Owner { user_id: UserId::of(APP, openid), app_id: APP }
}

fn sealed(ring: &KeyRing) -> Vec<u8> {
    ring.seal(owner("o1"), &Secret::new(KEY), &Random::system())
}

#[track_caller]
fn opens(ring: &KeyRing, sealed: &[u8]) {
    assert_eq!(ring.open(owner("o1"), sealed).unwrap().expose(), KEY);
}

#[test]
fn opens_what_it_sealed_and_never_seals_alike() {
    let ring = one();
    opens(&ring, &sealed(&ring));
    assert_ne!(sealed(&ring), sealed(&ring));
    assert!(!sealed(&ring).windows(8).any(|bytes| bytes == &KEY.as_bytes()[..8]));
}

#[test]
fn opens_nothing_with_any_bit_flipped() {
    let ring = one();
    let good = sealed(&ring);
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[place] ^= 1 << bit;
            assert!(ring.open(owner("o1"), &bad).is_none(), "byte {place}, bit {bit}");
        }
    }
    for length in 0..good.len() {
        assert!(ring.open(owner("o1"), &good[..length]).is_none(), "cut to {length}");
    }
    assert!(ring.open(owner("o1"), &[good, vec![0]].concat()).is_none());
}

#[test]
fn opens_nothing_moved_to_another_user_or_app() {
    let ring = one();
    let sealed = sealed(&ring);
    assert!(ring.open(owner("o2"), &sealed).is_none());
    assert!(ring.open(Owner { app_id: "wxfedcba9876543210", ..owner("o1") }, &sealed).is_none());
}

#[test]
fn a_rotated_ring_opens_the_former_key_and_refuses_a_third() {
    let before = sealed(&one());
    let rotated = both("k2");
    opens(&rotated, &before);
    opens(&both("k1"), &sealed(&rotated));
    assert!(one().open(owner("o1"), &sealed(&rotated)).is_none(), "k2 is unknown to the old ring");
    let third = ring(&format!(r#"{{"current":"k3","k3":"{}"}}"#, "c".repeat(32))).unwrap();
    assert!(third.open(owner("o1"), &before).is_none());
}

#[test]
fn refuses_what_is_not_a_ring_by_a_word_that_says_why() {
    let key = "a".repeat(32);
    for (bad, why) in [
        ("{}".to_owned(), "no_current_key"),
        (format!(r#"{{"k1":"{key}"}}"#), "no_current_key"),
        (r#"{"current":"k1"}"#.to_owned(), "current_key_not_in_the_ring"),
        (format!(r#"{{"current":"k2","k1":"{key}"}}"#), "current_key_not_in_the_ring"),
        (r#"{"current":"k1","k1":"short"}"#.to_owned(), "short_key"),
        (format!(r#"{{"current":"k1","k1":"{key}","k2":"{key}","k3":"{key}"}}"#), "more_than_two_keys"),
        (format!(r#"{{"current":"{0}","{0}":"{key}"}}"#, "k".repeat(17)), "bad_key_id"),
        (format!(r#"{{"current":"é","é":"{key}"}}"#), "bad_key_id"),
        (format!(r#"{{"current":"k1","k1":"{key}","k1":"{key}"}}"#), "not_the_documented_form"),
        (r#"{"current":1}"#.to_owned(), "not_the_documented_form"),
        ("[]".to_owned(), "not_the_documented_form"),
    ] {
        assert_eq!(ring(&bad).map(drop), Err(Cause::WrongForm(why)), "{bad}");
    }
    for bad in ["", "{", "k1"] {
        assert_eq!(ring(bad).map(drop), Err(Cause::NotJson), "{bad}");
    }
}

#[test]
fn fingerprints_tell_keys_and_users_apart() {
    let print = |openid, key| fingerprint(owner(openid), &Secret::new(key));
    assert_eq!(print("o1", KEY), print("o1", KEY));
    assert_ne!(print("o1", KEY), print("o2", KEY));
    assert_ne!(print("o1", KEY), print("o1", "AAECAwQFBgcICQoLDA0ODw=="));
}

const OTHER: &str = "AAECAwQFBgcICQoLDA0ODw==";

/// What a login that brings `key` makes of what is stored.
fn change(sealer: &Sealer, key: &str, stored: Option<SealedKey>) -> KeyChange {
    let stored = StoredKeys { current: stored };
    sealer.change(owner("o1"), &Secret::new(key), Some(&stored), (7, &Random::system()))
}

fn stored(ring: &KeyRing, key: &str) -> SealedKey {
    ring.for_storage(owner("o1"), &Secret::new(key), 1, &Random::system())
}

#[track_caller]
fn holds(ring: &KeyRing, sealed: &SealedKey, key: &str) {
    assert_eq!(ring.open(owner("o1"), &sealed.sealed).unwrap().expose(), key);
    assert_eq!((sealed.kid.as_str(), sealed.obtained_at), (ring.current.as_str(), 7));
    assert_eq!(sealed.fingerprint, fingerprint(owner("o1"), &Secret::new(key)));
}

#[test]
fn a_login_begins_the_vault_moves_it_on_or_leaves_it() {
    let with_ring = Sealer::Ring(Arc::new(one()));
    let KeyChange::Begin(sealed) = change(&with_ring, KEY, None) else { panic!("there was none") };
    holds(&one(), &sealed, KEY);
    let KeyChange::Shift(sealed) = change(&with_ring, OTHER, Some(stored(&one(), KEY))) else {
        panic!("another key")
    };
    holds(&one(), &sealed, OTHER);
    assert_eq!(change(&with_ring, KEY, Some(stored(&one(), KEY))), KeyChange::Keep);
    let nobody = with_ring.change(owner("o1"), &Secret::new(KEY), None, (7, &Random::system()));
    assert!(matches!(nobody, KeyChange::Begin(_)));
}

#[test]
fn what_does_not_open_or_was_sealed_by_a_former_key_is_sealed_anew() {
    let rotated = Sealer::Ring(Arc::new(both("k2")));
    let KeyChange::Reseal(sealed) = change(&rotated, KEY, Some(stored(&one(), KEY))) else {
        panic!("a former key")
    };
    holds(&both("k2"), &sealed, KEY);
    // The ring was made anew: the same id, another key.
    let anew = || ring(&format!(r#"{{"current":"k1","k1":"{}"}}"#, "z".repeat(32))).unwrap();
    let made_anew = Sealer::Ring(Arc::new(anew()));
    let KeyChange::Reseal(sealed) = change(&made_anew, KEY, Some(stored(&one(), KEY))) else {
        panic!("does not open")
    };
    holds(&anew(), &sealed, KEY);
    // Damaged, or another key under this one's fingerprint.
    let intact = Sealer::Ring(Arc::new(one()));
    let mut damaged = stored(&one(), KEY);
    damaged.sealed[20] ^= 1;
    assert!(matches!(change(&intact, KEY, Some(damaged)), KeyChange::Reseal(_)));
    let swapped = SealedKey { sealed: stored(&one(), OTHER).sealed, ..stored(&one(), KEY) };
    assert!(matches!(change(&intact, KEY, Some(swapped)), KeyChange::Reseal(_)));
}

#[test]
fn without_a_ring_a_replaced_key_is_not_the_newest_any_more() {
    let old = Some(stored(&one(), KEY));
    assert_eq!(
        change(&Sealer::Broken, OTHER, old.clone()),
        KeyChange::Retire(old.clone().unwrap().fingerprint)
    );
    assert_eq!(change(&Sealer::Broken, KEY, old.clone()), KeyChange::Keep, "WeChat holds it still");
    assert_eq!(change(&Sealer::Broken, KEY, None), KeyChange::Keep);
    assert_eq!(change(&Sealer::Off, OTHER, old), KeyChange::Keep);
}
