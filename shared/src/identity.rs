//! Who is calling, as a function of ours reads it: [`Identity`] of a request, put into the line.
//!
//! The type is that of the crate `wxsession-identity`, which is all that a business function needs.

#[cfg(feature = "http")]
use lambda_http::{Request, RequestExt, request::RequestContext};

#[cfg(feature = "http")]
use crate::{
    http::{Code, Problem},
    telemetry::Line,
};

#[cfg(feature = "http")]
use wxsession_identity::AUDIENCE;
pub use wxsession_identity::{HandedOn, Identity};

/// Who is calling, put into the line. Without the authorizer that is nobody, whatever the request
/// says: the route was deployed without it, and only an operator can mend that.
///
/// # Errors
///
/// `credentials_missing`.
#[cfg(feature = "http")]
pub fn of(request: &Request, line: &mut Line) -> Result<Identity, Problem> {
    let authorizer = request.request_context_ref().and_then(RequestContext::authorizer);
    let identity = authorizer.and_then(|authorizer| Identity::from_fields(&authorizer.fields));
    let identity = identity.ok_or_else(nobody)?;
    line.put("user_id", identity.user_id.to_string());
    line.put("session_id", identity.session_id.to_string());
    line.put("app_id", identity.app_id.as_str());
    Ok(identity)
}

/// Refuses a page's session: the route is for the Mini Program's own.
///
/// # Errors
///
/// `not_for_child`; `credentials_missing` for one that the authorizer did not write.
#[cfg(feature = "http")]
pub(crate) fn refuse_page(request: &Request, line: &mut Line) -> Result<(), Problem> {
    let authorizer = request.request_context_ref().and_then(RequestContext::authorizer);
    if authorizer.is_none_or(|authorizer| !authorizer.fields.contains_key(AUDIENCE)) {
        return Ok(());
    }
    of(request, line)?;
    Err(Problem::new(Code::NotForChild).because("page_session"))
}

/// The problem of a request that did not pass the authorizer.
#[cfg(feature = "http")]
fn nobody() -> Problem {
    Problem::new(Code::CredentialsMissing).because("no_authorizer").operator(
        "a request came without an identity: the route has no session authorizer",
        "attach the session authorizer to the route in the template, and deploy again",
    )
}
