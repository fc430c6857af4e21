//! What a caller can make of genuine data. They have the ciphertext, not the key; the ones here even know the whole
//! text, so that they can make any block the first one and let it say what they want, without guessing.

use aes::Aes128;
use base64::{Engine, engine::general_purpose::STANDARD};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use wxsession::Secret;

use super::*;
use crate::cipher::Encrypted;

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
type Block = [u8; BLOCK_BYTES];

/// One genuine message.
struct Genuine {
    text: Vec<u8>,
    /// The iv, then the ciphertext.
    blocks: Vec<Block>,
}

impl Genuine {
    fn new(text: &str) -> Self {
        let iv = *b"initial vector!!";
        let cipher = Encryptor::<Aes128>::new_from_slices(&STANDARD.decode(KEY).unwrap(), &iv).unwrap();
        let mut room = [text.as_bytes(), &[0; BLOCK_BYTES]].concat();
        let ciphertext = cipher.encrypt_padded::<Pkcs7>(&mut room, text.len()).unwrap();
        let blocks = std::iter::once(iv).chain(ciphertext.as_chunks().0.iter().copied()).collect();
        Self { text: text.as_bytes().to_vec(), blocks }
    }

    /// The iv with which the block `place` says `wanted` as the first one; after that it says what it said.
    fn iv_for(&self, place: usize, wanted: &[u8]) -> Block {
        let mut iv = self.blocks[place];
        for ((byte, said), wanted) in iv.iter_mut().zip(&self.text[place * BLOCK_BYTES..]).zip(wanted) {
            *byte ^= said ^ wanted;
        }
        iv
    }

    /// The blocks after `place`, the one that becomes the first included.
    fn from(&self, place: usize) -> &[Block] {
        &self.blocks[place + 1..]
    }

    fn whole_blocks(&self) -> usize {
        self.text.len() / BLOCK_BYTES
    }
}

fn answered(iv: Block, blocks: &[Block], unionid: Option<&str>) -> Result<Value, Refused> {
    let sent = Encrypted::read(&STANDARD.encode(blocks.as_flattened()), &STANDARD.encode(iv)).unwrap();
    sent.open(&[Secret::new(KEY)], expected(unionid))
}

/// Nothing of a name is in the answer: looked at as the text that goes out, and as what is read from it.
#[track_caller]
fn tells_nothing(answer: &Value) {
    fn texts(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| {
                found.push(name.clone());
                texts(value, found);
            }),
            Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
            other => found.push(other.as_str().map_or_else(|| other.to_string(), str::to_owned)),
        }
    }
    let mut found = vec![answer.to_string()];
    texts(answer, &mut found);
    for name in [OPENID, UNIONID] {
        for from in 0..=name.len() - 8 {
            assert!(!found.iter().any(|text| text.contains(&name[from..from + 8])), "{answer}");
        }
    }
}

/// User information in WeChat's order of members and in others, its nickname of each length, so that names and
/// blocks meet at every place.
fn genuine() -> Vec<Genuine> {
    let open = format!(r#""openId":"{OPENID}""#);
    let union = format!(r#""unionId":"{UNIONID}""#);
    let mut all = Vec::new();
    for length in 0..BLOCK_BYTES {
        let profile = format!(
            r#""nickName":"{}","gender":1,"language":"zh_CN","city":"Guangzhou","avatarUrl":"http://wx.qlogo.cn/0""#,
            "n".repeat(length)
        );
        for members in [
            format!("{open},{profile},{union}"),
            format!("{profile},{union},{open}"),
            format!("{union},{profile},{open}"),
            format!("{union},{open},{profile}"),
        ] {
            all.push(Genuine::new(&with_watermark(&members)));
        }
    }
    all
}

const BEGINNINGS: [&str; 14] = [
    r#"{"nickName":""#,
    r#"{"city":""#,
    r#"{"country":""#,
    r#"{"province":""#,
    r#"{"language":""#,
    r#"{"avatarUrl":""#,
    r#"{"openGId":""#,
    r#"{"opengid":""#,
    r#"{"openGId":"a",""#,
    r#"{"opengid":"a",""#,
    r#"{"activityId":""#,
    r#"{"chat_type":1,""#,
    r#"{"a":""#,
    r#"{""#,
];

#[test]
fn no_first_block_and_no_number_of_dropped_ones_bring_a_name_out() {
    let mut answers = 0;
    for genuine in genuine() {
        assert!(answered(genuine.blocks[0], genuine.from(0), Some(UNIONID)).is_ok());
        for place in 0..genuine.whole_blocks() {
            for (beginning, spaces) in BEGINNINGS.iter().flat_map(|text| (0..5).map(move |n| (text, n))) {
                let beginning = format!("{}{beginning}", " ".repeat(spaces));
                let iv = genuine.iv_for(place, beginning.as_bytes());
                if let Ok(answer) = answered(iv, genuine.from(place), Some(UNIONID)) {
                    tells_nothing(&answer);
                    answers += 1;
                }
            }
        }
    }
    assert!(answers > 10, "some of them are harmless: {answers}");
}

#[test]
fn every_byte_of_every_block_may_be_changed() {
    let genuine = Genuine::new(&with_watermark(&format!(
        r#""openId":"{OPENID}","nickName":"Band","gender":1,"city":"Guangzhou","unionId":"{UNIONID}""#
    )));
    for unionid in [Some(UNIONID), None] {
        for place in 0..genuine.blocks.len() * BLOCK_BYTES {
            for change in 1..=u8::MAX {
                let mut blocks = genuine.blocks.clone();
                blocks.as_flattened_mut()[place] ^= change;
                if let Ok(answer) = answered(blocks[0], &blocks[1..], unionid) {
                    tells_nothing(&answer);
                }
            }
        }
    }
}

/// A first block that says what is wanted only if the hidden characters in it were guessed right would tell them by an
/// answer. So none of those ends in an answer, guessed right: only one that hides twelve may, because no kind begins
/// with fewer, and those would have to be guessed at once.
#[test]
fn whether_there_is_an_answer_tells_no_hidden_character() {
    for genuine in genuine() {
        let text = String::from_utf8(genuine.text.clone()).unwrap();
        for name in [OPENID, UNIONID] {
            let name = text.find(name).map(|begin| begin..begin + name.len()).unwrap();
            let hidden = |place: usize| {
                name.end.min((place + 1) * BLOCK_BYTES).saturating_sub(name.start.max(place * BLOCK_BYTES))
            };
            for place in (0..genuine.whole_blocks()).filter(|place| (1..12).contains(&hidden(*place))) {
                let told = guesses_that_are_answered(&genuine, place);
                assert!(told.is_empty(), "block {place} of {text}: {told:?}");
            }
        }
    }
}

fn guesses_that_are_answered(genuine: &Genuine, place: usize) -> Vec<String> {
    let ends = ["", "\"", "\",\"", "a\":\"", "\"watermark\":{", "\"watermark", "\"openId\":\"", "\"openId"];
    let mut told = Vec::new();
    for (beginning, end) in BEGINNINGS.iter().chain(&["{"]).flat_map(|text| ends.map(|end| (text, end))) {
        let Some(room) = BLOCK_BYTES.checked_sub(beginning.len() + end.len()) else { continue };
        for (fill, more) in (0..=room).flat_map(|more| [" ", "x"].map(|fill| (fill, more))) {
            let wanted = format!("{}{beginning}{}{end}", " ".repeat(room - more), fill.repeat(more));
            let iv = genuine.iv_for(place, wanted.as_bytes());
            if answered(iv, genuine.from(place), Some(UNIONID)).is_ok() {
                told.push(wanted);
            }
        }
    }
    told
}

#[test]
fn blocks_of_two_messages_give_nothing() {
    let phone = Genuine::new(&with_watermark(
        r#""phoneNumber":"13800000000","purePhoneNumber":"13800000000","countryCode":"86""#,
    ));
    let group = Genuine::new(&with_watermark(r#""openGId":"tGDAc5xAbcdefghijklmnopqrstu""#));
    for genuine in genuine().into_iter().step_by(7) {
        for other in [&phone, &group] {
            let joints = 1..genuine.blocks.len();
            for (cut, joint) in
                (1..other.blocks.len()).flat_map(|cut| joints.clone().map(move |at| (cut, at)))
            {
                let there = [&other.blocks[1..=cut], &genuine.blocks[joint..]].concat();
                let back = [&genuine.blocks[1..=joint], &other.blocks[cut..]].concat();
                for (iv, blocks) in [(other.blocks[0], there), (genuine.blocks[0], back)] {
                    if let Ok(answer) = answered(iv, &blocks, Some(UNIONID)) {
                        tells_nothing(&answer);
                    }
                }
            }
        }
    }
}
