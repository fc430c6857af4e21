//! What a conversation expects of an answer.

use crate::http_client::Reply;

/// The answer has this status.
///
/// # Errors
///
/// When it has another.
pub fn expect(reply: &Reply, status: u16) -> Result<(), String> {
    if reply.status == status {
        return Ok(());
    }
    Err(format!("expected {status}, got {} {}", reply.status, reply.text))
}

/// The answer is a problem with this status and code, in the documented form.
///
/// # Errors
///
/// When it is not.
pub fn expect_code(reply: &Reply, status: u16, code: &str) -> Result<(), String> {
    expect(reply, status)?;
    let header = |name: &str| reply.headers.get(name).map_or("", String::as_str);
    let as_documented = reply.code() == code
        && reply.body["status"] == status
        && reply.body["title"].is_string()
        && reply.body["instance"].is_string()
        && header("content-type").starts_with("application/problem+json")
        && header("cache-control") == "no-store";
    if as_documented {
        Ok(())
    } else {
        Err(format!("expected {code}, got {} {:?}", reply.text, reply.headers))
    }
}

/// Something else that must hold.
pub(super) fn that(holds: bool, what: &str, reply: &Reply) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what}: {} {}", reply.status, reply.text)) }
}

/// A conversation for the list.
macro_rules! conversation {
    ($needs:ident, $en:literal, $zh:literal, $steps:path) => {
        super::Conversation {
            needs: super::Needs::$needs,
            name: ($en, $zh),
            steps: |target: super::Target| Box::pin(async move { $steps(&target).await }) as super::Steps,
        }
    };
}
pub(super) use conversation;
