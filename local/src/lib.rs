//! x
pub mod secrets_manager;
pub mod wechat_simulator;
