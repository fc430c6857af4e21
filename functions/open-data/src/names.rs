//! The last wall: WeChat's names of the user leave this server in no text, whatever it is called.

use serde_json::Value;

/// A shorter piece is chance.
const PIECE: usize = 8;

/// WeChat's names of the caller.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) openid: &'a str,
    /// `None` when no login has brought one.
    pub(crate) unionid: Option<&'a str>,
}

impl Names<'_> {
    /// Whether a name or a value in `value`, at any depth, holds eight characters in a row of one of the names
    /// or of `more`.
    pub(crate) fn have_a_piece_in(&self, value: &Value, more: Option<&str>) -> bool {
        let is_told = |text: &str| {
            let names = [Some(self.openid), self.unionid, more];
            names.into_iter().flatten().any(|name| share_a_piece(name.as_bytes(), text.as_bytes()))
        };
        any_text(value, &is_told)
    }
}

fn share_a_piece(name: &[u8], text: &[u8]) -> bool {
    text.len() >= PIECE && name.windows(PIECE).any(|piece| text.windows(PIECE).any(|part| part == piece))
}

fn any_text(value: &Value, is_told: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_told(text),
        Value::Number(number) => is_told(&number.to_string()),
        Value::Array(values) => values.iter().any(|value| any_text(value, is_told)),
        Value::Object(members) => {
            members.iter().any(|(name, value)| is_told(name) || any_text(value, is_told))
        }
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
    const UNIONID: &str = "ocMvos6NjeKLIBqg5Mr9QjxrP1FA";

    #[test]
    fn eight_characters_in_a_row_are_found_wherever_they_stand() {
        let names = Names { openid: OPENID, unionid: Some(UNIONID) };
        let told = |value: &Value| names.have_a_piece_in(value, Some("oANOTHER_NAME_OF_THE_USER_28"));
        for name in [OPENID, UNIONID, "oANOTHER_NAME_OF_THE_USER_28"] {
            for from in 0..=name.len() - 8 {
                let piece = &name[from..from + 8];
                for value in [
                    json!(piece),
                    json!({"nickName": format!("x{piece}x")}),
                    json!({format!("x{piece}"): 1}),
                    json!({"list": [{"step": 1}, {"more": [format!("{piece}\"\\")]}]}),
                ] {
                    assert!(told(&value), "{value}");
                }
                assert!(!told(&json!({"a": &piece[..7], "b": &piece[1..]})));
            }
        }
        assert!(!told(&json!({"nickName": "Band", "n": 1_477_314_187, "b": true, "z": null})));
    }

    #[test]
    fn digits_are_found_in_numbers_too_and_short_names_have_no_piece() {
        let names = Names { openid: "o12345678x", unionid: None };
        assert!(names.have_a_piece_in(&json!({"step": 123_456_789}), None));
        assert!(!names.have_a_piece_in(&json!({"step": 1_234_567}), None));
        assert!(!Names { openid: "o", unionid: Some("") }.have_a_piece_in(&json!("o"), None));
    }
}
