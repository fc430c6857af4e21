//! API Gateway events in, responses out.

pub mod bearer;
pub mod body;
mod failures;
pub mod problem;
pub mod request;
pub mod response;
pub mod route;

pub use bearer::BearerError;
pub use problem::{Code, Problem, RetryAfter};
pub use request::Request;
pub use response::Response;
pub use route::{Route, Served};
