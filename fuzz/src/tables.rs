//! An account whose DynamoDB and Secrets Manager are a function of this process, and a thread to ask it on.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use tokio::runtime::Runtime;
use wxsession::{aws::Account, env::EnvError};

/// Status and body of an answer to an operation and its input.
type Reply = dyn Fn(&str, &Value) -> (u16, Value) + Send + Sync;

#[derive(Clone)]
struct Service(Arc<Reply>);

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

impl HttpConnector for Service {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation =
            request.headers().get("x-amz-target").and_then(|target| target.split('.').next_back());
        let input = request.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok());
        let (status, body) = (self.0)(operation.unwrap_or_default(), &input.unwrap_or_default());
        let status = StatusCode::try_from(status).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
    }
}

/// The settings of every function.
pub(crate) fn settings() -> HashMap<String, String> {
    let settings = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "fuzz"),
        ("AWS_SECRET_ACCESS_KEY", "fuzz"),
        ("USERS_TABLE", "users"),
        ("SESSIONS_TABLE", "sessions"),
        ("WECHAT_APPS_SECRET_ID", "apps"),
        ("SESSION_KEY_RING_SECRET_ID", "ring"),
        ("WECHAT_API_BASE_URL", "http://127.0.0.1:1"),
    ];
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// An account that `reply` answers for.
///
/// # Errors
///
/// Never with [`settings`].
pub(crate) fn account(
    reply: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static,
) -> Result<Account, EnvError> {
    let connector = SharedHttpConnector::new(Service(Arc::new(reply)));
    let client: SharedHttpClient = http_client_fn(move |_, _| connector.clone());
    Ok(Account::read(&settings())?.over(client))
}

/// Waits for `work` on one thread, as the functions do.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let built = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    RUNTIME.get_or_init(built).block_on(work)
}
