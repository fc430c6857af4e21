//! A deployment: the local service behind TLS, with backups that can be looked at.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use acceptance::leaks::scanned;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use local::service::Service;
use operator::{
    doctor::{self, Args, Report},
    http_client::HttpClient,
    lang::Lang,
    surroundings::Surroundings,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wechat_simulator::DEFAULT_APP;
use wxsession::Clock;

use crate::tls::{self, Authority};

pub(crate) const APP: &str = DEFAULT_APP.0;
pub(crate) const RING_KEY: &str = "canary-ring-key-of-forty-characters-----";
const AWS_KEY: &str = "canary-aws-secret-access-key";
/// An AppSecret that WeChat does not know.
pub(crate) const WRONG_SECRET: &str = "c0ffee00c0ffee00c0ffee00c0ffee00";

pub(crate) struct Stack {
    pub(crate) service: Service,
    pub(crate) authority: Authority,
    /// The login function's environment, with credentials.
    pub(crate) env: HashMap<String, String>,
    pub(crate) clock: Clock,
    pub(crate) has_recovery: Arc<AtomicBool>,
    /// The API behind TLS.
    pub(crate) url: String,
}

impl Stack {
    /// As the template deploys it.
    pub(crate) async fn deployed() -> Self {
        Self::deployed_with(&[]).await
    }

    /// With other values of the template's parameters.
    pub(crate) async fn deployed_with(parameters: &[(&str, &str)]) -> Self {
        let mut settings = scanned(Clock::shifted());
        let changed = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        settings.parameters.extend(changed);
        let service = Service::start(&settings).await.expect("the local service starts on free ports");
        let ring = json!({"current": "k1", "k1": RING_KEY});
        service.secrets.put("SessionKeyRingSecret", &ring);
        let authority = Authority::new();
        let behind = service.url.trim_start_matches("http://").to_owned();
        let port = tls::terminate(authority.server("localhost", tls::Validity::Now), behind).await;
        let has_recovery = Arc::new(AtomicBool::new(true));
        let dynamodb = describe_backups(&service, Arc::clone(&has_recovery)).await;
        let env = environment(&service, &dynamodb);
        let stack = Self {
            service,
            authority,
            env,
            clock: Clock::shifted(),
            has_recovery,
            url: format!("https://localhost:{port}"),
        };
        for table in ["UsersTable", "SessionsTable"] {
            stack
                .dynamodb("UpdateTable", json!({"TableName": table, "DeletionProtectionEnabled": true}))
                .await;
        }
        stack
    }

    /// The same, with a variable of the function changed.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// Something done to the tables by whoever has the console open.
    pub(crate) async fn dynamodb(&self, operation: &str, request: Value) -> Value {
        let reply = HttpClient::new(&self.service.dynamodb.direct_endpoint())
            .request("POST", "/")
            .header("x-amz-target", &format!("DynamoDB_20120810.{operation}"))
            .header("x-amz-date", "20261122T063000Z")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
            .text("application/x-amz-json-1.0", request.to_string())
            .send()
            .await
            .expect("the engine answers");
        assert_eq!(reply.status, 200, "{operation}: {}", reply.text);
        reply.body
    }

    /// Drops a table and makes it anew, with these keys and this TTL.
    pub(crate) async fn recreate(&self, table: &str, keys: &[(&str, &str, &str)], ttl: Option<&str>) {
        self.dynamodb("UpdateTable", json!({"TableName": table, "DeletionProtectionEnabled": false})).await;
        self.dynamodb("DeleteTable", json!({"TableName": table})).await;
        let schema: Vec<_> =
            keys.iter().map(|(name, role, _)| json!({"AttributeName": name, "KeyType": role})).collect();
        let definitions: Vec<_> = keys
            .iter()
            .map(|(name, _, kind)| json!({"AttributeName": name, "AttributeType": kind}))
            .collect();
        let request = json!({
            "TableName": table, "KeySchema": schema, "AttributeDefinitions": definitions,
            "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
        });
        self.dynamodb("CreateTable", request).await;
        if let Some(attribute) = ttl {
            let specification = json!({"AttributeName": attribute, "Enabled": true});
            let request = json!({"TableName": table, "TimeToLiveSpecification": specification});
            self.dynamodb("UpdateTimeToLive", request).await;
        }
    }

    /// The report on everything.
    pub(crate) async fn everything(&self) -> Report {
        self.examined(Args { url: self.url.parse().ok(), stable_token: true, ..Args::default() }).await
    }

    /// The report, which says no secret and leaves no placeholder open, in either language.
    pub(crate) async fn examined(&self, args: Args) -> Report {
        let around = Surroundings {
            env: self.env.clone(),
            clock: self.clock.clone(),
            tls: self.authority.client(),
            uses_default_chain: false,
        };
        let report = doctor::run(&args, &around).await.expect("the file can be read");
        let said = report.text(Lang::En) + &report.text(Lang::Zh) + &format!("{report:?}");
        for secret in [DEFAULT_APP.1, WRONG_SECRET, RING_KEY, AWS_KEY] {
            assert!(!said.contains(secret), "{said}");
        }
        for line in report.text(Lang::En).lines().chain(report.text(Lang::Zh).lines()) {
            assert!(!has_placeholder(line), "{line}");
        }
        report
    }
}

fn has_placeholder(line: &str) -> bool {
    let names = line.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    names.into_iter().any(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The lines of one check, in English, and how it ended.
#[track_caller]
pub(crate) fn says(report: &Report, check: &str, state: &str, words: &str) {
    let lines: Vec<_> = report
        .findings
        .iter()
        .filter(|found| found.check == check)
        .map(|found| found.line(Lang::En))
        .collect();
    let fits = |line: &&String| line.starts_with(&format!("{state:<8}{check}")) && line.contains(words);
    assert!(
        lines.iter().any(|line| fits(&line)),
        "no {state} with {words:?} for {check} in\n{}",
        report.text(Lang::En)
    );
    let fails = lines.iter().any(|line| line.starts_with("FAIL"));
    assert!(!fails || report.exit_code() == 1);
}

/// Everything else is as it should be.
#[track_caller]
pub(crate) fn nothing_else_fails(report: &Report, checks: &[&str]) {
    let failed: Vec<_> = report
        .findings
        .iter()
        .filter(|found| found.state == doctor::State::Fail && !checks.contains(&found.check))
        .map(|found| found.line(Lang::En))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

fn environment(service: &Service, dynamodb: &str) -> HashMap<String, String> {
    [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", AWS_KEY),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", service.secrets.endpoint()),
        ("USERS_TABLE", "UsersTable"),
        ("SESSIONS_TABLE", "SessionsTable"),
        ("WECHAT_APPS_SECRET_ID", "AppsSecret"),
        ("SESSION_KEY_RING_SECRET_ID", "SessionKeyRingSecret"),
        ("WECHAT_API_BASE_URL", &service.wechat_url),
        ("IDLE_SECONDS", "86400"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

#[derive(Clone)]
struct Front {
    engine: HttpClient,
    has_recovery: Arc<AtomicBool>,
}

/// The engine knows nothing of backups, so they are answered in front of it.
async fn describe_backups(service: &Service, has_recovery: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let front = Front { engine: HttpClient::new(&service.dynamodb.endpoint()), has_recovery };
    let router = Router::new().fallback(forward).with_state(front);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn forward(State(front): State<Front>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("x-amz-target").ends_with(".DescribeContinuousBackups") {
        let status = if front.has_recovery.load(Ordering::SeqCst) { "ENABLED" } else { "DISABLED" };
        let answer = json!({"ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status},
        }});
        return (StatusCode::OK, answer.to_string());
    }
    let mut request = front.engine.request("POST", "/");
    for name in ["x-amz-target", "x-amz-date", "authorization"] {
        request = request.header(name, header(name));
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    match request.text("application/x-amz-json-1.0", text).send().await {
        Ok(reply) => (StatusCode::from_u16(reply.status).expect("a status"), reply.text),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
    }
}
