//! The bearer token in the `Authorization` header.

use crate::token::{SessionToken, TokenError};

/// Why a request carries no usable token. Found before any table is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerError {
    /// No header, an empty one, or another scheme.
    Missing,
    /// Two headers, or one that holds two values: nobody knows which is meant.
    Several,
    /// The scheme is `Bearer`, the rest is not one token after one space.
    Grammar,
    /// Not a token of ours.
    Token(TokenError),
}

impl BearerError {
    /// The stable word for log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "no_credentials",
            Self::Several => "several_credentials",
            Self::Grammar => "bearer_grammar",
            Self::Token(TokenError::Length) => "token_length",
            Self::Token(TokenError::Prefix) => "token_prefix",
            Self::Token(TokenError::Alphabet) => "token_alphabet",
            Self::Token(TokenError::Checksum) => "token_checksum",
        }
    }
}

/// Reads the one token of a request.
///
/// # Errors
///
/// [`BearerError`].
#[cfg(feature = "http")]
pub fn of(request: &super::Request) -> Result<SessionToken, BearerError> {
    let values = request.headers().get_all(lambda_http::http::header::AUTHORIZATION);
    // A value that is not ASCII is none of ours; its text is not looked at.
    let values: Vec<&str> = values.iter().map(|value| value.to_str().unwrap_or("Bearer \u{fffd}")).collect();
    token(&values)
}

/// Reads the token from all `Authorization` values of a request. The scheme is compared without
/// regard to case (RFC 9110 §11.1), then comes exactly one space and exactly one token.
///
/// # Errors
///
/// [`BearerError`].
pub fn token(values: &[&str]) -> Result<SessionToken, BearerError> {
    let value = match values {
        [] => return Err(BearerError::Missing),
        [value] => *value,
        _ => return Err(BearerError::Several),
    };
    if value.trim().is_empty() {
        return Err(BearerError::Missing);
    }
    // HTTP APIs join repeated headers with commas.
    if value.contains(',') {
        return Err(BearerError::Several);
    }
    let Some((scheme, rest)) = value.split_once(' ') else {
        return Err(if value.eq_ignore_ascii_case("bearer") {
            BearerError::Grammar
        } else {
            BearerError::Missing
        });
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(BearerError::Missing);
    }
    if !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BearerError::Grammar);
    }
    SessionToken::parse(rest).map_err(BearerError::Token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{Code, Problem},
        ids::UserId,
        random::Random,
    };

    #[track_caller]
    fn refuses(values: &[&str], error: BearerError) {
        assert_eq!(token(values), Err(error), "{values:?}");
    }

    fn good() -> String {
        SessionToken::generate(UserId::of("wx", "o"), &Random::system()).expose().to_string()
    }

    #[test]
    fn accepts_one_token_after_one_space_whatever_the_case_of_the_scheme() {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            assert!(token(&[&format!("{scheme} {}", good())]).is_ok());
        }
    }

    #[test]
    fn refuses_everything_else() {
        let good = good();
        refuses(&[], BearerError::Missing);
        refuses(&[""], BearerError::Missing);
        refuses(&["  "], BearerError::Missing);
        refuses(&["Basic dXNlcjpwYXNz"], BearerError::Missing);
        refuses(&[&good], BearerError::Missing);
        refuses(&["Bearer"], BearerError::Grammar);
        refuses(&["Bearer "], BearerError::Token(TokenError::Length));
        refuses(&[&format!("Bearer  {good}")], BearerError::Grammar);
        refuses(&[&format!("Bearer {good} ")], BearerError::Grammar);
        refuses(&[&format!("Bearer\t{good}")], BearerError::Missing);
        refuses(&[&format!(" Bearer {good}")], BearerError::Missing);
        refuses(&[&format!("Bearer {good}"), &format!("Bearer {good}")], BearerError::Several);
        refuses(&[&format!("Bearer {good},Bearer {good}")], BearerError::Several);
        refuses(&[&format!("Bearer {good}\u{feff}")], BearerError::Grammar);
        refuses(&["Bearer é"], BearerError::Grammar);
    }

    #[test]
    fn every_refusal_has_its_word_for_the_log_and_its_code_for_the_client() {
        for (error, word, code) in [
            (BearerError::Missing, "no_credentials", Code::CredentialsMissing),
            (BearerError::Several, "several_credentials", Code::MalformedRequest),
            (BearerError::Grammar, "bearer_grammar", Code::SessionInvalid),
            (BearerError::Token(TokenError::Length), "token_length", Code::SessionInvalid),
            (BearerError::Token(TokenError::Prefix), "token_prefix", Code::SessionInvalid),
            (BearerError::Token(TokenError::Alphabet), "token_alphabet", Code::SessionInvalid),
            (BearerError::Token(TokenError::Checksum), "token_checksum", Code::SessionInvalid),
        ] {
            let problem = Problem::from(error);
            assert_eq!((problem.code, problem.reason), (code, Some(word)));
        }
    }
}
