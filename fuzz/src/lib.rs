//! Fuzz targets of the login backend.
//!
//! Each module holds the check of one target: it gives the input to the product's own code and compares
//! the outcome with the rule, written down a second time here and from the documents, not from the code.
//!
//! # Layout
//!
//! | module | checks |
//! |---|---|
//! | [`token_parse`] | a session token: the canonical grammar, one spelling, any change refused |
//! | [`authorizer_event`] | events of all six shapes: who is allowed, the form of every answer |
//! | [`http_event`] | events of an HTTP function in all four shapes: a refusal of ours, whatever they are |
//! | [`login_body`] | the body of `POST /login` through the real function: accepted, or a right problem |
//! | [`base64_body`] | both kinds of body of API Gateway: the same text means the same |
//! | [`wechat_answer`] | what WeChat answers a login: accepted only if it is all there |
//! | [`stored_item`] | what the tables hold: a session, and whether it is good |
//! | [`push_envelope`] | what WeChat pushes: nothing is taken without its signature, nothing opened that is not the page's |
//! | [`decrypt_input`] | open data: only what carries this app's watermark, without the user's names |
//!
//! `base64`, `json`, `problem` and `tables` serve several of them; [`broken`] has the variants that the
//! checks must catch.

pub mod authorizer_event;
mod base64;
pub mod base64_body;
pub mod broken;
pub mod decrypt_input;
pub mod http_event;
mod json;
pub mod login_body;
mod problem;
pub mod push_envelope;
pub mod stored_item;
mod tables;
pub mod token_parse;
pub mod wechat_answer;
