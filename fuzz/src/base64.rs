//! Base64 in one spelling only (RFC 4648 §3.5), written down a second time.

pub(crate) const STANDARD: [u8; 2] = *b"+/";
pub(crate) const URL: [u8; 2] = *b"-_";

fn digits(last: [u8; 2]) -> impl Iterator<Item = u8> {
    (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(last)
}

/// The text of `bytes`, padded.
pub(crate) fn encode(bytes: &[u8], last: [u8; 2]) -> String {
    let digits: Vec<u8> = digits(last).collect();
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            let digit = digits[(number >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The bytes of a text that is exactly what [`encode`] makes of them.
pub(crate) fn decode(text: &str, last: [u8; 2]) -> Option<Vec<u8>> {
    let mut values = [None; 256];
    for (value, digit) in (0_u32..).zip(digits(last)) {
        values[usize::from(digit)] = Some(value);
    }
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let pads = group.iter().rev().take_while(|byte| **byte == b'=').count();
        if group.len() != 4 || pads > 2 {
            return None;
        }
        let mut number = 0;
        for digit in &group[..4 - pads] {
            number = number << 6 | values[usize::from(*digit)]?;
        }
        number <<= 6 * pads;
        bytes.extend(&number.to_be_bytes()[1..4 - pads]);
    }
    (encode(&bytes, last) == text).then_some(bytes)
}
