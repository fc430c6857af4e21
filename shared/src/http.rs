//! HTTP requests in, responses out. What is behind the feature `http` is for functions that serve HTTP.

pub mod bearer;
#[cfg(feature = "http")]
pub mod body;
#[cfg(feature = "http")]
pub(crate) mod cors;
mod failures;
#[cfg(feature = "http")]
pub mod gate;
pub mod problem;
#[cfg(feature = "http")]
pub mod response;
#[cfg(feature = "http")]
pub mod route;

pub use bearer::BearerError;
#[cfg(feature = "http")]
pub use lambda_http::{Request, RequestExt};
pub use problem::{Code, Problem, RetryAfter};
#[cfg(feature = "http")]
pub use response::Response;
#[cfg(feature = "http")]
pub use route::{Route, Served};
