//! `POST /tickets/redeem`: a ticket in, a page's own session out.
//!
//! 1. what is no ticket, or comes from another page, is refused before any table is asked (`request`);
//! 2. the ticket is read, and becomes the new session's, if it is nobody's yet and not over: one conditional write;
//! 3. the session that made it is read with its user: both must be good;
//! 4. its record names the new session, if it is active still; when there are three, one goes that is over, or the oldest;
//! 5. the new session is written, unless its tombstone is there already.
//!
//! Between any two of these somebody may log out, or present the ticket again. Both find the new session by the name that
//! stands where they look, and leave a tombstone that keeps it from being written.

mod request;
mod room;

use std::time::Instant;

use wxsession::{
    SessionId,
    http::{Code, Problem, Request, Response},
    session::{Ended, Refusal, Session},
    store::{
        End, Found, SessionKey, StoreError,
        children::Named,
        tickets::{StoredTicket, Used},
    },
    telemetry::Line,
    token::{SessionToken, TokenHash},
};

use self::request::Wanted;
use crate::{Login, record::PATIENCE};

/// A redemption under way.
struct Redemption {
    parent: SessionKey,
    child: SessionKey,
    now: i64,
}

impl Login {
    pub(crate) async fn redeem(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let wanted = request::read(request, self.page_origin.as_ref())?;
        let now_ms = self.clock.now_millis();
        let now = now_ms.div_euclid(1_000);
        let ticket = self.found(&wanted, now, line).await?;
        line.put("user_id", ticket.user.to_string());
        let token = SessionToken::generate(ticket.user, &self.random);
        let redemption = Redemption {
            parent: SessionKey { user: ticket.user, hash: ticket.parent },
            child: SessionKey::of(&token, &self.realm),
            now,
        };
        self.take(&wanted, &redemption, line).await?;

        let found = line.timed("store_ms", self.reader.find_at(redemption.parent)).await?;
        let parent = self.good(&found, now)?;
        let id = SessionId::generate(now_ms, self.random.bytes());
        let hash = &redemption.parent.hash;
        let session = self.rules.page_session((hash, parent), id, &wanted.audience, now);
        line.put("session_id", session.id.to_string());
        line.put("app_id", session.app_id.as_str());
        self.name(&redemption, &parent.children, line).await?;
        let written = self.sessions.create_if_absent(&redemption.child, &session);
        if !line.timed("store_ms", written).await? {
            return Err(refused("parent_over"));
        }
        line.audit("ticket_redeemed", &[("parent_session_id", parent.id.to_string().into())]);
        Ok(self.reply(&token, &session, false))
    }

    /// The ticket, as far as reading can tell a good one.
    async fn found(&self, wanted: &Wanted, now: i64, line: &mut Line) -> Result<StoredTicket, Problem> {
        let hash = wanted.ticket.hash(&self.realm);
        match line.timed("store_ms", self.sessions.ticket(&hash)).await? {
            Some(ticket) if ticket.child.is_none() && is_for(&ticket, wanted) && now < ticket.expires_at => {
                Ok(ticket)
            }
            other => Err(self.not_good(other, wanted, now, line).await),
        }
    }

    /// Makes the ticket the new session's.
    async fn take(&self, wanted: &Wanted, redemption: &Redemption, line: &mut Line) -> Result<(), Problem> {
        let Redemption { child, now, .. } = redemption;
        let hash = wanted.ticket.hash(&self.realm);
        let write = self.sessions.use_ticket(&hash, &wanted.audience, &child.hash, *now);
        match line.timed("store_ms", write).await? {
            Used::Now => Ok(()),
            Used::Not(there) => Err(self.not_good(there, wanted, *now, line).await),
        }
    }

    /// Why a ticket is refused. One that was used before ends the session that it became: somebody else has it, and nobody
    /// knows who came first.
    async fn not_good(
        &self,
        ticket: Option<StoredTicket>,
        wanted: &Wanted,
        now: i64,
        line: &mut Line,
    ) -> Problem {
        let Some(ticket) = ticket else { return refused("unknown_ticket") };
        line.put("user_id", ticket.user.to_string());
        let Some(child) = ticket.child else {
            return refused(if is_for(&ticket, wanted) {
                "expired_ticket"
            } else {
                "ticket_of_another_page"
            });
        };
        let key = SessionKey { user: ticket.user, hash: child };
        let write = self.sessions.end_child(&key, Ended::TicketReused, now);
        let end = line.timed("store_ms", write).await;
        // Whatever came of it: that a ticket came twice is known.
        let ended = if let Ok(End::Now(Some(id))) = &end {
            Some(("ended_session_id", id.to_string().into()))
        } else {
            None
        };
        line.audit("ticket_reused", ended.as_slice());
        end.map_or_else(Problem::from, |_| refused("used_ticket"))
    }

    fn good<'a>(&self, found: &'a Found, now: i64) -> Result<&'a Session, Problem> {
        let good = found.decide(now, &self.rules).map_err(over)?;
        // No page makes tickets.
        if good.session.parent.is_some() { Err(refused("parent_over")) } else { Ok(good.session) }
    }

    /// Names the new session on its parent's record.
    async fn name(
        &self,
        redemption: &Redemption,
        read: &[TokenHash],
        line: &mut Line,
    ) -> Result<(), Problem> {
        let parent = &redemption.parent;
        let until = line.deadline().unwrap_or_else(|| Instant::now() + PATIENCE);
        let mut read = read.to_vec();
        loop {
            let new = self.room(redemption, &read, line).await?;
            let write = self.sessions.name_children(parent, &read, &new);
            match line.timed("store_ms", write).await? {
                Named::Done => return Ok(()),
                Named::Over => return Err(refused("parent_over")),
                Named::Overtaken(_) if Instant::now() >= until => {
                    return Err(StoreError::overtaken("UpdateItem").into());
                }
                Named::Overtaken(there) => read = there,
            }
        }
    }
}

fn is_for(ticket: &StoredTicket, wanted: &Wanted) -> bool {
    ticket.audience == wanted.audience
}

/// A page is told no more than anybody; the operator is told of what must be mended.
fn over(refusal: Refusal) -> Problem {
    let Refusal::Damaged(..) = refusal else { return refused("parent_over") };
    let mut problem = Problem::from(refusal);
    problem.code = Code::TicketInvalid;
    problem
}

/// One answer for every reason: who guesses learns nothing.
fn refused(reason: &'static str) -> Problem {
    Problem::new(Code::TicketInvalid).because(reason)
}
