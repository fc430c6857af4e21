//! x

pub mod gateway;
pub mod invoke;
pub mod template;
