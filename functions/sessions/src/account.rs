//! `DELETE /me`: the user's record, the vault in it and every trace of their WeChat names go.
//!
//! The order makes it safe to be cut off anywhere:
//!
//! 1. every *other* session becomes a tombstone, which holds no name of the user. Cut off here, the
//!    asking session still works and the request can be repeated;
//! 2. the user's record is deleted, the vault with it. From here on no session of theirs is good, as
//!    each needs the record; a later login makes a new record with another random generation, which
//!    no old session carries;
//! 3. the asking session, and any that a login wrote meanwhile, become tombstones. Cut off before
//!    this, what is left opens nothing and goes with the table's TTL.
//!
//! Deleting the record first would leave the names of all sessions behind a request that can no
//! longer be repeated; ending the asking session first would leave the vault.

use wxsession::{
    Identity,
    http::{Code, Problem, Request, Response},
    session::{Session, State},
    telemetry::Line,
    token::TokenHash,
};

use crate::Sessions;

const REASON: &str = "account_deleted";

impl Sessions {
    pub(crate) async fn delete_account(
        &self,
        request: &Request,
        line: &mut Line,
    ) -> Result<Response, Problem> {
        let caller = &Identity::of(request, line)?;
        let records = self.read(caller, line).await?;
        let asking = records.sessions.iter().find(|(_, session)| session.id == caller.session_id);
        let is_good = asking.is_some_and(|(_, session)| records.is_good(session, self.clock.now()));
        // A cached answer of the authorizer must not delete the account that came after this one.
        if records.generation.is_some() && !is_good {
            return Err(Problem::new(Code::SessionInvalid).because("stale_identity"));
        }
        let others = records.sessions.iter().filter(|(_, session)| session.id != caller.session_id);
        self.end_each(caller, others, line).await?;
        line.timed("store_ms", self.users.delete(caller.user_id)).await?;
        if records.generation.is_some() {
            line.audit("user_deleted", &[]);
        }
        self.end_rest(caller, line).await;
        Ok(Response::no_content())
    }

    /// The account is gone whatever happens here. Were this to answer 503, the client could only
    /// log in again, which would make a new account.
    async fn end_rest(&self, caller: &Identity, line: &mut Line) {
        let read = line.timed("store_ms", self.table.of_user(caller.user_id)).await;
        let ended = match read {
            Ok(rest) => self.end_each(caller, rest.iter(), line).await,
            Err(error) => Err(Problem::from(error)),
        };
        if let Err(problem) = ended {
            problem.note_in(line);
            line.put("reason", "sessions_left_to_ttl");
        }
    }

    async fn end_each<'a>(
        &self,
        caller: &Identity,
        sessions: impl Iterator<Item = &'a (TokenHash, Session)>,
        line: &mut Line,
    ) -> Result<(), Problem> {
        for (hash, session) in sessions.filter(|(_, session)| session.state == State::Active) {
            self.end(caller, hash, session, REASON, line).await?;
        }
        Ok(())
    }
}
