//! What goes wrong while requests are served.

use acceptance::leaks::Sink;
use aws_emulator::{dynamodb::Fault as Tables, secrets_manager::Fault as Secrets};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind, NewPhoneCode};

use crate::{
    deployment::{Deployment, keep_answer, put_secrets},
    traffic::User,
};

const OPERATIONS: [&str; 7] =
    ["BatchGetItem", "GetItem", "Query", "UpdateItem", "PutItem", "DeleteItem", "TransactWriteItems"];

fn wechat_faults(other_host: &str, user: &User) -> Vec<Value> {
    let echo = format!("invalid code {}, openid {}, rid: 6129ee10-272863a4-64d75414", user.code, user.openid);
    let torn =
        format!("{{\"openid\":\"{}\",\"session_key\":\"c2Vzc2lvbi1rZXktMTYh\",\"unionid\":", user.openid);
    vec![
        json!({"kind": "errcode", "errcode": 40029, "errmsg": echo}),
        json!({"kind": "errcode", "errcode": 40125, "errmsg": echo}),
        json!({"kind": "errcode", "errcode": 99999, "errmsg": echo}),
        json!({"kind": "errcode", "errcode": -1}),
        json!({"kind": "string_errcode", "errcode": 40163}),
        json!({"kind": "raw", "status": 200, "content_type": "application/json", "body": torn}),
        json!({"kind": "raw", "status": 500, "content_type": "text/html", "body": echo}),
        json!({"kind": "truncated_json"}),
        json!({"kind": "wrong_types"}),
        json!({"kind": "duplicate_keys"}),
        json!({"kind": "missing_field", "field": "openid"}),
        json!({"kind": "missing_field", "field": "session_key"}),
        json!({"kind": "missing_field", "field": "access_token"}),
        json!({"kind": "extra_fields"}),
        json!({"kind": "huge_body"}),
        json!({"kind": "gzip_bomb"}),
        json!({"kind": "http_status", "status": 502}),
        json!({"kind": "close_before_processing"}),
        json!({"kind": "close_after_processing"}),
        json!({"kind": "close_mid_body"}),
        json!({"kind": "silent"}),
        json!({"kind": "drip", "interval_ms": 1000}),
        json!({"kind": "redirect", "location": format!("{other_host}/sns/jscode2session")}),
    ]
}

impl Deployment {
    /// WeChat at its worst, while somebody logs in and somebody asks for what needs an access token. Gives the number
    /// of faults.
    pub(crate) async fn wechat_faults(&self) -> usize {
        let user = self.log_in(None).await;
        let other = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", other.local_addr().expect("it is bound"));
        let faults = wechat_faults(&url, &user);
        self.more().add("session_key", "c2Vzc2lvbi1rZXktMTYh");
        for fault in &faults {
            let kind: FaultKind = serde_json::from_value(fault.clone()).expect("a fault of the simulator");
            self.service.simulator.inject(Fault::always(kind));
            let code = self.service.simulator.mint_code(DEFAULT_APP.0, Some(&user.openid));
            let phone = self
                .service
                .simulator
                .mint_phone_code(NewPhoneCode::of_user(DEFAULT_APP.0, &user.openid))
                .code;
            let service = &self.target.service;
            let login = service.request("POST", "/login").bearer(&user.token).json(&json!({"code": code}));
            let number =
                service.request("POST", "/phone-number").bearer(&user.token).json(&json!({"code": phone}));
            let (login, number, ()) = tokio::join!(login.send(), number.send(), self.backend_of(&user));
            assert!(login.is_ok() && number.is_ok(), "{fault}");
            // A function without an access token of its own fetches one through the fault.
            let key = self.target.call("GET", "/session-key", &user.token).await;
            assert!(key.is_ok(), "{fault}");
            self.service.simulator.clear_faults();
        }
        let called = tokio::time::timeout(std::time::Duration::from_millis(10), other.accept()).await;
        if let Ok(Ok((stream, _))) = called {
            let mut text = vec![0; 4096];
            let length = tokio::io::AsyncReadExt::read(&mut { stream }, &mut text).await.unwrap_or_default();
            self.record().keep(Sink::OtherHost, "redirect", &text[..length]);
            panic!("a redirect was followed");
        }
        self.record().keep(Sink::OtherHost, "redirect", "nobody called");
        faults.len()
    }

    /// The tables at their worst, on every route that reads or writes them. Gives the number of faults.
    pub(crate) async fn table_faults(&self) -> usize {
        let user = self.log_in(None).await;
        let faults = [
            Tables::Refuse,
            Tables::Silent,
            Tables::Throttle { times: None },
            Tables::InternalError { times: None },
            Tables::ExpiredCredentials,
            Tables::UnprocessedKeys,
            Tables::NoResponses,
        ];
        for fault in faults.clone() {
            // For each operation by name, or `Refuse` would give the port up, and somebody else might take it.
            self.service.dynamodb.proxy().inject_on(&OPERATIONS, fault.clone()).await;
            let routes = [
                ("GET", "/session"),
                ("DELETE", "/session"),
                ("GET", "/me"),
                ("GET", "/sessions"),
                ("DELETE", "/me"),
            ];
            let calls = routes.map(|(method, path)| self.target.call(method, path, &user.token));
            let code = self.service.simulator.mint_code(DEFAULT_APP.0, Some(&user.openid));
            let asked = async { tokio::join!(self.control_of(&user), self.backend_of(&user)) };
            let (calls, login, _) = tokio::join!(join_all(calls), self.target.post_login(&code), asked);
            assert!(login.is_ok() && calls.iter().all(Result::is_ok), "{fault:?}");
        }
        self.service.dynamodb.proxy().clear().await;
        self.nobody_listens(&user).await;
        self.tables_fail_behind_the_authorizer().await;
        self.damaged_records().await;
        faults.len() + 7
    }

    /// A read and two writes of account control, whatever comes of them.
    async fn control_of(&self, user: &User) {
        let id = wxsession::UserId::of(DEFAULT_APP.0, &user.openid).to_string();
        let requests = [
            json!({"action": "get"}),
            json!({"action": "set_claims", "version": 0, "claims": {"tier": "gold"}}),
            json!({"action": "block", "reason": "spam"}),
            json!({"action": "unblock"}),
        ];
        let asked = requests.map(async |mut request| {
            request["actor"] = "leak scan".into();
            request["user_id"] = id.as_str().into();
            self.accounts(&request).await
        });
        assert!(join_all(asked).await.iter().all(Value::is_object));
    }

    async fn nobody_listens(&self, user: &User) {
        let nowhere = [("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")];
        let bearer = format!("Bearer {}", user.token);
        for (name, event) in [
            (
                "authorizer",
                json!({"type": "TOKEN", "authorizationToken": bearer, "methodArn": "arn:aws:x/y/z"}),
            ),
            (
                "check-session",
                json!({"resource": "/session", "httpMethod": "GET", "headers": {"Authorization": bearer}}),
            ),
        ] {
            let function = self.cold(name, &nowhere).await;
            let answer = function.invoke(event.to_string().as_bytes()).await;
            keep_answer(&mut self.record(), name, &answer);
            self.record().keep(Sink::Answer, name, answer.body.as_ref());
            self.keep(name, &function.stop());
        }
    }

    async fn tables_fail_behind_the_authorizer(&self) {
        let second = self.log_in(None).await;
        self.service
            .dynamodb
            .proxy()
            .inject_on(&OPERATIONS[1..], Tables::InternalError { times: None })
            .await;
        for (method, path) in
            [("GET", "/sessions"), ("DELETE", "/sessions"), ("GET", "/session-key"), ("DELETE", "/me")]
        {
            self.target.call(method, path, &second.token).await.expect("an answer");
        }
        // The write is done and its answer lost: the retry meets a condition that fails, with the item in the error.
        self.service.dynamodb.proxy().inject_on(&["PutItem"], Tables::AnswerLost { times: Some(1) }).await;
        self.log_in(None).await;
        self.service.dynamodb.proxy().inject_on(&["UpdateItem"], Tables::AnswerLost { times: Some(1) }).await;
        self.target.call("DELETE", "/session", &second.token).await.expect("an answer");
        self.service.dynamodb.proxy().clear().await;
    }

    /// Records that somebody else wrote: an attribute of the wrong type that holds a secret.
    async fn damaged_records(&self) {
        for (table, attribute) in [
            ("UsersTable", "live"),
            ("UsersTable", "session_key"),
            ("UsersTable", "blocked"),
            ("UsersTable", "claims"),
            ("UsersTable", "version"),
            ("SessionsTable", "state"),
        ] {
            let user = self.log_in(None).await;
            let id = wxsession::UserId::of(DEFAULT_APP.0, &user.openid).to_string();
            let hash = wxsession::token::SessionToken::parse(&user.token).expect("a token");
            let hash = hash.hash(&wxsession::token::Realm::new("1").expect("the default"));
            let key = match table {
                "UsersTable" => json!({"user_id": {"S": id}}),
                _ => json!({"pk": {"S": id}, "sk": {"S": hash.sort_key()}}),
            };
            // No name of a user belongs into the Sessions table, not even into a damaged record.
            let damage = if table == "UsersTable" { user.openid.as_str() } else { "damaged" };
            let update = json!({
                "TableName": table, "Key": key, "UpdateExpression": "SET #a = :v",
                "ExpressionAttributeNames": {"#a": attribute}, "ExpressionAttributeValues": {":v": {"S": damage}},
            });
            self.service.dynamodb.items().update(update).expect("the tables take it");
            for path in ["/session", "/me", "/session-key"] {
                self.target.call("GET", path, &user.token).await.expect("an answer");
            }
            self.target.log_in(Some(&user.openid)).await.ok();
            self.control_of(&user).await;
            self.backend_of(&user).await;
        }
    }

    /// Secrets Manager at its worst, met by functions that have nothing in memory yet. Gives the number of faults.
    pub(crate) async fn secret_faults(&self) -> usize {
        let user = self.log_in(None).await;
        let secrets = &self.service.secrets;
        for fault in [Secrets::Down, Secrets::Denied] {
            secrets.set_fault(fault);
            self.ask_cold_functions(&user).await;
        }
        secrets.set_fault(Secrets::None);
        let app_secret = crate::deployment::APP_SECRET;
        let ring_key = crate::deployment::RING_KEY;
        for (apps, ring) in [
            (format!("\"{app_secret}\""), format!("\"{ring_key}\"")),
            (format!("{{\"{app_secret}\": 7"), format!("{{\"{ring_key}\": {{}}}}")),
            (
                format!("{{\"{}\": [\"{app_secret}\"]}}", DEFAULT_APP.0),
                json!({"current": ring_key}).to_string(),
            ),
        ] {
            secrets.put_text("AppsSecret", &apps);
            secrets.put_text("SessionKeyRingSecret", &ring);
            self.ask_cold_functions(&user).await;
        }
        put_secrets(&self.service);
        5
    }

    async fn ask_cold_functions(&self, user: &User) {
        let login = self.cold("login", &[]).await;
        let open_data = self.cold("open-data", &[]).await;
        let wechat = self.cold("wechat", &[]).await;
        let code = self.service.simulator.mint_code(DEFAULT_APP.0, Some(&user.openid));
        let body = json!({"code": code}).to_string();
        let event = json!({"resource": "/login", "httpMethod": "POST", "body": body});
        let identity = json!({"user_id": wxsession::UserId::of(DEFAULT_APP.0, &user.openid).to_string(),
            "app_id": DEFAULT_APP.0, "openid": user.openid, "session_id": user.session_id, "expires_at": "4102444800"});
        let key = json!({"resource": "/session-key", "httpMethod": "GET", "requestContext": {"authorizer": identity}});
        let token = json!({"action": "access_token", "actor": "leak scan", "app_id": DEFAULT_APP.0});
        let cold = [("login", login, event), ("open-data", open_data, key), ("wechat", wechat, token)];
        for (name, function, event) in cold {
            let answer = function.invoke(event.to_string().as_bytes()).await;
            assert!(!answer.is_error && !answer.body.is_empty(), "{name}");
            keep_answer(&mut self.record(), name, &answer);
            self.record().keep(Sink::Answer, name, answer.body.as_ref());
            self.keep(name, &function.stop());
        }
    }
}
