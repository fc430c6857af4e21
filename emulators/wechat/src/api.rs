//! The paths WeChat answers, and what happens to every call before its own rules.

use axum::http::{Method, StatusCode};

use crate::wire::{Answer, Fields, Refusal, Request, errors, fields};
use crate::world::{Fault, RequestId, WeChat};

mod component;
mod encrypt_key;
mod encrypted_message;
mod login;
mod phone;
mod plugin;
mod quota;
mod session_key;
mod signed;
mod storage;
mod tokens;
pub(crate) mod xpay;

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
    ("/wxa/set_user_storage", Verb::Post, storage::set_user_storage),
    ("/xpay/query_user_balance", Verb::Post, xpay::query_user_balance),
    ("/xpay/currency_pay", Verb::Post, xpay::currency_pay),
    ("/xpay/cancel_currency_pay", Verb::Post, xpay::cancel_currency_pay),
    ("/xpay/present_currency", Verb::Post, xpay::present_currency),
    ("/xpay/query_order", Verb::Post, xpay::query_order),
    ("/xpay/notify_provide_goods", Verb::Post, xpay::notify_provide_goods),
    ("/xpay/refund_order", Verb::Post, xpay::refund_order),
];

impl WeChat {
    /// Records the call and picks the fault that will break it, if one applies.
    pub(crate) fn arrive(&mut self, request: &Request) -> Option<Fault> {
        let fault = self.faults.take(&request.path);
        self.calls.add(request, fault.is_some());
        fault
    }

    /// What WeChat does with the call when nothing breaks.
    pub(crate) fn process(&mut self, request: &Request) -> Answer {
        // WeChat's gateway wants a Content-Length; a chunked body gets 412 and no words.
        if request.method == Method::POST && request.chunked {
            return Answer::empty(StatusCode::PRECONDITION_FAILED);
        }
        let fields = match dispatch(self, request) {
            Ok(fields) => fields,
            Err(refusal) => self.error(request, refusal),
        };
        let answer = Answer::json(&request.path, fields);
        self.calls.processed(&request.path, answer.errcode());
        answer
    }

    /// `{"errcode":…,"errmsg":"…"}` in the form of the endpoint's family.
    pub(crate) fn error(&mut self, request: &Request, refusal: Refusal) -> Fields {
        let text = refusal.text.unwrap_or_else(|| errors::text(refusal.errcode).to_owned());
        let suffix = self.suffix(&request.path, request.now);
        fields([("errcode", refusal.errcode.into()), ("errmsg", serde_json::Value::from(text + &suffix))])
    }

    /// The families differ in one comma.
    fn suffix(&mut self, path: &str, now: i64) -> String {
        if self.knobs.request_id == RequestId::Hints {
            return format!(", hints: [ req_id: {} ]", self.mint.req_id());
        }
        let comma = if path.starts_with("/sns/") { "," } else { "" };
        format!("{comma} rid: {}", self.rid(now))
    }

    /// Three groups of eight hexadecimal digits; the first is the server's time in seconds.
    fn rid(&mut self, now: i64) -> String {
        format!("{now:08x}-{}-{}", self.mint.hex::<8>(), self.mint.hex::<8>())
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
