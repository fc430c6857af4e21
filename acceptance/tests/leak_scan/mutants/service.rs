//! Secrets stored in clear, echoed, encoded, put into metrics: what a careless change of ours could do.

use std::sync::Arc;

use acceptance::leaks::{Record, Sink};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use wxsession::{
    Clock,
    env::{EnvError, Source},
    http::{Problem, Request, Response, Route, response},
    serve::{self, HttpFunction},
    telemetry::{Level, Line, Log},
};

use super::{Lab, Pattern};

/// A request as somebody would write it down who does not think of secrets.
#[derive(Debug)]
#[expect(dead_code, reason = "only printing it matters")]
struct LoginRequest<'a> {
    code: &'a str,
    app_id: Option<&'a str>,
}

/// Puts what it is told into its line, and answers with the client's own header.
struct Careless {
    field: &'static str,
    text: String,
}

impl Careless {
    #[expect(clippy::unused_async, reason = "a handler's form")]
    async fn answer(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        line.put(self.field, self.text.as_str());
        let header = request.headers()["authorization"].to_str().unwrap_or_default();
        Ok(response::json(&json!({"code": "session_invalid", "detail": format!("not a session: {header}")})))
    }
}

impl HttpFunction for Careless {
    const NAME: &'static str = "careless";
    const ROUTES: &'static [Route<Self>] =
        &[Route::new("GET", "/session", |function, request, line| Box::pin(function.answer(request, line)))];

    fn from_env(_: &impl Source, _: Clock) -> Result<Self, EnvError> {
        Ok(Self { field: "", text: String::new() })
    }
}

impl Lab {
    async fn careless(&self, field: &'static str, text: &str) -> (Record, String) {
        let lines = Arc::default();
        let log = Log::stdout("careless", Level::Debug, Clock::system()).kept(Arc::clone(&lines));
        let event = json!({"httpMethod": "GET", "resource": "/session",
            "headers": {"Authorization": format!("Bearer {}", self.token)}});
        let function = Careless { field, text: text.to_owned() };
        let answer = serve::invoke_json(&function, &log, event, "r").await.expect("a response").to_string();
        let mut record = Record::default();
        for line in lines.lock().expect("nobody panicked with the lock").iter() {
            let line: &String = line;
            record.keep_line("careless", line.as_bytes());
        }
        (record, answer)
    }

    /// A line whose metrics are counted per user.
    fn metric_per_user(&self) -> Record {
        let lines = Arc::default();
        let log = Log::stdout("careless", Level::Debug, Clock::system()).kept(Arc::clone(&lines));
        let metrics = json!({"Timestamp": 0, "CloudWatchMetrics": [{"Namespace": "WxSession",
            "Dimensions": [["function", "user"]], "Metrics": [{"Name": "requests"}]}]});
        let fields = [("user", json!(self.openid)), ("requests", json!(1)), ("_aws", metrics)];
        log.note(Level::Info, "request", fields.map(|(name, value)| (name.to_owned(), value)));
        let mut record = Record::default();
        for line in lines.lock().expect("nobody panicked with the lock").iter() {
            let line: &String = line;
            record.keep_line("careless", line.as_bytes());
        }
        record
    }

    pub(super) async fn of_the_service(&mut self) {
        // A field that is described: a test refuses any other.
        let (line, answer) = self.careless("rid", &self.openid).await;
        self.patterns.push(Pattern {
            name: "openid in a field of the line",
            leaks: Some(("openid", Sink::Stdout)),
            record: line,
        });
        self.leak("a header echoed in a problem's detail", "token", Sink::Answer, answer);
        let record = self.metric_per_user();
        let leaks = Some(("openid", Sink::Metrics));
        self.patterns.push(Pattern { name: "openid as the dimension of a metric", leaks, record });
        let (line, _) = self.careless("user_id", "12bbf084-f063-861b-9b20-51bba2f93072").await;
        self.patterns.push(Pattern { name: "the public user id as a field", leaks: None, record: line });

        self.of_texts();
        self.of_places();
    }

    /// The same secret in other clothes.
    fn of_texts(&mut self) {
        let (token, code, key) = (&self.token, &self.code, &self.session_key);
        let body = json!({"code": code}).to_string();
        let url = format!("/x?signature={}", key.replace('+', "%2b").replace('/', "%2f").replace('=', "%3D"));
        let texts = [
            ("a request struct, Debug", "js_code", format!("{:?}", LoginRequest { code, app_id: None })),
            ("the token in an error's message", "token", format!("token {token} is not valid")),
            (
                "a base64 body in a logged event",
                "js_code",
                json!({"isBase64Encoded": true, "body": STANDARD.encode(&body)}).to_string(),
            ),
            (
                "session_key as hex",
                "session_key",
                key.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat(),
            ),
            (
                "session_key as a list of bytes",
                "session_key",
                format!("{:?}", STANDARD.decode(key).expect("base64")),
            ),
            ("JSON in JSON", "js_code", json!({"event": json!({"body": body}).to_string()}).to_string()),
            ("session_key in a URL", "session_key", json!({"url": url}).to_string()),
        ];
        for (name, secret, text) in texts {
            self.leak(name, secret, Sink::Stdout, text);
        }
    }

    /// A secret that is at home elsewhere.
    fn of_places(&mut self) {
        let (token, key, openid) = (&self.token, &self.session_key, &self.openid);
        let places = [
            (
                "the beginning of the token in a header",
                "token",
                Sink::Headers,
                format!("www-authenticate: Bearer error_description=\"{}\"", &token[..12]),
            ),
            (
                "session_key in the authorizer's context",
                "session_key",
                Sink::AuthorizerContext,
                json!({"context": {"openid": openid, "session_key": key}}).to_string(),
            ),
            (
                "the token as principalId",
                "token",
                Sink::AuthorizerContext,
                json!({"principalId": token, "context": {"openid": openid}}).to_string(),
            ),
            ("openid in an answer", "openid", Sink::Answer, json!({"detail": openid}).to_string()),
            (
                "openid in the login's answer",
                "openid",
                Sink::LoginAnswer,
                json!({"openid": openid}).to_string(),
            ),
            ("session_key in the Users table in clear", "session_key", Sink::UsersItem, key.clone()),
            ("the token as sort key of its session", "token", Sink::SessionsItem, token.clone()),
        ];
        for (name, secret, sink, text) in places {
            self.leak(name, secret, sink, text);
        }
    }
}
