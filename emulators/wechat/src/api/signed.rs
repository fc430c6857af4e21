//! Calls with an access token, and those signed with the user's `session_key`: HMAC-SHA256, hexadecimal, parameters in the query.

use axum::http::Method;
use ring::hmac;

use crate::wire::{Refusal, Request};
use crate::world::WeChat;

impl WeChat {
    /// The Mini Program the call's access token belongs to.
    pub(crate) fn check_access_token(&self, request: &Request) -> Result<String, Refusal> {
        Ok(self.tokens.owner(request.param("access_token"), request.now)?.to_owned())
    }

    /// The Mini Program and user of a rightly signed call. `no_key` is the errcode when the user has no valid key.
    pub(super) fn check_signed(
        &mut self,
        request: &Request,
        no_key: i64,
    ) -> Result<(String, String), Refusal> {
        let app_id = self.check_access_token(request)?;
        self.quotas.spend(&app_id, &request.path, request.now)?;
        let openid = request.param("openid").to_owned();
        if !self.people.knows(&app_id, &openid) {
            return Err(40003.into());
        }
        if request.param("sig_method") != "hmac_sha256" {
            return Err(87008.into());
        }
        let key = self.people.live_key(&app_id, &openid, request.now).ok_or(no_key)?;
        if !signature_is_right(&key.text, request) {
            return Err(87009.into());
        }
        Ok((app_id, openid))
    }
}

/// GET signs the empty string, POST its body: one stray `{}` spoils the signature.
fn signature_is_right(session_key: &str, request: &Request) -> bool {
    let message: &[u8] = if request.method == Method::POST { &request.body } else { b"" };
    // The key is the base64 text itself, not the bytes it stands for.
    let key = hmac::Key::new(hmac::HMAC_SHA256, session_key.as_bytes());
    let Some(tag) = unhex(request.param("signature")) else { return false };
    hmac::verify(&key, message, &tag).is_ok()
}

/// Either case is accepted; raw bytes are not.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes =
        pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect::<Option<Vec<u8>>>()?;
    rest.is_empty().then_some(bytes)
}
