//! From what came to a message that WeChat wrote for this Mini Program. Pure, and nothing acts on anything else.

use wxsession::http::{Code, Problem};
use wxsession_wechat::envelope::{Envelope, Unopened};

use crate::{asked, message::Message};

/// What WeChat puts into the query.
#[derive(Clone, Copy, Default)]
pub(crate) struct Query<'a> {
    pub(crate) signature: &'a str,
    pub(crate) msg_signature: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) nonce: &'a str,
}

/// Why it is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Token is another one, or a stranger wrote it.
    Signature,
    /// Not sealed, and the Mini Program takes sealed messages only: nothing signs what is in this one.
    Plain,
    /// The same, with WeChat's signature, and it asks for an erasure: the console sends messages as they are.
    PlainErasure,
    /// Signed, and sealed with another key, for somebody else, or broken.
    Unopened(Unopened),
    /// No message at all: the stable word for the place.
    Malformed(&'static str),
    /// Signed, and what was sealed is no message: the stable word for the place.
    Unreadable(&'static str),
    /// Signed, and it says that it is of another Mini Program.
    AppId,
}

impl Refused {
    /// WeChat signed it, and it asks for an erasure, or nobody knows what it asks for.
    pub(crate) fn is_lost(self) -> bool {
        matches!(self, Self::Unopened(_) | Self::Unreadable(_) | Self::AppId | Self::PlainErasure)
    }

    /// With a Token or a key that was changed just now it may be right. What another key makes of a message seldom has a
    /// padding, and then neither a length nor an owner.
    pub(crate) fn may_be_of_newer_keys(self) -> bool {
        use Unopened::{MessageLength, Padding, ReceiveId};
        matches!(self, Self::Signature | Self::Unopened(Padding | MessageLength | ReceiveId))
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let no = |reason| Problem::new(Code::PushRefused).because(reason);
        match refused {
            Refused::Signature => no("push_signature"),
            Refused::Plain | Refused::PlainErasure => no("push_plain"),
            Refused::AppId => no("push_app_id"),
            Refused::Unopened(why @ (Unopened::Padding | Unopened::ReceiveId)) => no(why.as_str()),
            Refused::Unopened(why) => Problem::malformed(why.as_str()),
            Refused::Malformed(place) | Refused::Unreadable(place) => Problem::malformed(place),
        }
    }
}

/// The message, verified. A sealed one is signed with what it is sealed in; a plain one is not, and is taken only where the
/// Mini Program's entry says so.
pub(crate) fn message(
    envelope: &Envelope,
    app_id: &str,
    allows_plain: bool,
    query: Query<'_>,
    body: &[u8],
) -> Result<Message, Refused> {
    let outer = Message::read(body).map_err(Refused::Malformed)?;
    let Query { signature, msg_signature, timestamp, nonce } = query;
    let message = if let Some(encrypted) = outer.text("Encrypt") {
        if !envelope.is_signed(msg_signature, &[timestamp, nonce, &encrypted]) {
            return Err(Refused::Signature);
        }
        let opened = envelope.open(&encrypted).map_err(Refused::Unopened)?;
        Message::read(&opened).map_err(Refused::Unreadable)?
    } else if !allows_plain {
        let is_lost = asked::erases(&outer) && envelope.is_signed(signature, &[timestamp, nonce]);
        return Err(if is_lost { Refused::PlainErasure } else { Refused::Plain });
    } else if envelope.is_signed(signature, &[timestamp, nonce]) {
        outer
    } else {
        return Err(Refused::Signature);
    };
    // Its own members come from inside the envelope, and a member of a name is there once.
    match message.text("AppID") {
        Some(named) if named != app_id => Err(Refused::AppId),
        _ => Ok(message),
    }
}

#[cfg(test)]
mod tests;
