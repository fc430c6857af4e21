//! `POST /tickets`: a ticket for a page that the Mini Program is about to open. One write; whether the session is still good
//! is decided when the ticket is redeemed.

use serde::{Deserialize, Serialize};
use wxsession::{
    http::{Code, Problem, Request, Response, bearer, body, response},
    identity,
    store::{SessionKey, tickets::StoredTicket},
    telemetry::Line,
    ticket::{self, Ticket},
};

use crate::Sessions;

const MOST_BYTES: usize = 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    audience: String,
}

#[derive(Serialize)]
struct Reply<'a> {
    ticket: &'a str,
    expires_in: i64,
}

impl Sessions {
    pub(crate) async fn make_ticket(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let Some(page) = &self.page_origin else {
            return Err(Problem::new(Code::NotEnabled).because("tickets_off"));
        };
        let Body { audience } = body::json(request, MOST_BYTES)?;
        if !page.is(&audience) {
            return Err(Problem::new(Code::AudienceUnknown).because("audience"));
        }
        // The authorizer hands on who is calling, and nothing of the token that says so.
        let session = SessionKey::of(&bearer::of(request)?, &self.realm);
        if session.user != caller.user_id {
            return Err(Problem::new(Code::SessionInvalid).because("stale_identity"));
        }
        let made = Ticket::generate(&self.random);
        let stored = StoredTicket {
            user: session.user,
            parent: session.hash,
            audience,
            expires_at: self.clock.now().saturating_add(ticket::SECONDS),
            child: None,
        };
        let hash = made.hash(&self.realm);
        line.timed("store_ms", self.table.create_ticket(&hash, &stored)).await?;
        line.audit("ticket_made", &[]);
        Ok(response::json(&Reply { ticket: &made.expose(), expires_in: ticket::SECONDS }))
    }
}
