//! The token of a page in a browser, which can set no header of a WebSocket but the list of subprotocols: `wxs, <token>`.
//!
//! The server has to name one of those that it was offered, or the browser closes the connection (RFC 6455 section 4.1), so `wxs`
//! stands beside the token: the token itself must not come back.

use wxsession::{
    http::{BearerError, bearer},
    token::SessionToken,
};

/// What the connection is answered with.
const NAME: &str = "wxs";

/// What every token begins with.
const TOKEN: &str = "wxs_";

/// The token among the subprotocols, or else that of `Authorization`; two are one too many.
pub(super) fn or_bearer(subprotocols: &[String], bearers: &[&str]) -> Result<SessionToken, BearerError> {
    let offered = || subprotocols.iter().flat_map(|line| line.split(',')).map(str::trim);
    if !offered().any(|name| name == NAME) {
        return bearer::token(bearers);
    }
    let mut tokens = offered().filter(|name| name.starts_with(TOKEN));
    match (tokens.next(), tokens.next(), bearer::token(bearers)) {
        (None, _, found) => found,
        (Some(token), None, Err(BearerError::Missing)) => {
            SessionToken::parse(token).map_err(BearerError::Token)
        }
        _ => Err(BearerError::Several),
    }
}
