//! x
pub mod wechat_simulator;
