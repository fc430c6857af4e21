//! Why data was not decrypted.

use wxsession::http::{Code, Problem};

/// Of the cipher, AES.
pub(crate) const BLOCK_BYTES: usize = 16;

/// Why data was not decrypted, in the order in which it is found out. Only the log sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refused {
    BadBase64,
    BadIvLength,
    BadCiphertextLength,
    BadKeyLength,
    BadPadding,
    BadJson,
    MissingWatermark,
    AppidMismatch,
    NotFresh,
    /// None of the documented kinds.
    UnknownKind,
    /// A documented field of another form, or those of two kinds.
    WrongForm,
    /// User information that is not the caller's.
    AnotherUser,
    /// A piece of the openid or unionid where none belongs.
    NamesInside,
}

impl Refused {
    /// The stable word for log lines.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BadBase64 => "bad_base64",
            Self::BadIvLength => "bad_iv_length",
            Self::BadCiphertextLength => "bad_ciphertext_length",
            Self::BadKeyLength => "bad_key_length",
            Self::BadPadding => "bad_padding",
            Self::BadJson => "bad_json",
            Self::MissingWatermark => "missing_watermark",
            Self::AppidMismatch => "appid_mismatch",
            Self::NotFresh => "not_fresh",
            Self::UnknownKind => "unknown_kind",
            Self::WrongForm => "wrong_form",
            Self::AnotherUser => "another_user",
            Self::NamesInside => "names_inside",
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let code = match refused {
            Refused::BadBase64 | Refused::BadIvLength | Refused::BadCiphertextLength => {
                Code::MalformedRequest
            }
            _ => Code::SessionKeyStale,
        };
        Problem::new(code).because(refused.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_fails_after_the_shape_is_one_answer() {
        use Refused::{
            AnotherUser, AppidMismatch, BadBase64, BadCiphertextLength, BadIvLength, BadJson, BadKeyLength,
            BadPadding, MissingWatermark, NamesInside, NotFresh, UnknownKind, WrongForm,
        };
        for refused in [BadBase64, BadIvLength, BadCiphertextLength] {
            assert_eq!(Problem::from(refused).code, Code::MalformedRequest);
        }
        for refused in [
            BadKeyLength,
            BadPadding,
            BadJson,
            MissingWatermark,
            AppidMismatch,
            NotFresh,
            UnknownKind,
            WrongForm,
            AnotherUser,
            NamesInside,
        ] {
            let problem = Problem::from(refused);
            let told = |problem: &Problem| {
                let (head, body) = problem.response("r", 0).into_parts();
                (head.status, head.headers, body)
            };
            assert_eq!(told(&problem), told(&Problem::new(Code::SessionKeyStale)), "{refused:?}");
            assert_eq!(problem.reason, Some(refused.as_str()));
        }
    }
}
