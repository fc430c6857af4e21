//! Who is calling.

use wxsession::{
    Identity, UserId,
    http::{Code, Problem, Request},
    telemetry::Line,
    vault::Owner,
};

/// The user behind a request, as the authorizer handed them on.
pub(crate) struct Caller {
    pub(crate) user_id: UserId,
    pub(crate) app_id: String,
    pub(crate) openid: String,
}

impl Caller {
    /// Reads the identity. A request without one did not pass the authorizer: the route was deployed
    /// without it, and nothing in the request itself may take its place.
    pub(crate) fn of(request: &Request, line: &mut Line) -> Result<Self, Problem> {
        let identity = request.authorizer().and_then(Identity::from_authorizer);
        let named = identity.and_then(|who| UserId::parse(&who.user_id).map(|user_id| (user_id, who)));
        let Some((user_id, identity)) = named else {
            line.operator(
                "a request came without an identity: no authorizer of this service stands before the route",
                "attach the authorizer to every route of open-data, as template.yaml does",
            );
            return Err(Problem::new(Code::CredentialsMissing).because("no_identity"));
        };
        line.put("user_id", identity.user_id);
        line.put("session_id", identity.session_id);
        line.put("app_id", identity.app_id.as_str());
        Ok(Self { user_id, app_id: identity.app_id, openid: identity.openid })
    }

    pub(crate) fn owner(&self) -> Owner<'_> {
        Owner { user_id: self.user_id, app_id: &self.app_id }
    }
}
