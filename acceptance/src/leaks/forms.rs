//! How a secret may be spelt.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A piece of a secret this long gives it away. Shorter ones occur by chance.
const PIECE: usize = 12;
/// So does this much of its beginning.
const PREFIX: usize = 8;
/// Eight bytes, written as decimal numbers.
const DECIMAL_PIECE: usize = 32;

/// One spelling of a secret.
pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    /// How long a piece from the middle must be.
    pub(super) piece: usize,
    /// How long a piece from the beginning must be.
    pub(super) prefix: usize,
}

/// Every spelling of these bytes. Percent signs and the escapes of JSON and of `Debug` are not here: they are undone
/// in the text that is searched.
pub(super) fn of(bytes: &[u8]) -> Vec<Form> {
    let mut forms = vec![long("raw", bytes.to_vec())];
    for (name, text) in [("hex", hex(bytes, false)), ("HEX", hex(bytes, true))] {
        // Eight digits are four bytes, and every answer has identifiers of digits.
        forms.push(Form { prefix: PIECE, ..long(name, text) });
    }
    for (name, folded) in
        [("lower case", bytes.to_ascii_lowercase()), ("upper case", bytes.to_ascii_uppercase())]
    {
        if folded != bytes {
            forms.push(long(name, folded));
        }
    }
    for offset in 0..3 {
        forms.push(long("base64", base64(&STANDARD_NO_PAD, bytes, offset)));
        forms.push(long("base64url", base64(&URL_SAFE_NO_PAD, bytes, offset)));
    }
    for separator in [", ", ","] {
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        let list = numbers.join(separator).into_bytes();
        forms.push(Form { piece: DECIMAL_PIECE, prefix: DECIMAL_PIECE, ..long("list of bytes", list) });
    }
    forms
}

/// Only the whole text as it is, for secrets whose pieces are no secret or that are too short for pieces.
pub(super) fn whole(bytes: &[u8]) -> Form {
    Form { piece: bytes.len(), prefix: bytes.len(), ..long("raw", bytes.to_vec()) }
}

fn long(name: &'static str, bytes: Vec<u8>) -> Form {
    Form { name, piece: PIECE.min(bytes.len()), prefix: PREFIX, bytes }
}

fn hex(bytes: &[u8], upper: bool) -> Vec<u8> {
    let digits = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| digits[usize::from(nibble)]).collect()
}

/// The part of the coding that depends on nothing but these bytes when `offset` others (or three more) precede them.
fn base64(coding: &impl base64::Engine, bytes: &[u8], offset: usize) -> Vec<u8> {
    let mut padded = vec![0; offset];
    padded.extend(bytes);
    let text = coding.encode(&padded);
    // One byte before fills one character and a part of the next, two bytes two and a part.
    let from = if offset == 0 { 0 } else { offset + 1 };
    let to = text.len() - usize::from(!padded.len().is_multiple_of(3));
    text.as_bytes()[from..to].to_vec()
}
