//! What code, templates and documents all say, as tables. The functions are compiled with them, and `cargo xtask generate`
//! writes from them what stands in templates, `docs/` and `openapi.yaml`.
//!
//! # Layout
//!
//! | module | holds |
//! |---|---|
//! | [`alarm`], [`alarms`] | what an alarm is, and all of them |
//! | [`function`] | the functions |
//! | [`setting`], [`settings`] | what a setting is, and all of them |
//! | [`code`] | the error codes, with their status |
//! | [`response`] | the error answers of `openapi.yaml`, and those that the gateway gives in our place |
//! | [`route`] | the routes |
//! | [`log`] | the words of the log: fields, reasons, audit events, metrics |

pub mod alarm;
pub mod alarms;
pub mod code;
pub mod function;
pub mod log;
pub mod response;
pub mod route;
pub mod setting;
pub mod settings;

pub use alarm::Alarm;
pub use code::Code;
pub use function::Function;
pub use route::Route;
pub use setting::Setting;
