//! What is asked: one column of the matrix each.

use operator::http_client::{HttpClient, Outgoing, Reply};
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, DEFAULT_PUSH};
use wxsession_wechat::{envelope::Envelope, secrets::Push};

use crate::{
    user::User,
    world::{PAGE, START},
};

/// A route, or the authorizer asked without a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Login,
    Check,
    Logout,
    Authorizer,
    Me,
    List,
    RevokeAll,
    Decrypt,
    KeyCheck,
    /// A ticket for a page, and its redemption.
    Ticket,
    Redeem,
    /// Account control, asked without a gateway: it has none.
    Account,
    Block,
    /// What a backend asks `wechat` for, likewise without a gateway.
    Number,
    Token,
    Sign,
    /// What WeChat sends.
    Push,
}

impl Route {
    pub(crate) const ALL: [Self; 17] = [
        Self::Login,
        Self::Check,
        Self::Logout,
        Self::Authorizer,
        Self::Me,
        Self::List,
        Self::RevokeAll,
        Self::Decrypt,
        Self::KeyCheck,
        Self::Ticket,
        Self::Redeem,
        Self::Account,
        Self::Block,
        Self::Number,
        Self::Token,
        Self::Sign,
        Self::Push,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Check => "check",
            Self::Logout => "logout",
            Self::Authorizer => "authorizer",
            Self::Me => "GET /me",
            Self::List => "list",
            Self::RevokeAll => "revoke all",
            Self::Decrypt => "decrypt",
            Self::KeyCheck => "session-key",
            Self::Ticket => "ticket",
            Self::Redeem => "redeem",
            Self::Account => "account",
            Self::Block => "block",
            Self::Number => "backend: number",
            Self::Token => "backend: token",
            Self::Sign => "backend: sign",
            Self::Push => "push",
        }
    }

    /// The functions that serve it, by binary name.
    pub(crate) fn functions(self) -> &'static [&'static str] {
        match self {
            Self::Login | Self::Redeem => &["login"],
            Self::Check | Self::Logout => &["check-session"],
            Self::Authorizer => &["authorizer"],
            Self::Me => &["authorizer", "me"],
            Self::List | Self::RevokeAll | Self::Ticket => &["authorizer", "sessions"],
            Self::Decrypt | Self::KeyCheck => &["authorizer", "open-data"],
            Self::Account | Self::Block => &["accounts"],
            Self::Number | Self::Token | Self::Sign => &["wechat"],
            Self::Push => &["push"],
        }
    }

    /// What the same functions serve without ending the session.
    pub(crate) fn harmless(self) -> Self {
        match self {
            Self::Logout => Self::Check,
            Self::RevokeAll => Self::List,
            Self::Block => Self::Account,
            other => other,
        }
    }

    fn request(self, service: &HttpClient, user: &User) -> Outgoing {
        let asks = |method, path| service.request(method, path).bearer(&user.token);
        let control =
            |request| service.request("POST", "/2015-03-31/functions/accounts/invocations").json(&request);
        let backend = |mut request: Value| {
            request["actor"] = "matrix".into();
            request["app_id"] = DEFAULT_APP.0.into();
            service.request("POST", "/2015-03-31/functions/wechat/invocations").json(&request)
        };
        match self {
            Self::Login => service.request("POST", "/login").json(&json!({"code": user.code()})),
            Self::Check => asks("GET", "/session"),
            Self::Logout => asks("DELETE", "/session"),
            Self::Authorizer => {
                service.request("POST", "/2015-03-31/functions/authorizer/invocations").json(&json!({
                    "type": "TOKEN",
                    "authorizationToken": format!("Bearer {}", user.token),
                    "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/v1/GET/me",
                }))
            }
            Self::Me => asks("GET", "/me"),
            Self::List => asks("GET", "/sessions"),
            Self::RevokeAll => asks("DELETE", "/sessions"),
            Self::Decrypt => asks("POST", "/open-data/decrypt").json(&user.open_data),
            Self::KeyCheck => asks("GET", "/session-key"),
            Self::Ticket => asks("POST", "/tickets").json(&json!({"audience": PAGE})),
            Self::Redeem => {
                let redeem = service.request("POST", "/tickets/redeem").header("origin", PAGE);
                redeem.json(&json!({"ticket": user.ticket(), "audience": PAGE}))
            }
            Self::Push => pushed(service, user),
            Self::Account => control(json!({"action": "get", "actor": "matrix", "user_id": user.id})),
            Self::Block => {
                control(json!({"action": "block", "actor": "matrix", "user_id": user.id, "reason": "spam"}))
            }
            Self::Number => {
                backend(json!({"action": "phone_number", "user_id": user.id, "code": user.phone_code()}))
            }
            Self::Token => backend(json!({"action": "access_token"})),
            Self::Sign => backend(json!({"action": "sign_virtual_payment", "user_id": user.id, "payment": {
                "mode": "short_series_coin", "env": 0, "buy_quantity": 1, "out_trade_no": "order_00000001", "attach": "a1"}})),
        }
    }

    pub(crate) async fn ask(self, service: &HttpClient, user: &User) -> Result<Reply, String> {
        self.request(service, user).send().await
    }

    /// The answer in one or two words: `204`, `503 store_unavailable`, `allow`, `refuse`, `error`; of a function for
    /// backends the status that a route would have.
    pub(crate) fn outcome(self, reply: &Reply) -> String {
        if self.functions().iter().any(|name| ["accounts", "wechat"].contains(name)) {
            return control_outcome(reply);
        }
        if self != Self::Authorizer {
            return format!("{} {}", reply.status, reply.code()).trim_end().to_owned();
        }
        let effect = reply.body["policyDocument"]["Statement"][0]["Effect"].as_str();
        match (reply.headers.contains_key("x-amz-function-error"), effect) {
            (true, _) => "error".to_owned(),
            (false, Some("Allow")) => "allow".to_owned(),
            (false, Some("Deny")) => "refuse".to_owned(),
            (false, _) => format!("{} {}", reply.status, reply.text),
        }
    }
}

/// WeChat says that the user closed the account.
fn pushed(service: &HttpClient, user: &User) -> Outgoing {
    let push = Push::of(DEFAULT_PUSH.0, DEFAULT_PUSH.1);
    let envelope = Envelope::new(&push, DEFAULT_APP.0).expect("a key");
    let message = json!({"FromUserName": "oPlatform", "CreateTime": START, "MsgType": "event",
        "Event": "user_authorization_cancellation", "OpenID": user.openid});
    let encrypted = envelope.seal(message.to_string().as_bytes(), [7; 16]);
    let signature = envelope.signature(&["1", "2", &encrypted]);
    let path = format!("/wechat/push/{}?msg_signature={signature}&timestamp=1&nonce=2", DEFAULT_APP.0);
    service.request("POST", &path).json(&json!({ "Encrypt": encrypted }))
}

fn control_outcome(reply: &Reply) -> String {
    let is_error = reply.headers.contains_key("x-amz-function-error");
    match (is_error, reply.body["result"].is_object(), reply.body["error"]["code"].as_str()) {
        (false, true, None) => "200".to_owned(),
        (false, false, Some(code @ ("store_unavailable" | "unavailable"))) => format!("503 {code}"),
        (false, false, Some(code @ ("internal" | "misconfigured"))) => format!("500 {code}"),
        (false, false, Some(code)) => format!("refused {code}"),
        _ => format!("{} {}", reply.status, reply.text),
    }
}
