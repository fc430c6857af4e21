//! What goes over the wire, whatever it means.

mod answer;
pub(crate) mod errors;
mod request;

pub(crate) use answer::{Answer, Fields, Refusal, fields, ok};
pub(crate) use request::{Request, require};
