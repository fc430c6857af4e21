//! What sealing and opening a session_key costs, in instructions: see `counted`.

#[path = "../../shared/benches/counted/mod.rs"]
mod counted;

use std::{hint::black_box, io};

use counted::Case;
use wxsession::{Random, Secret, UserId};
use wxsession_wechat::{
    secrets::SecretValue as _,
    vault::{KeyRing, Owner},
};

const APP: &str = "wx0123456789abcdef";
const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";

fn main() -> io::Result<()> {
    let owner = Owner { user_id: UserId::of(APP, OPENID), app_id: APP };
    let session_key = Secret::new("tiihtNczf5v6AKRyjwEUhQ==");
    let random = Random::system();
    let sealed = ring().seal(owner, &session_key, &random);
    let (sealing, opening) = (ring(), ring());
    let cases: Vec<Case<'static>> = vec![
        (
            "vault_seal",
            Box::new(move || drop(black_box(sealing.seal(black_box(owner), &session_key, &random)))),
        ),
        (
            "vault_open",
            Box::new(move || {
                drop(black_box(opening.open(black_box(owner), &sealed).expect("sealed above")));
            }),
        ),
    ];
    counted::run(&cases)
}

fn ring() -> KeyRing {
    let text = r#"{"current": "k2", "k1": "0123456789abcdefghijklmnopqrstuvwxyz", "k2": "zyxwvutsrqponmlkjihgfedcba9876543210"}"#;
    KeyRing::read(text).expect("the documented form")
}
