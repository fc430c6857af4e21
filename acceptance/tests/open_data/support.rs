//! One deployment, its users, and what was said.

use std::{collections::HashMap, sync::Arc};

use authorizer::Authorizer;
use aws_emulator::secrets_manager::SecretsManager;
use dynoxide::Database;
use local::settings::Lines;
use login::Login;
use open_data::OpenData;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use wechat_simulator::{DEFAULT_APP, Knobs, SECOND_APP, Simulator, SimulatorOptions};
use wxsession::{
    Clock,
    serve::{self, Function},
    telemetry::{Level, Log},
};
use wxsession_wechat::api::{Call, Wechat};

use crate::tables::{run, tables};

pub(crate) const APP: &str = DEFAULT_APP.0;
pub(crate) const OTHER_APP: &str = SECOND_APP.0;
pub(crate) const START: i64 = 1_800_000_000;
pub(crate) const RING_KEY: &str = "ring-key-one-of-forty-random-characters-";
pub(crate) const REQUEST_ID: &str = "request-1";

/// Everything that runs.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) secrets: SecretsManager,
    pub(crate) clock: Clock,
    pub(crate) database: Database,
    pub(crate) env: HashMap<String, String>,
    open_data: OpenData,
    login: Login,
    authorizer: Authorizer,
    log: Log,
    lines: Lines,
    answers: Mutex<Vec<String>>,
}

/// Someone who is logged in.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) app_id: &'static str,
    pub(crate) openid: String,
    /// What the authorizer hands on.
    pub(crate) context: Value,
}

impl User {
    pub(crate) fn id(&self) -> &str {
        self.context["user_id"].as_str().expect("the authorizer names the user")
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(more: &[(&str, &str)]) -> Self {
        let clock = Clock::stopped(START);
        let hands = clock.clone();
        let simulator = Simulator::new(SimulatorOptions::local(Arc::new(move || hands.now()), 7));
        let router = simulator.router();
        let wechat = serve_on(|listener| async move { drop(axum::serve(listener, router).await) }).await;
        let database = tables();
        let served = database.clone();
        let dynamodb = serve_on(|listener| dynoxide::server::serve_on(listener, served)).await;
        let secrets = SecretsManager::start(0).await.expect("loopback has a free port");
        let apps = [DEFAULT_APP, SECOND_APP].map(|(id, secret)| (id.to_owned(), secret.into()));
        secrets.put("apps", &Value::Object(Map::from_iter(apps)));
        secrets.put("ring", &json!({"current": "k1", "k1": RING_KEY}));
        let env = settings(&wechat, &dynamodb, secrets.endpoint(), more);
        let lines = Arc::default();
        Self {
            open_data: <OpenData as Function>::from_env(&env, clock.clone()).expect("complete settings"),
            login: <Login as Function>::from_env(&env, clock.clone()).expect("complete settings"),
            authorizer: Authorizer::from_env(&env, clock.clone()).expect("complete settings"),
            log: Log::stdout("test", Level::Debug, clock.clone()).kept(Arc::clone(&lines)),
            answers: Mutex::default(),
            simulator,
            secrets,
            clock,
            database,
            env,
            lines,
        }
    }

    /// Starts another environment of the function, with nothing in memory yet.
    pub(crate) fn restart(&mut self, more: &[(&str, &str)]) {
        self.env.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.open_data =
            <OpenData as Function>::from_env(&self.env, self.clock.clone()).expect("complete settings");
    }

    /// Starts another environment of the login, with nothing in memory yet.
    pub(crate) fn restart_login(&mut self) {
        self.login = <Login as Function>::from_env(&self.env, self.clock.clone()).expect("complete settings");
    }

    pub(crate) fn knobs(&self, change: impl FnOnce(&mut Knobs)) {
        let mut knobs = self.simulator.knobs();
        change(&mut knobs);
        self.simulator.set_knobs(knobs);
    }

    /// A new user logs in.
    pub(crate) async fn user(&self, app_id: &'static str) -> User {
        self.log_in(app_id, None).await
    }

    /// The user logs in once more.
    pub(crate) async fn again(&self, user: &User) -> User {
        self.log_in(user.app_id, Some(&user.openid)).await
    }

    async fn log_in(&self, app_id: &'static str, openid: Option<&str>) -> User {
        let code = self.simulator.mint(wechat_simulator::NewCode {
            app_id: app_id.to_owned(),
            openid: openid.map(str::to_owned),
            ..Default::default()
        });
        self.trade(app_id, &code.code, code.openid).await
    }

    /// The server's half of a login whose code the client has already.
    pub(crate) async fn trade(&self, app_id: &'static str, code: &str, openid: String) -> User {
        let body = json!({"code": code, "app_id": app_id});
        let event = event("POST", "/login", Some(&body.to_string()), &Value::Null);
        let (status, body) = self.read(&self.answer("/login", &event).await);
        assert_eq!(status, 200, "{body}");
        let token = body["token"].as_str().expect("a token");
        User { app_id, openid, context: self.authorize(token).await }
    }

    async fn authorize(&self, token: &str) -> Value {
        let event = json!({
            "type": "TOKEN", "authorizationToken": format!("Bearer {token}"),
            "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/prod/GET/session-key",
        });
        let answer = serve::invoke_json(&self.authorizer, &self.log, event, REQUEST_ID).await;
        let answer = answer.expect("the tables answer");
        assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Allow", "{answer}");
        answer["context"].clone()
    }

    pub(crate) async fn get(&self, user: &User, route: &str) -> (u16, Value) {
        self.ask(&event("GET", route, None, &user.context)).await
    }

    pub(crate) async fn post(&self, user: &User, route: &str, body: &Value) -> (u16, Value) {
        self.ask(&event("POST", route, Some(&body.to_string()), &user.context)).await
    }

    pub(crate) async fn ask(&self, event: &Value) -> (u16, Value) {
        self.read(&self.answer("", event).await)
    }

    /// The answer of whichever function has the route, as API Gateway gets it.
    pub(crate) async fn answer(&self, route: &str, event: &Value) -> String {
        let event = event.clone();
        let answer = match route {
            "/login" => serve::invoke_json(&self.login, &self.log, event, REQUEST_ID).await,
            _ => serve::invoke_json(&self.open_data, &self.log, event, REQUEST_ID).await,
        };
        answer.expect("an HTTP function always answers").to_string()
    }

    pub(crate) fn read(&self, text: &str) -> (u16, Value) {
        let answer: Value = serde_json::from_str(text).expect("JSON");
        self.answers.lock().push(text.to_owned());
        let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
        let body = answer["body"].as_str().map(|body| serde_json::from_str(body).expect("a JSON body"));
        (status.expect("a status"), body.unwrap_or(Value::Null))
    }

    /// The latest request line.
    pub(crate) fn line(&self) -> Value {
        let lines = self.lines();
        lines.into_iter().rev().find(|line| line["message"] == "request").expect("a request was made")
    }

    /// All lines so far.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().expect("nobody panics while writing a line");
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// All answers so far, as API Gateway gets them.
    pub(crate) fn answers(&self) -> Vec<String> {
        self.answers.lock().clone()
    }

    /// Somebody else who knows the AppSecret asks for the access token.
    pub(crate) async fn token_elsewhere(&self, force_refresh: bool) -> String {
        let wechat = Wechat::new(&self.env["WECHAT_API_BASE_URL"]).expect("a loopback address");
        let body = json!({"grant_type": "client_credential", "appid": APP, "secret": DEFAULT_APP.1,
            "force_refresh": force_refresh});
        let call = Call { path: "/cgi-bin/stable_token", query: &[], body: Some(&body) };
        let answer = wechat.call(&call).await.expect("the simulator answers");
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) fn tokens_fetched(&self) -> u64 {
        self.simulator.call_count("/cgi-bin/stable_token")
    }

    /// The user's record as it is stored.
    pub(crate) fn record(&self, user: &User) -> Map<String, Value> {
        let key = json!({"TableName": "users", "Key": {"user_id": {"S": user.id()}}});
        let answer = run(&key, |request| self.database.get_item(request));
        answer["Item"].as_object().cloned().expect("the user is registered")
    }

    pub(crate) fn put_record(&self, record: &Map<String, Value>) {
        run(&json!({"TableName": "users", "Item": record}), |request| self.database.put_item(request));
    }
}

/// An event as a REST API sends it.
pub(crate) fn event(method: &str, route: &str, body: Option<&str>, authorizer: &Value) -> Value {
    json!({
        "resource": route, "path": route, "httpMethod": method, "body": body, "isBase64Encoded": false,
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"requestId": REQUEST_ID, "authorizer": authorizer},
    })
}

#[track_caller]
pub(crate) fn is_problem(answer: &(u16, Value), status: u16, code: &str) {
    assert_eq!((answer.0, &answer.1["code"]), (status, &json!(code)), "{}", answer.1);
}

fn settings(wechat: &str, dynamodb: &str, secrets: &str, more: &[(&str, &str)]) -> HashMap<String, String> {
    let defaults = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets),
        ("USERS_TABLE", "users"),
        ("SESSIONS_TABLE", "sessions"),
        ("WECHAT_APPS_SECRET_ID", "apps"),
        ("SESSION_KEY_RING_SECRET_ID", "ring"),
        ("WECHAT_API_BASE_URL", wechat),
    ];
    let pairs = defaults.iter().chain(more);
    pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn serve_on<F: Future<Output = ()> + Send + 'static>(server: impl FnOnce(TcpListener) -> F) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound listener");
    tokio::spawn(server(listener));
    format!("http://{address}")
}
