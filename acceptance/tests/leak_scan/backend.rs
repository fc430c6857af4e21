//! What a backend asks `wechat` for: as it should be, while things fail, and with secrets where they do not belong.

use futures_util::future::join_all;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, NewPhoneCode};

use crate::{
    deployment::{APP_SECRET, Deployment},
    traffic::{PHONE_NUMBER, User},
};

impl Deployment {
    /// Every action, as it should be.
    pub(crate) async fn backend(&self) {
        let user = self.log_in(None).await;
        for request in self.everything_about(&user) {
            let answer = self.wechat(&request).await;
            assert!(answer["result"].is_object(), "{}: {answer}", request["action"]);
        }
    }

    /// The same at once, whatever comes of it.
    pub(crate) async fn backend_of(&self, user: &User) {
        let requests = self.everything_about(user);
        let asked = requests.iter().map(|request| self.wechat(request));
        assert!(join_all(asked).await.iter().all(Value::is_object));
    }

    /// Requests that carry secrets where nothing expects them.
    pub(crate) async fn backend_misunderstands(&self, user: &User) {
        let User { token, openid, code, .. } = user;
        for wrong in [
            json!({"action": "access_token", "actor": "x", "app_id": token, "openid": openid}),
            json!({"action": token, "actor": "x", "app_id": DEFAULT_APP.0}),
            json!({"action": "phone_number", "actor": "x", "app_id": DEFAULT_APP.0, "user_id": openid, "code": code}),
            json!({"action": "phone_number", "actor": token, "app_id": openid, "user_id": token, "code": [code]}),
            json!({"action": "sign_virtual_payment", "actor": "x", "app_id": DEFAULT_APP.0, "user_id": "x",
                "payment": {(token.clone()): openid}}),
            json!({"action": "sign_xpay", "actor": "x", "app_id": DEFAULT_APP.0, "user_id": "x",
                "call": {"name": token, "openid": openid}}),
        ] {
            assert_eq!(self.wechat(&wrong).await["error"]["code"], "invalid_request");
        }
        // Well-formed, and still none of them is the name of a Mini Program.
        for app_id in [openid, code, APP_SECRET] {
            let wrong = json!({"action": "access_token", "actor": "x", "app_id": app_id});
            assert_eq!(self.wechat(&wrong).await["error"]["code"], "app_unknown");
        }
    }

    /// One good request for each action.
    fn everything_about(&self, user: &User) -> Vec<Value> {
        let new = NewPhoneCode {
            pure_phone_number: PHONE_NUMBER.to_owned(),
            ..NewPhoneCode::of_user(DEFAULT_APP.0, &user.openid)
        };
        let code = self.service.simulator.mint_phone_code(new).code;
        let id = wxsession::UserId::of(DEFAULT_APP.0, &user.openid).to_string();
        let of = |action: &str, name: &str, value: Value| json!({"action": action, "actor": "leak scan", "app_id": DEFAULT_APP.0, "user_id": id, (name): value});
        let payment = json!({"mode": "short_series_coin", "env": 1, "buy_quantity": 1, "out_trade_no": "order_00000001",
            "attach": "a1"});
        let mut checked = of("sign_virtual_payment", "payment", payment.clone());
        checked["check_session_key"] = true.into();
        let balance = json!({"name": "query_user_balance", "env": 0, "user_ip": "127.0.0.1"});
        vec![
            json!({"action": "access_token", "actor": "leak scan", "app_id": DEFAULT_APP.0}),
            of("phone_number", "code", code.into()),
            of("sign_virtual_payment", "payment", payment),
            checked,
            of("sign_xpay", "call", balance),
            of("sign_user_storage", "kv_list", json!([{"key": "score", "value": "100"}])),
        ]
    }
}
