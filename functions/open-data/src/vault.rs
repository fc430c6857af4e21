//! The caller's `session_key`s, out of the vault.

use wxsession::{
    Identity, Secret,
    http::{Code, Problem},
    telemetry::Line,
};
use wxsession_wechat::vault::Owner;

use crate::OpenData;

impl OpenData {
    /// The user's `session_key`s, newest first; none when there is none that opens.
    pub(crate) async fn session_keys(
        &self,
        caller: &Identity,
        line: &mut Line,
    ) -> Result<Vec<Secret>, Problem> {
        self.keys.open(owner(caller), self.users.sealed_keys(caller.user_id), line).await
    }

    /// The same for a route that can do nothing without one.
    pub(crate) async fn some_session_keys(
        &self,
        caller: &Identity,
        line: &mut Line,
    ) -> Result<Vec<Secret>, Problem> {
        let keys = self.session_keys(caller, line).await?;
        if keys.is_empty() {
            return Err(Problem::new(Code::SessionKeyStale).because("no_session_key"));
        }
        Ok(keys)
    }
}

/// Whose keys these are.
pub(crate) fn owner(caller: &Identity) -> Owner<'_> {
    Owner { user_id: caller.user_id, app_id: &caller.app_id }
}
