//! x
pub mod secrets_manager;
pub mod wechat_simulator;

pub mod dynamodb;
pub mod gateway;
pub mod invoke;
pub mod template;
