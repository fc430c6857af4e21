//! x
pub mod secrets_manager;
pub mod wechat_simulator;

pub mod admin;
pub mod gateway;
pub mod invoke;
pub mod template;
