//! x

pub mod dynamodb;
pub mod gateway;
pub mod invoke;
pub mod template;
