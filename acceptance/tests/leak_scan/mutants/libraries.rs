//! What reqwest, `serde_json` and the SDK print.

use std::{error::Error as _, time::Duration};

use acceptance::leaks::Sink;
use aws_sdk_dynamodb::{error::DisplayErrorContext, types::AttributeValue};
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde_json::json;
use tokio::{io::AsyncReadExt as _, net::TcpListener};
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind};

use super::Lab;
use crate::deployment::{APP_SECRET, tables};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    #[expect(dead_code, reason = "only parsing it matters")]
    code: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Grant {
    AuthorizationCode,
}

#[derive(Debug, Deserialize)]
struct Session {
    #[expect(dead_code, reason = "only parsing it matters")]
    session_key: u64,
}

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn client(policy: Policy) -> reqwest::Client {
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(wxsession::aws::tls_config()).no_proxy();
    client.redirect(policy).timeout(PATIENCE).build().expect("the settings are fixed")
}

impl Lab {
    fn code2session(&self, base: &str) -> String {
        let (app_id, code) = (DEFAULT_APP.0, &self.code);
        format!(
            "{base}/sns/jscode2session?appid={app_id}&secret={APP_SECRET}&js_code={code}&grant_type=authorization_code"
        )
    }

    fn wechat(&self, kind: serde_json::Value) -> String {
        let kind: FaultKind = serde_json::from_value(kind).expect("a fault of the simulator");
        self.service.simulator.clear_faults();
        self.service.simulator.inject(Fault::always(kind));
        self.code2session(&self.service.wechat_url)
    }

    pub(super) async fn of_http_clients(&mut self) {
        let http = client(Policy::none());
        let url = self.code2session("http://127.0.0.1:1");
        let refused = http.get(&url).send().await.expect_err("nobody is there");
        self.leak("reqwest error, refused", "AppSecret", Sink::Stdout, refused.to_string());
        self.leak("reqwest error, refused, the code", "js_code", Sink::Stdout, refused.to_string());
        self.leak("reqwest error, Debug", "AppSecret", Sink::ErrorText, format!("{refused:?}"));
        let stripped = refused.without_url();
        self.twin(
            "reqwest error without its URL",
            Sink::Stdout,
            format!("{stripped} {:?}", stripped.source()),
        );
        let url = self.wechat(json!({"kind": "silent"}));
        let late =
            http.get(&url).timeout(Duration::from_millis(500)).send().await.expect_err("it stays silent");
        self.leak("reqwest error, timeout", "AppSecret", Sink::Stdout, late.to_string());
        let url = self.wechat(json!({"kind": "http_status", "status": 502}));
        let status = http.get(&url).send().await.and_then(reqwest::Response::error_for_status);
        self.leak(
            "reqwest error_for_status",
            "AppSecret",
            Sink::Stdout,
            status.expect_err("502").to_string(),
        );
        let request = http.get(&url).build().expect("a request");
        self.leak("reqwest request, Debug", "AppSecret", Sink::Stdout, format!("{request:?}"));
        self.redirect_followed().await;
    }

    async fn redirect_followed(&mut self) {
        let other = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let location = format!("http://{}/elsewhere", other.local_addr().expect("it is bound"));
        let url = self.wechat(json!({"kind": "redirect", "location": location}));
        let accepted = async {
            let (mut stream, _) = other.accept().await.expect("the redirect is followed");
            let mut text = vec![0; 4096];
            let length = stream.read(&mut text).await.expect("a request");
            text.truncate(length);
            text
        };
        let follows = client(Policy::default());
        let call = follows.get(&url).timeout(Duration::from_secs(5)).send();
        let (seen, _) = tokio::join!(tokio::time::timeout(PATIENCE, accepted), call);
        let seen = seen.expect("the redirect is followed in time");
        self.leak("a redirect that is followed", "AppSecret", Sink::OtherHost, seen);
        self.service.simulator.clear_faults();
    }

    pub(super) async fn of_parsers(&mut self) {
        let url = self.code2session(&self.service.wechat_url);
        let answer = client(Policy::none()).get(&url).send().await.expect("the simulator answers");
        let answer = answer.bytes().await.expect("a body");
        let wrong = serde_json::from_slice::<Session>(&answer).expect_err("a text is no number");
        self.leak(
            "serde_json on WeChat's answer, wrong type",
            "session_key",
            Sink::Stdout,
            wrong.to_string(),
        );
        let torn = serde_json::from_slice::<Session>(&answer[..answer.len() / 2]).expect_err("torn");
        self.twin("serde_json's kind of the same error", Sink::Stdout, format!("{:?}", torn.classify()));
        let body = json!({"code": self.code}).to_string();
        let wrong = serde_json::from_str::<Login>(&body).expect_err("a text is no number");
        self.leak("serde_json on a login, wrong type", "js_code", Sink::Answer, wrong.to_string());
        let body = json!({(self.token.clone()): 1}).to_string();
        let wrong = serde_json::from_str::<Login>(&body).expect_err("unknown");
        self.leak("serde_json on a login, unknown field", "token", Sink::Answer, wrong.to_string());
        let wrong = serde_json::from_value::<Grant>(json!(self.token)).map(|grant| format!("{grant:?}"));
        self.leak(
            "serde_json, unknown variant",
            "token",
            Sink::Answer,
            wrong.expect_err("unknown").to_string(),
        );
        let wrong = serde_json::from_str::<std::collections::BTreeMap<String, wxsession::Secret>>(&format!(
            "\"{APP_SECRET}\""
        ));
        self.leak(
            "serde_json on the apps secret",
            "AppSecret",
            Sink::Stdout,
            wrong.expect_err("no map").to_string(),
        );
        // The way out: no text of the error.
        self.twin("the same, as the service reports it", Sink::Answer, "malformed_request body_json");
    }

    pub(super) async fn of_the_sdk(&mut self) {
        let client = tables(&self.service);
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = || {
            let put = client.put_item().table_name("UsersTable").item("user_id", text("leaky"));
            let put = put.item("openid", text(&self.openid)).item("session_key", text(&self.session_key));
            put.condition_expression("attribute_not_exists(user_id)")
                .return_values_on_condition_check_failure(
                    aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld,
                )
        };
        // On a busy machine the SDK tries again what was written already; then it is the condition that fails.
        drop(put().send().await);
        let failed = put().send().await.expect_err("the second one is not");
        let shown = [failed.to_string(), format!("{failed:?}"), DisplayErrorContext(&failed).to_string()];
        let got = client.get_item().table_name("UsersTable").key("user_id", text("leaky")).send().await;
        let got = format!("{:?}", got.expect("it is there"));
        let delete = client.delete_item().table_name("UsersTable").key("user_id", text("leaky"));
        delete.send().await.expect("it is taken away again");
        let [display, debug, context] = shown;
        self.twin("SDK error of a failed condition, Display", Sink::Stdout, display);
        self.leak("SDK error of a failed condition, Debug", "session_key", Sink::Stdout, debug);
        self.leak("SDK error of a failed condition, DisplayErrorContext", "openid", Sink::Stdout, context);
        self.leak("GetItemOutput, Debug", "session_key", Sink::Stdout, got);
    }
}
