//! What can go wrong between a function and its table.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the proxy does to requests. `times` counts requests; without it the fault lasts until it is cleared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Nothing: requests pass.
    #[default]
    Off,
    /// Nobody listens. For some operations only: the connection is closed without an answer.
    Refuse,
    /// Requests are read and never answered.
    Silent,
    /// Requests pass, this much later.
    Slow {
        /// How much later.
        milliseconds: u64,
    },
    /// `ThrottlingException`, which the SDK retries.
    Throttle {
        /// How many requests.
        times: Option<u32>,
    },
    /// `InternalServerError`, which the SDK retries.
    InternalError {
        /// How many requests.
        times: Option<u32>,
    },
    /// `BatchGetItem` succeeds and returns every key as unprocessed. Other operations pass.
    UnprocessedKeys,
    /// `BatchGetItem` succeeds and says nothing: no `Responses` at all. Other operations pass.
    NoResponses,
    /// The request is carried out and the connection closed before the answer: nobody knows whether it happened.
    AnswerLost {
        /// How many requests.
        times: Option<u32>,
    },
    /// `ExpiredTokenException`, as when the function's role credentials ran out.
    ExpiredCredentials,
}

impl Fault {
    /// Takes one request off a counted fault; what is left for the next one.
    pub(super) fn after_one(&self) -> Self {
        let left = |times: Option<u32>| times.map(|times| times.saturating_sub(1));
        let next = match self {
            Self::Throttle { times } => Self::Throttle { times: left(*times) },
            Self::InternalError { times } => Self::InternalError { times: left(*times) },
            Self::AnswerLost { times } => Self::AnswerLost { times: left(*times) },
            other => other.clone(),
        };
        match next {
            Self::Throttle { times: Some(0) }
            | Self::InternalError { times: Some(0) }
            | Self::AnswerLost { times: Some(0) } => Self::Off,
            next => next,
        }
    }

    /// The answer that replaces the engine's, if this fault has one for such a request.
    pub(super) fn answer(&self, call: &Call, request: &Value) -> Option<Response<Body>> {
        match self {
            Self::Throttle { .. } => Some(error(
                StatusCode::BAD_REQUEST,
                "com.amazonaws.dynamodb.v20120810#ThrottlingException",
                "Throughput exceeds the current capacity of your table or index",
            )),
            Self::InternalError { .. } => Some(error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "com.amazonaws.dynamodb.v20120810#InternalServerError",
                "The request processing has failed because of an unknown error",
            )),
            Self::ExpiredCredentials => Some(error(
                StatusCode::BAD_REQUEST,
                "com.amazon.coral.service#ExpiredTokenException",
                "The security token included in the request is expired",
            )),
            Self::UnprocessedKeys if call.operation == "BatchGetItem" => {
                let body = json!({ "Responses": {}, "UnprocessedKeys": request["RequestItems"] });
                Some(answer(StatusCode::OK, &body))
            }
            Self::NoResponses if call.operation == "BatchGetItem" => {
                Some(answer(StatusCode::OK, &json!({ "UnprocessedKeys": {} })))
            }
            _ => None,
        }
    }
}

/// One request that arrived at the proxy, also when a fault kept it from the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Such as `BatchGetItem`.
    pub operation: String,
    /// Tables it names, each once, in alphabetical order.
    pub tables: Vec<String>,
    /// It is a read, and every table is read strongly consistently.
    pub is_consistent: bool,
}

impl Call {
    pub(super) fn read(target: &str, request: &Value) -> Self {
        let batch = request["RequestItems"].as_object();
        let transaction = request["TransactItems"].as_array().into_iter().flatten();
        let transaction = transaction.flat_map(|item| item.as_object().into_iter().flatten());
        let named = transaction.map(|(_, action)| action).chain([request]);
        let mut tables: Vec<String> =
            named.filter_map(|action| action["TableName"].as_str().map(str::to_owned)).collect();
        tables.extend(batch.into_iter().flatten().map(|(table, _)| table.clone()));
        tables.sort();
        tables.dedup();
        let consistent = |part: &Value| part["ConsistentRead"] == true;
        Self {
            operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
            tables,
            is_consistent: batch.map_or_else(|| consistent(request), |batch| batch.values().all(consistent)),
        }
    }
}

fn error(status: StatusCode, kind: &str, message: &str) -> Response<Body> {
    answer(status, &json!({ "__type": kind, "message": message }))
}

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let media_type = "application/x-amz-json-1.0".parse().expect("a media type is a header value");
    response.headers_mut().insert("content-type", media_type);
    response
}
