//! The paths WeChat answers, and what happens to every call before its own rules.

use axum::http::{Method, StatusCode};

use super::answer::{Answer, Fields, Refusal};
use super::request::Request;
use super::state::WeChat;
use super::{component, encrypt_key, encrypted_message, login, phone, plugin, quota, session_key, tokens};

type Endpoint = fn(&mut WeChat, &Request) -> Result<Fields, Refusal>;

enum Verb {
    Get,
    Post,
    Either,
}

const ENDPOINTS: &[(&str, Verb, Endpoint)] = &[
    ("/sns/jscode2session", Verb::Get, login::jscode2session),
    ("/sns/component/jscode2session", Verb::Get, component::jscode2session),
    ("/cgi-bin/token", Verb::Get, tokens::token),
    ("/cgi-bin/stable_token", Verb::Post, tokens::stable_token),
    ("/cgi-bin/clear_quota", Verb::Post, quota::clear_quota),
    ("/cgi-bin/clear_quota/v2", Verb::Post, quota::clear_quota_v2),
    ("/wxa/checksession", Verb::Get, session_key::checksession),
    ("/wxa/resetusersessionkey", Verb::Get, session_key::resetusersessionkey),
    ("/wxa/business/getuserphonenumber", Verb::Post, phone::getuserphonenumber),
    ("/wxa/business/getuserencryptkey", Verb::Either, encrypt_key::getuserencryptkey),
    ("/wxa/business/checkencryptedmsg", Verb::Post, encrypted_message::checkencryptedmsg),
    ("/wxa/getpluginopenpid", Verb::Post, plugin::getpluginopenpid),
];

impl WeChat {
    /// What WeChat does with the call when nothing breaks.
    pub(super) fn process(&mut self, request: &Request) -> Answer {
        // WeChat's gateway wants a Content-Length; a chunked body gets 412 and no words.
        if request.method == Method::POST && request.chunked {
            return Answer::empty(StatusCode::PRECONDITION_FAILED);
        }
        let fields = match dispatch(self, request) {
            Ok(fields) => fields,
            Err(refusal) => self.error(request, refusal),
        };
        let answer = Answer::json(&request.path, fields);
        *self.errcode_counts.entry((request.path.clone(), answer.errcode())).or_default() += 1;
        answer
    }
}

fn dispatch(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let found = ENDPOINTS.iter().find(|(path, ..)| *path == request.path);
    let (_, verb, endpoint) = found.ok_or(40066)?;
    match verb {
        Verb::Get if request.method != Method::GET => Err(43001.into()),
        Verb::Post if request.method != Method::POST => Err(43002.into()),
        _ => endpoint(wechat, request),
    }
}
