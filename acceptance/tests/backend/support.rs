//! A service with a clock that stands still, a phone and a backend.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use acceptance::leaks::scanned_into;
use local::service::Service;
use operator::http_client::HttpClient;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, PaymentRequest, PaymentResult, Simulator};
use wxsession::{Clock, UserId};

pub(crate) const APP: &str = DEFAULT_APP.0;
pub(crate) const START: i64 = 1_700_000_000;
pub(crate) const ACTOR: &str = "shop backend";

pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) clock: Clock,
    client: HttpClient,
    lines: Arc<Mutex<Vec<String>>>,
}

/// Who uses the phone.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) openid: String,
    pub(crate) user_id: String,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With other values of the template's parameters.
    pub(crate) async fn with(parameters: &[(&str, &str)]) -> Self {
        let (clock, lines) = (Clock::stopped(START), Arc::new(Mutex::new(Vec::new())));
        let mut settings = scanned_into(clock.clone(), Arc::clone(&lines));
        let changed = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        settings.parameters.extend(changed.collect::<BTreeMap<_, _>>());
        let service = Service::start(&settings).await.expect("the local service starts on free ports");
        Self { client: HttpClient::new(&service.url), service, clock, lines }
    }

    pub(crate) async fn close(self) {
        self.service.stop().await;
    }

    pub(crate) fn wechat(&self) -> &Simulator {
        &self.service.simulator
    }

    /// Somebody who has just logged in.
    pub(crate) async fn person(&self, openid: &str) -> Person {
        let code = self.wechat().mint_code(APP, Some(openid));
        let login = self.client.request("POST", "/login").json(&json!({"code": code}));
        let reply = login.send().await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text);
        Person { openid: openid.to_owned(), user_id: UserId::of(APP, openid).to_string() }
    }

    /// What a function answers to an event. Never an error of Lambda's.
    pub(crate) async fn invoke(&self, function: &str, event: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let invoked = self.client.request("POST", &path).json(event);
        let reply = invoked.send().await.expect("an answer");
        assert!(!reply.headers.contains_key("x-amz-function-error"), "{function}: {}", reply.text);
        reply.body
    }

    /// What `wechat` answers.
    pub(crate) async fn ask(&self, action: &str, person: Option<&Person>, more: Value) -> Value {
        let mut request = json!({"action": action, "actor": ACTOR, "app_id": APP});
        if let Some(person) = person {
            request["user_id"] = person.user_id.as_str().into();
        }
        for (name, value) in more.as_object().expect("members") {
            request[name] = value.clone();
        }
        let answer = self.invoke("wechat", &request).await;
        let members: Vec<_> = answer.as_object().expect("an object").keys().map(String::as_str).collect();
        assert!(members == ["result"] || members == ["error"], "{action}: {answer}");
        answer
    }

    /// The same, done.
    pub(crate) async fn done(&self, action: &str, person: Option<&Person>, more: Value) -> Value {
        let answer = self.ask(action, person, more).await;
        assert!(answer["result"].is_object(), "{action}: {answer}");
        answer["result"].clone()
    }

    /// The same, refused: code and reason.
    pub(crate) async fn refused(&self, action: &str, person: Option<&Person>, more: Value) -> String {
        let answer = self.ask(action, person, more).await;
        assert!(answer["error"].is_object(), "{action}: {answer}");
        ["code", "reason"]
            .map(|name| answer["error"][name].as_str().unwrap_or_default())
            .join(" ")
            .trim()
            .to_owned()
    }

    /// The phone takes what the backend was given.
    pub(crate) fn phone_pays(&self, person: &Person, signed: &Value) -> PaymentResult {
        let text = |name: &str| signed[name].as_str().expect("as documented").to_owned();
        self.wechat().request_virtual_payment(&PaymentRequest {
            app_id: APP.to_owned(),
            openid: person.openid.clone(),
            mode: text("mode"),
            sign_data: text("sign_data"),
            pay_sig: text("pay_sig"),
            signature: text("signature"),
            released: false,
        })
    }

    /// The backend makes the call that it was given the signatures for, with the access token that it was given.
    pub(crate) async fn backend_calls(&self, signed: &Value) -> Value {
        let token = self.done("access_token", None, json!({})).await["access_token"].clone();
        let query = signed["query"].as_object().expect("as documented").iter();
        let all = [("access_token".to_owned(), token)]
            .into_iter()
            .chain(query.map(|(name, value)| (name.clone(), value.clone())));
        let query: Vec<_> =
            all.map(|(name, value)| format!("{name}={}", value.as_str().expect("a text"))).collect();
        let path = format!("{}?{}", signed["path"].as_str().expect("a path"), query.join("&"));
        let body = signed["body"].as_str().expect("a body").to_owned();
        let call = HttpClient::new(&self.service.wechat_url).request("POST", &path);
        call.text("application/json", body).send().await.expect("WeChat answers").body
    }

    /// Every line logged so far, as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().expect("no panic while logging").clone();
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}

/// A product, as a backend asks for its payment.
pub(crate) fn goods(number: &str) -> Value {
    json!({"payment": {"mode": "short_series_goods", "env": 0, "buy_quantity": 1, "product_id": "vip_month", "goods_price": 1200,
        "out_trade_no": number, "attach": "a1"}})
}

/// A call of `/xpay/`.
pub(crate) fn call(name: &str, more: &Value) -> Value {
    let mut call = json!({"name": name, "env": 0});
    call.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
    json!({ "call": call })
}
