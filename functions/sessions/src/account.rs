//! `DELETE /me`: the user's record goes, and with it the vault, every session, and the only place that names the user at
//! WeChat. One write does it, on the record that was read: a press that comes late or twice finds another record.
//!
//! What stays for a day is a husk that names nobody: a login's write that arrives after it finds another list than the
//! one it read. A login that is under way reads the husk and makes a new account, as one does that begins a moment later.

use wxsession::{
    http::{Code, Problem, Request, Response, response},
    identity,
    telemetry::Line,
};

use crate::Sessions;

impl Sessions {
    pub(crate) async fn delete_account(
        &self,
        request: &Request,
        line: &mut Line,
    ) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let Some(records) = line.timed("store_ms", self.records(&caller)).await? else {
            line.put("reason", "nothing_to_end");
            return Ok(response::no_content());
        };
        // A cached answer of the authorizer must not delete the account that came after this one.
        let good = records.good(&records.sessions, self.clock.now(), &self.rules);
        if !good.iter().any(|(_, session)| session.id == caller.session_id) {
            return Err(Problem::new(Code::SessionInvalid).because("stale_identity"));
        }
        let write = self.users.erase(caller.user_id, records.user, self.moment(line));
        if line.timed("store_ms", write).await? {
            line.audit("user_deleted", &[]);
        }
        Ok(response::no_content())
    }
}
