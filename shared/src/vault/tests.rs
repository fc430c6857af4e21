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
