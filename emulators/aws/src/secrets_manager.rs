//! A stand-in for AWS Secrets Manager: the one operation that the functions call, over a socket.
//!
//! Its errors are 400 with a `__type`.
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>

use std::{collections::HashMap, io, sync::Arc, time::Duration};

use axum::{http::StatusCode, response::Response};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::json_service::{self, Call, Server, answer};

const OPERATION: &str = "secretsmanager.GetSecretValue";
const ARN_PREFIX: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:";

/// How the service misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Not at all.
    #[default]
    None,
    /// Every call fails: `InternalServiceError`.
    Down,
    /// Every call is answered only after this time.
    Slow(Duration),
    /// Every call is refused: `AccessDeniedException`.
    Denied,
    /// Every secret is marked for deletion: `InvalidRequestException`.
    MarkedForDeletion,
    /// The key that encrypts every secret cannot be used: `DecryptionFailure`.
    Undecryptable,
}

/// A running stand-in. It ends when this is dropped.
pub struct SecretsManager {
    shared: Arc<Mutex<Shared>>,
    server: Server,
}

#[derive(Default)]
struct Shared {
    secrets: HashMap<String, Secret>,
    fault: Fault,
    calls: u64,
}

struct Secret {
    text: String,
    version: u64,
}

impl SecretsManager {
    /// Listens on 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub async fn start(port: u16) -> io::Result<Self> {
        let shared = Arc::<Mutex<Shared>>::default();
        let server = Server::start(port, Arc::clone(&shared), serve).await?;
        Ok(Self { shared, server })
    }

    /// For `AWS_ENDPOINT_URL_SECRETS_MANAGER`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// Stores a JSON value under the secret's name, as a new version when there is one.
    pub fn put(&self, id: &str, value: &Value) {
        self.put_text(id, &value.to_string());
    }

    /// Stores any text, for values that are not of the documented form.
    pub fn put_text(&self, id: &str, text: &str) {
        let mut shared = self.shared.lock();
        let version = shared.secrets.get(id).map_or(1, |old| old.version + 1);
        shared.secrets.insert(id.to_owned(), Secret { text: text.to_owned(), version });
    }

    /// There is no such secret any more.
    pub fn remove(&self, id: &str) {
        self.shared.lock().secrets.remove(id);
    }

    /// What is stored under the name.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<String> {
        self.shared.lock().secrets.get(id).map(|secret| secret.text.clone())
    }

    /// Misbehaves from now on.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.lock().fault = fault;
    }

    /// How many calls have come in, answered or not.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.shared.lock().calls
    }
}

async fn serve(shared: Arc<Mutex<Shared>>, Call { operation, body }: Call) -> Response {
    let fault = {
        let mut shared = shared.lock();
        shared.calls += 1;
        shared.fault
    };
    match fault {
        Fault::None => {}
        Fault::Slow(pause) => tokio::time::sleep(pause).await,
        Fault::Down => return error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
        Fault::Denied => return error(StatusCode::BAD_REQUEST, "AccessDeniedException"),
        Fault::MarkedForDeletion => return error(StatusCode::BAD_REQUEST, "InvalidRequestException"),
        Fault::Undecryptable => return error(StatusCode::BAD_REQUEST, "DecryptionFailure"),
    }
    if operation != OPERATION {
        return error(StatusCode::BAD_REQUEST, "UnknownOperationException");
    }
    let Ok(wanted) = serde_json::from_slice::<Value>(&body) else {
        return error(StatusCode::BAD_REQUEST, "SerializationException");
    };
    let Some(id) = wanted["SecretId"].as_str() else {
        return error(StatusCode::BAD_REQUEST, "InvalidParameterException");
    };
    let name = id.strip_prefix(ARN_PREFIX).unwrap_or(id);
    match shared.lock().secrets.get(name) {
        Some(secret) => answer(StatusCode::OK, &value(name, secret)),
        None => error(StatusCode::BAD_REQUEST, "ResourceNotFoundException"),
    }
}

fn value(name: &str, secret: &Secret) -> Value {
    json!({
        "ARN": format!("{ARN_PREFIX}{name}"),
        "Name": name,
        "SecretString": secret.text,
        "VersionId": format!("00000000-0000-4000-8000-{:012}", secret.version),
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": 1_700_000_000.0,
    })
}

fn error(status: StatusCode, kind: &str) -> Response {
    json_service::error(status, kind, "refused by the stand-in for Secrets Manager")
}
