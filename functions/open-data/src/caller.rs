//! Who is calling.

use wxsession::{
    Identity, UserId,
    http::{Problem, Request},
    identity::nobody,
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
    pub(crate) fn of(request: &Request, line: &mut Line) -> Result<Self, Problem> {
        let identity = Identity::of(request, line)?;
        let user_id = UserId::parse(&identity.user_id).ok_or_else(|| nobody(line))?;
        Ok(Self { user_id, app_id: identity.app_id, openid: identity.openid })
    }

    pub(crate) fn owner(&self) -> Owner<'_> {
        Owner { user_id: self.user_id, app_id: &self.app_id }
    }
}
