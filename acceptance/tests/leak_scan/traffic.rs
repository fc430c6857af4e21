//! What is sent: every route as it should be, and everything that carries a secret where it does not belong.

mod misplaced;
mod pages;

use operator::http_client::{Outgoing, Reply};
use serde_json::{Value, json};
use wechat_simulator::{
    DEFAULT_APP, DEFAULT_PUSH, NewCode, NewPhoneCode, PushFormat, PushMistake, PushMode, PushOrder,
    PushSettings,
};

use crate::deployment::Deployment;

pub(crate) const UNIONID: &str = "ocMvos6NjeKLIBqg5Mr9QjxrP1FA";
pub(crate) const PHONE_NUMBER: &str = "13812345678";
pub(crate) const NICKNAME: &str = "canary-nickname-Xq7Lm2Rt9Zv";

/// How often a request is made that meets a time limit on a busy machine.
pub(crate) const ATTEMPTS: usize = 3;

/// Somebody who is logged in.
pub(crate) struct User {
    pub(crate) openid: String,
    pub(crate) code: String,
    pub(crate) token: String,
    pub(crate) session_id: String,
}

impl Deployment {
    pub(crate) async fn log_in(&self, openid: Option<&str>) -> User {
        let mut openid = openid.map(str::to_owned);
        for _ in 0..ATTEMPTS {
            let minted = self.service.simulator.mint(NewCode {
                app_id: DEFAULT_APP.0.to_owned(),
                openid,
                unionid: Some(UNIONID.to_owned()),
                ttl_seconds: None,
            });
            let reply = self.target.post_login(&minted.code).await.expect("an answer");
            if reply.status == 503 {
                openid = Some(minted.openid);
                continue;
            }
            assert_eq!(reply.status, 200, "{}", reply.text);
            let text = |value: &Value| value.as_str().expect("as documented").to_owned();
            let (token, session_id) = (text(&reply.body["token"]), text(&reply.body["session"]["id"]));
            return User { openid: minted.openid, code: minted.code, token, session_id };
        }
        panic!("the tables do not answer in time");
    }

    fn request(&self, method: &str, path: &str) -> Outgoing {
        self.target.service.request(method, path)
    }

    async fn post(&self, user: &User, path: &str, body: &Value) -> Reply {
        let request = self.request("POST", path).bearer(&user.token).json(body);
        request.send().await.expect("an answer")
    }

    async fn call(&self, method: &str, path: &str, user: &User) -> Reply {
        let mut reply = self.target.call(method, path, &user.token).await.expect("an answer");
        for _ in 1..ATTEMPTS {
            if reply.status == 503 {
                reply = self.target.call(method, path, &user.token).await.expect("an answer");
            }
        }
        reply
    }

    /// Every route, once as it should be. What must have worked did.
    pub(crate) async fn as_it_should_be(&self) {
        let simulator = &self.service.simulator;
        self.more().add("open data", NICKNAME);
        let user = self.log_in(None).await;
        for path in ["/session", "/me", "/sessions", "/session-key"] {
            assert_eq!(self.call("GET", path, &user).await.status, 200, "{path}");
        }
        let profile = json!({"nickName": NICKNAME, "gender": 0});
        let info = simulator.mint_user_info(DEFAULT_APP.0, &user.openid, Some(profile));
        let phone = simulator.mint_encrypted_phone(DEFAULT_APP.0, &user.openid, "86", PHONE_NUMBER);
        let new = NewPhoneCode {
            pure_phone_number: PHONE_NUMBER.to_owned(),
            ..NewPhoneCode::of_user(DEFAULT_APP.0, &user.openid)
        };
        let code = simulator.mint_phone_code(new).code;
        for (path, body, holds) in [
            ("/open-data/decrypt", json!({"encrypted_data": info.encrypted_data, "iv": info.iv}), NICKNAME),
            (
                "/open-data/decrypt",
                json!({"encrypted_data": phone.encrypted_data, "iv": phone.iv}),
                PHONE_NUMBER,
            ),
            ("/open-data/verify", json!({"raw_data": info.raw_data, "signature": info.signature}), "true"),
            ("/phone-number", json!({"code": code}), PHONE_NUMBER),
        ] {
            let reply = self.post(&user, path, &body).await;
            assert!(reply.status == 200 && reply.text.contains(holds), "{path}: {}", reply.text);
        }
        self.pages(&user).await;
        assert_eq!(self.call("POST", "/session-key/reset", &user).await.status, 204);
        simulator.rotate_session_key(DEFAULT_APP.0, &user.openid);
        // The second login within the hour finds the same user, and the vault moves on to another key.
        let again = self.log_in(Some(&user.openid)).await;
        let path = format!("/sessions/{}", user.session_id);
        assert_eq!(self.call("DELETE", &path, &again).await.status, 204);
        assert_eq!(self.call("GET", "/session", &user).await.status, 401);
    }

    /// Everything that a backend asks of account control, as it should be.
    pub(crate) async fn account_control(&self) {
        let user = self.log_in(None).await;
        let id = wxsession::UserId::of(DEFAULT_APP.0, &user.openid).to_string();
        let ask = async |action: &str, mut request: Value| {
            request["action"] = action.into();
            request["actor"] = "leak scan".into();
            self.accounts(&request).await
        };
        let profile = json!({"user_id": id, "version": 0, "roles": ["staff"]});
        let claims = json!({"user_id": id, "version": 1, "claims": {"tier": "gold"}});
        let name = json!({"user_id": id, "version": 2, "external_id": "crm:4711"});
        let session = json!({"user_id": id, "session_id": user.session_id});
        for (action, request) in [
            ("get", json!({"user_id": id})),
            ("find_by_openid", json!({"app_id": DEFAULT_APP.0, "openid": user.openid})),
            ("find_by_unionid", json!({"unionid": UNIONID})),
            ("find_by_external_id", json!({"external_id": "crm:4711"})),
            ("set_roles", profile),
            ("set_claims", claims),
            ("set_external_id", name),
            ("list_sessions", json!({"user_id": id})),
            ("end_session", session),
            ("end_sessions", json!({"user_id": id})),
            ("block", json!({"user_id": id, "reason": "spam"})),
            ("unblock", json!({"user_id": id})),
            ("erase", json!({"user_id": id})),
        ] {
            let answer = ask(action, request).await;
            assert!(answer["result"].is_object(), "{action}: {answer}");
        }
    }

    pub(crate) async fn accounts(&self, request: &Value) -> Value {
        self.invoke("accounts", request).await
    }

    pub(crate) async fn wechat(&self, request: &Value) -> Value {
        self.invoke("wechat", request).await
    }

    async fn invoke(&self, function: &str, request: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.request("POST", &path).json(request).send().await.expect("an answer").body
    }

    /// What WeChat pushes, right and wrong.
    pub(crate) async fn pushes(&self) {
        let user = self.log_in(None).await;
        let simulator = &self.service.simulator;
        let (token, key) = DEFAULT_PUSH;
        for format in [PushFormat::Json, PushFormat::Xml] {
            simulator.set_push(PushSettings {
                app_id: DEFAULT_APP.0.to_owned(),
                url: format!("{}/wechat/push/{}", self.target.service.base_url(), DEFAULT_APP.0),
                token: token.to_owned(),
                encoding_aes_key: key.to_owned(),
                format,
                mode: PushMode::Secure,
            });
            assert!(simulator.check_push(DEFAULT_APP.0).await.expect("set up").0);
            for mistake in [
                None,
                Some(PushMistake::WrongToken),
                Some(PushMistake::WrongKey),
                Some(PushMistake::WrongReceiveId),
                Some(PushMistake::Truncated),
                Some(PushMistake::Changed),
            ] {
                let order = PushOrder { mistake, ..PushOrder::revocation(DEFAULT_APP.0, &user.openid, "6") };
                let answers = simulator.push(&order).await.expect("set up");
                assert_eq!(answers[0].is_success(), mistake.is_none(), "{mistake:?}: {answers:?}");
            }
        }
        simulator.cancel_authorisation(DEFAULT_APP.0, &user.openid).await.expect("set up");
    }

    /// Both ways to end, which leave no record for the dump.
    pub(crate) async fn endings(&self) {
        for (method, path) in [("DELETE", "/session"), ("DELETE", "/sessions"), ("DELETE", "/me")] {
            let user = self.log_in(None).await;
            for _ in 0..2 {
                self.call(method, path, &user).await;
            }
            assert_eq!(self.call("GET", "/me", &user).await.status, 401, "{method} {path}");
        }
    }
}
