//! API Gateway events in, answers out.

pub mod answer;
pub mod bearer;
pub mod body;
pub mod problem;
pub mod request;

pub use answer::Answer;
pub use bearer::BearerError;
pub use problem::{Code, Problem};
pub use request::Request;
