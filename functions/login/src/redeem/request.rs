//! What a page asks for.

use serde::Deserialize;
use wxsession::{
    Secret,
    http::{Problem, Request, body},
    page::PageOrigin,
    ticket::Ticket,
};

use super::refused;

const MOST_BYTES: usize = 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    ticket: Secret,
    audience: String,
}

/// A redemption that can be tried.
pub(super) struct Wanted {
    pub(super) ticket: Ticket,
    /// The page, the one of this deployment.
    pub(super) audience: String,
}

/// A browser says in `Origin` which page asks; what else sends it is believed its body.
pub(super) fn read(request: &Request, page: Option<&PageOrigin>) -> Result<Wanted, Problem> {
    let Body { ticket, audience } = body::json(request, MOST_BYTES)?;
    let ticket = Ticket::parse(ticket.expose()).ok_or_else(|| refused("ticket_form"))?;
    let page = page.ok_or_else(|| refused("tickets_off"))?;
    if !page.is(&audience) {
        return Err(refused("ticket_of_another_page"));
    }
    if !request.headers().get_all("origin").iter().all(|origin| origin.as_bytes() == audience.as_bytes()) {
        return Err(refused("origin_of_another_page"));
    }
    Ok(Wanted { ticket, audience })
}
