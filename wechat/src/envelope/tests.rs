//! The vectors are those that WeChat's page publishes, one of a library's tests, and one computed from the published rule.

use super::*;

const APP: &str = "wxba5fad812f8e6fb9";

struct Vector {
    key: &'static str,
    receive_id: &'static str,
    random: &'static [u8; 16],
    message: &'static str,
    encrypted: &'static str,
    /// Timestamp, nonce, `msg_signature`.
    signed: Option<[&'static str; 3]>,
}

const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const VECTORS: [Vector; 4] = [
    Vector {
        key: A,
        receive_id: APP,
        random: b"a8eedb185eb2fecf",
        message: r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}"#,
        encrypted: "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=",
        signed: Some(["1714112445", "415670741", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"]),
    },
    Vector {
        key: A,
        receive_id: APP,
        random: b"707722b803182950",
        message: r#"{"demo_resp":"good luck"}"#,
        encrypted: "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
        signed: Some(["1713424427", "415670741", "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"]),
    },
    // The key's last character has a bit too many.
    Vector {
        key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        receive_id: "wxb11529c136998cb6",
        random: b"aaaabbbbccccdddd",
        message: "我是中文abcd123",
        encrypted: "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==",
        signed: None,
    },
    Vector {
        key: A,
        receive_id: APP,
        random: b"0123456789abcdef",
        message: r#"{"ToUserName":"gh_0000000000","FromUserName":"oPlatform","CreateTime":1790000000,"MsgType":"event","Event":"user_authorization_cancellation","OpenID":"oUser0001","AppID":"wxba5fad812f8e6fb9"}"#,
        encrypted: "uMMzGtqcnpOzXOYBwDQNraOcvxpPXZAmX29YAjBVSCP036DjaePW6zkKR1CQkt+jRpUCONAA3VRgraPgema8JXMUyEB4+bb/GbKon/xq98OKDYTptKQO10kQZdESy9GLHywQ6BifT2aWNkYXXnCA3tiDeIqXqqTNmZ0oYGWJMvIQXetNtkpNyIK/Y62mFktgSW9jF1V0l9TiM0C+W0laRPlyfCefomWdS/CzOnDBOj8vofzp/mghlszR7zSFrXQWoNn2fVHtk69xeIwPdDrQlz/XkKg1X0Ag7Cc4NRmde3S7nJUgVDsQaUSDz0tCgZhEEQJdEd8LpB8gexAhZTzD2g==",
        signed: Some(["1790000000", "12345678", "46fda430bef7e1513c461db3554d44b4460fb50e"]),
    },
];

fn envelope(key: &str, receive_id: &str) -> Envelope {
    let push = Push::of("AAAAA", key);
    Envelope::new(&push, receive_id).expect("a key")
}

fn ours() -> Envelope {
    envelope(A, APP)
}

/// Seals bytes that are no content as they should be, with any padding.
fn encrypted(envelope: &Envelope, mut bytes: Vec<u8>) -> String {
    let length = bytes.len();
    let cipher = Encryptor::<Aes256>::new_from_slices(envelope.key.as_slice(), envelope.iv()).unwrap();
    cipher.encrypt_padded::<NoPadding>(&mut bytes, length).unwrap();
    STANDARD.encode(bytes)
}

#[test]
fn every_vector_opens_and_is_sealed_again_to_the_byte() {
    for vector in &VECTORS {
        let envelope = envelope(vector.key, vector.receive_id);
        assert_eq!(envelope.open(vector.encrypted).as_deref(), Ok(vector.message.as_bytes()));
        assert_eq!(envelope.seal(vector.message.as_bytes(), *vector.random), vector.encrypted);
        if let Some([timestamp, nonce, signature]) = vector.signed {
            let covered = [timestamp, nonce, vector.encrypted];
            assert!(envelope.is_signed(signature, &covered));
            assert_eq!(envelope.signature(&covered), signature);
        }
    }
}

#[test]
fn the_url_check_and_a_plain_post_are_signed_without_a_body() {
    for (timestamp, nonce, signature) in [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("1714112445", "415670741", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
    ] {
        assert!(ours().is_signed(signature, &[timestamp, nonce]));
        assert!(ours().is_signed(signature, &[nonce, timestamp]), "they are sorted");
        assert!(!ours().is_signed(signature, &[timestamp, nonce, "body"]));
    }
}

#[test]
fn a_signature_that_is_not_it_to_the_letter_is_none() {
    let covered = ["1714036504", "1514711492"];
    let right = ours().signature(&covered);
    for wrong in ["", "f", &right[1..], &right.to_uppercase(), &format!("{right}0"), &format!("{right}\0")] {
        assert!(!ours().is_signed(wrong, &covered), "{wrong}");
    }
    for place in 0..40 {
        let mut wrong = right.clone().into_bytes();
        wrong[place] ^= 1;
        assert!(!ours().is_signed(&String::from_utf8(wrong).unwrap(), &covered));
    }
    let other = Envelope::new(&Push::of("AAAAB", A), APP).unwrap();
    assert!(!other.is_signed(&right, &covered), "another Token");
}

#[test]
fn every_padding_from_1_to_32_is_taken_and_no_other() {
    let envelope = ours();
    let mut seen = [false; 33];
    for length in 0..64 {
        let message = vec![b'm'; length];
        let sealed = envelope.seal(&message, [7; 16]);
        assert_eq!(envelope.open(&sealed), Ok(message));
        seen[PADDED_BYTES - (20 + length + APP.len()) % PADDED_BYTES] = true;
    }
    assert!(seen[1..].iter().all(|seen| *seen));
    for pad in [0_u8, 33, 64, 255] {
        let mut bytes = vec![pad; 64];
        bytes[..20].fill(0);
        assert_eq!(envelope.open(&encrypted(&envelope, bytes)), Err(Unopened::Padding), "{pad}");
    }
    let mut mixed = vec![5_u8; 64];
    mixed[60] = 4;
    assert_eq!(envelope.open(&encrypted(&envelope, mixed)), Err(Unopened::Padding));
    assert_eq!(envelope.open(&encrypted(&envelope, vec![32; 16])), Err(Unopened::Padding), "longer than all");
}

#[test]
fn what_is_no_envelope_is_refused_by_a_word_for_its_place() {
    let envelope = ours();
    for text in ["é", "AAA", "AAAA=", "{}", "AAAA AAAA"] {
        assert_eq!(envelope.open(text), Err(Unopened::Base64), "{text}");
    }
    assert_eq!(envelope.open(""), Err(Unopened::CipherLength));
    let sealed = STANDARD.decode(envelope.seal(b"{}", [0; 16])).unwrap();
    for length in 1..sealed.len() {
        let refused = envelope.open(&STANDARD.encode(&sealed[..length])).unwrap_err();
        let expected = if length % 16 == 0 { Unopened::Padding } else { Unopened::CipherLength };
        assert_eq!(refused, expected, "cut at {length}");
    }
}

#[test]
fn a_length_is_checked_before_it_is_used() {
    let envelope = ours();
    let with_length = |length: u32| {
        let mut bytes = [&[0; 16], length.to_be_bytes().as_slice(), b"{}", APP.as_bytes()].concat();
        let pad = PADDED_BYTES - bytes.len() % PADDED_BYTES;
        bytes.extend(std::iter::repeat_n(u8::try_from(pad).unwrap(), pad));
        encrypted(&envelope, bytes)
    };
    assert_eq!(envelope.open(&with_length(2)).as_deref(), Ok(b"{}".as_slice()));
    for length in [21, 22, 1 << 16, u32::MAX - 1, u32::MAX] {
        assert_eq!(envelope.open(&with_length(length)), Err(Unopened::MessageLength), "{length}");
    }
    for length in [0, 1, 3, 19, 20] {
        assert_eq!(envelope.open(&with_length(length)), Err(Unopened::ReceiveId), "{length}");
    }
    for short in 0..20 {
        let mut bytes = vec![0; short];
        let pad = PADDED_BYTES - short;
        bytes.extend(std::iter::repeat_n(u8::try_from(pad).unwrap(), pad));
        assert_eq!(envelope.open(&encrypted(&envelope, bytes)), Err(Unopened::MessageLength), "{short}");
    }
}

#[test]
fn a_message_for_somebody_else_is_not_ours() {
    for receive_id in ["", "wxba5fad812f8e6fb", "wxba5fad812f8e6fb90", "wxb11529c136998cb6"] {
        let sealed = envelope(A, receive_id).seal(b"{}", [1; 16]);
        assert_eq!(ours().open(&sealed), Err(Unopened::ReceiveId));
    }
    let other = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    assert!(ours().open(&envelope(other, APP).seal(b"{}", [1; 16])).is_err(), "another key");
}

#[test]
fn a_key_is_32_bytes_whatever_its_spare_bits_are() {
    for last in "AQgwBCDEFGHIJKLMNOPRSTUVWXYZabcdefhijklmnopqrstuvxyz0123456789+/".chars() {
        let key = format!("{}{last}", &A[1..]);
        assert!(Envelope::new(&Push::of("AAAAA", &key), APP).is_some(), "{last}");
    }
    for key in ["", &A[1..], &format!("{A}A"), &format!("{A}="), &format!("{}-", &A[1..])] {
        assert!(Envelope::new(&Push::of("AAAAA", key), APP).is_none(), "{key}");
    }
}
