//! The page at `/` without a browser: what it serves, what it tells, what its buttons do.

mod buttons;
mod diagram;
mod files;
mod support;
mod web_view;
