//! The control plane over HTTP: everything [`Simulator`]'s methods do, for tests in any language.
//!
//! JSON in, JSON out; a body that does not fit is refused with 4xx and a sentence. WeChat has nothing like it, and no web
//! site in the browser of this machine is let in.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use emulator_harness::door;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Component, EncryptedData, Fault, Knobs, MintedCode, NewCode, NewPhoneCode, PaymentAccount,
    PaymentRequest, PaymentResult, PushAnswer, PushOrder, PushSettings, Quota, Simulator, UserInfo,
};

type Sim = State<Simulator>;

pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/_control/codes", post(codes))
        .route("/_control/phone-codes", post(phone_codes))
        .route("/_control/plugin-codes", post(plugin_codes))
        .route("/_control/encrypted-data", post(encrypted_data))
        .route("/_control/user-info", post(user_info))
        .route("/_control/session-key", post(session_key))
        .route("/_control/session-key/rotate", post(rotate))
        .route("/_control/session-key/expire", post(expire))
        .route("/_control/payment", post(payment))
        .route("/_control/payment-account", put(payment_account))
        .route("/_control/block", post(block))
        .route("/_control/push", put(set_push).post(push))
        .route("/_control/push/check", post(check_push))
        .route("/_control/cancel-authorisation", post(cancel_authorisation))
        .route("/_control/revoke-authorisation", post(revoke_authorisation))
        .route("/_control/faults", get(list_faults).post(add_fault).put(replace_faults).delete(clear_faults))
        .route("/_control/ip-whitelist", put(ip_whitelist))
        .route("/_control/secret", put(secret))
        .route("/_control/component", put(component))
        .route("/_control/quota", put(quota))
        .route("/_control/knobs", get(knobs).put(set_knobs))
        .route("/_control/calls", get(calls).delete(forget_calls))
        .route("/_control/clock", post(clock))
        .route("/_control/state", get(state).delete(reset))
        .route_layer(from_fn(no_web_site))
}

async fn no_web_site(request: Request, next: Next) -> Response {
    match door::refusal(|name| request.headers().get_all(name).iter().map(HeaderValue::as_bytes)) {
        None => next.run(request).await,
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    app_id: String,
    openid: String,
}

async fn codes(State(sim): Sim, Json(new): Json<NewCode>) -> Json<MintedCode> {
    Json(sim.mint(new))
}

async fn phone_codes(State(sim): Sim, Json(new): Json<NewPhoneCode>) -> Json<MintedCode> {
    Json(sim.mint_phone_code(new))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPluginCode {
    app_id: String,
    openid: Option<String>,
}

async fn plugin_codes(State(sim): Sim, Json(new): Json<NewPluginCode>) -> Json<MintedCode> {
    Json(sim.mint_plugin_code(&new.app_id, new.openid.as_deref()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEncryptedData {
    app_id: String,
    openid: String,
    payload: Value,
}

async fn encrypted_data(State(sim): Sim, Json(new): Json<NewEncryptedData>) -> Json<EncryptedData> {
    Json(sim.mint_encrypted_data(&new.app_id, &new.openid, new.payload))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUserInfo {
    app_id: String,
    openid: String,
    profile: Option<Value>,
}

async fn user_info(State(sim): Sim, Json(new): Json<NewUserInfo>) -> Json<UserInfo> {
    Json(sim.mint_user_info(&new.app_id, &new.openid, new.profile))
}

async fn session_key(State(sim): Sim, Json(of): Json<Person>) -> Json<Value> {
    Json(json!({ "session_key": sim.session_key(&of.app_id, &of.openid) }))
}

async fn rotate(State(sim): Sim, Json(of): Json<Person>) -> StatusCode {
    sim.rotate_session_key(&of.app_id, &of.openid);
    StatusCode::NO_CONTENT
}

async fn expire(State(sim): Sim, Json(of): Json<Person>) -> StatusCode {
    sim.expire_session_key(&of.app_id, &of.openid);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    app_id: String,
    openid: String,
    #[serde(default = "yes")]
    blocked: bool,
}

fn yes() -> bool {
    true
}

async fn block(State(sim): Sim, Json(block): Json<Block>) -> StatusCode {
    sim.block_user(&block.app_id, &block.openid, block.blocked);
    StatusCode::NO_CONTENT
}

async fn set_push(State(sim): Sim, Json(settings): Json<PushSettings>) -> StatusCode {
    sim.set_push(settings);
    StatusCode::NO_CONTENT
}

type Answers = Result<Json<Vec<PushAnswer>>, (StatusCode, &'static str)>;

const NO_PUSH: (StatusCode, &str) = (StatusCode::NOT_FOUND, "PUT /_control/push first: there is no URL");

async fn push(State(sim): Sim, Json(order): Json<PushOrder>) -> Answers {
    sim.push(&order).await.map(Json).ok_or(NO_PUSH)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    app_id: String,
}

async fn check_push(
    State(sim): Sim,
    Json(of): Json<Whose>,
) -> Result<Json<Value>, (StatusCode, &'static str)> {
    let (is_right, answer) = sim.check_push(&of.app_id).await.ok_or(NO_PUSH)?;
    Ok(Json(json!({ "is_right": is_right, "answer": answer })))
}

async fn cancel_authorisation(State(sim): Sim, Json(of): Json<Person>) -> Answers {
    sim.cancel_authorisation(&of.app_id, &of.openid).await.map(Json).ok_or(NO_PUSH)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revocation {
    app_id: String,
    openid: String,
    revoke_info: String,
}

async fn revoke_authorisation(State(sim): Sim, Json(of): Json<Revocation>) -> Answers {
    let order = PushOrder::revocation(&of.app_id, &of.openid, &of.revoke_info);
    sim.push(&order).await.map(Json).ok_or(NO_PUSH)
}

async fn list_faults(State(sim): Sim) -> Json<Vec<Fault>> {
    Json(sim.faults())
}

async fn add_fault(State(sim): Sim, Json(fault): Json<Fault>) -> StatusCode {
    sim.inject(fault);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Fault>),
    One(Fault),
}

async fn replace_faults(State(sim): Sim, Json(faults): Json<OneOrMany>) -> StatusCode {
    sim.clear_faults();
    match faults {
        OneOrMany::One(fault) => sim.inject(fault),
        OneOrMany::Many(faults) => faults.into_iter().for_each(|fault| sim.inject(fault)),
    }
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(sim): Sim) -> StatusCode {
    sim.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whitelist {
    app_id: String,
    /// `null` switches the whitelist off.
    allowed: Option<Vec<String>>,
    /// Where calls seem to come from; `null` for their real address.
    caller_ip: Option<String>,
}

async fn ip_whitelist(State(sim): Sim, Json(new): Json<Whitelist>) -> StatusCode {
    found(sim.set_ip_whitelist(&new.app_id, new.allowed, new.caller_ip))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Console {
    app_id: String,
    secret: Option<String>,
    #[serde(default)]
    frozen: bool,
}

async fn secret(State(sim): Sim, Json(new): Json<Console>) -> StatusCode {
    let reset = new.secret.is_none_or(|secret| sim.reset_secret(&new.app_id, &secret));
    found(sim.freeze_secret(&new.app_id, new.frozen) && reset)
}

fn found(found: bool) -> StatusCode {
    if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// `wx.requestVirtualPayment` on a phone.
async fn payment(State(sim): Sim, Json(request): Json<PaymentRequest>) -> Json<PaymentResult> {
    Json(sim.request_virtual_payment(&request))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPaymentAccount {
    app_id: String,
    account: PaymentAccount,
}

async fn payment_account(State(sim): Sim, Json(new): Json<NewPaymentAccount>) -> StatusCode {
    found(sim.set_payment_account(&new.app_id, new.account))
}

async fn component(State(sim): Sim, Json(component): Json<Component>) -> StatusCode {
    sim.set_component(component);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct NewQuota {
    path: String,
    #[serde(flatten)]
    quota: Quota,
}

async fn quota(State(sim): Sim, Json(new): Json<NewQuota>) -> StatusCode {
    sim.set_quota(&new.path, new.quota);
    StatusCode::NO_CONTENT
}

async fn knobs(State(sim): Sim) -> Json<Knobs> {
    Json(sim.knobs())
}

/// Knobs that are not named go back to WeChat's usual behaviour.
async fn set_knobs(State(sim): Sim, Json(knobs): Json<Knobs>) -> Json<Knobs> {
    sim.set_knobs(knobs);
    Json(sim.knobs())
}

async fn calls(State(sim): Sim) -> Json<Value> {
    Json(json!({ "calls": sim.calls() }))
}

async fn forget_calls(State(sim): Sim) -> StatusCode {
    sim.forget_calls();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passing {
    advance_seconds: i64,
}

async fn clock(
    State(sim): Sim,
    Json(passing): Json<Passing>,
) -> Result<Json<Value>, (StatusCode, &'static str)> {
    if sim.move_clock(passing.advance_seconds) {
        return Ok(Json(json!({ "now": sim.now() })));
    }
    Err((StatusCode::UNPROCESSABLE_ENTITY, "a century is the most that the clock is moved"))
}

async fn reset(State(sim): Sim) -> StatusCode {
    sim.reset();
    StatusCode::NO_CONTENT
}

/// Who is known and what happened. No secret, key, code or token is in it.
async fn state(State(sim): Sim) -> Json<Value> {
    Json(sim.overview())
}
