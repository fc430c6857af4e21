//! Puts a test between the SDK and DynamoDB: the functions run with their real SDK clients, and
//! nothing below the SDK is a socket.

use std::sync::Arc;

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use parking_lot::{Mutex, MutexGuard};

use wxsession::aws::Connector;

use crate::{
    costs::Meter,
    engine::{Call, Engine, Reply},
};

/// Every call is executed at once.
pub(crate) fn direct(engine: &Engine) -> SharedHttpClient {
    client(Direct(engine.clone()))
}

#[derive(Clone)]
struct Direct(Engine);

impl std::fmt::Debug for Direct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Direct")
    }
}

impl HttpConnector for Direct {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(response(&self.0.execute(&call(&request)))))
    }
}

/// Our own connector, which asks what each call consumes and counts it.
pub(crate) fn counted(meter: Meter) -> impl HttpConnector + 'static {
    Counted { inner: Connector::new(), meter }
}

#[derive(Clone)]
struct Counted {
    inner: Connector,
    meter: Meter,
}

impl std::fmt::Debug for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Counted")
    }
}

impl HttpConnector for Counted {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        let Call { operation, body } = call(&request);
        let mut body: serde_json::Value = serde_json::from_str(&body).expect("made of a JSON value");
        body["ReturnConsumedCapacity"] = "TOTAL".into();
        let body = body.to_string();
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        HttpConnectorFuture::new(async move {
            let mut response = this.inner.call(request).await?;
            let body = std::mem::replace(response.body_mut(), SdkBody::empty());
            let read =
                ByteStream::new(body).collect().await.expect("the engine answers to the end").into_bytes();
            this.meter.take(&operation, &serde_json::from_slice(&read).unwrap_or_default());
            *response.body_mut() = SdkBody::from(read);
            Ok(response)
        })
    }
}

/// An engine that can break down.
#[derive(Clone)]
pub(crate) struct Flaky {
    engine: Engine,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

/// After this many more calls the engine answers 500.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    pub(crate) after: usize,
    /// The call is executed all the same; only its answer is lost.
    pub(crate) is_executed: bool,
}

impl Flaky {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), trouble: Arc::default() }
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        client(self.clone())
    }

    pub(crate) fn set(&self, trouble: Option<Trouble>) {
        *self.trouble.lock() = trouble;
    }

    fn reply(&self, call: &Call) -> Reply {
        let mut trouble = self.trouble.lock();
        let Some(Trouble { after, is_executed }) = &mut *trouble else { return self.engine.execute(call) };
        if *after > 0 {
            *after -= 1;
            return self.engine.execute(call);
        }
        if *is_executed {
            self.engine.execute(call);
        }
        let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"down"}"#;
        Reply { status: 500, body: body.to_owned() }
    }
}

impl std::fmt::Debug for Flaky {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Flaky")
    }
}

impl HttpConnector for Flaky {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(response(&self.reply(&call(&request)))))
    }
}

/// Every call waits until it is released.
#[derive(Clone, Debug, Default)]
pub(crate) struct Park(Arc<Mutex<Vec<Slot>>>);

#[derive(Debug)]
struct Slot {
    call: Call,
    reply: Option<Reply>,
}

impl Park {
    pub(crate) fn client(&self) -> SharedHttpClient {
        client(self.clone())
    }

    /// Forgets every call.
    pub(crate) fn clear(&self) {
        self.slots().clear();
    }

    /// How many calls have arrived, answered ones included.
    pub(crate) fn arrived(&self) -> usize {
        self.slots().len()
    }

    pub(crate) fn parked(&self, number: usize) -> Call {
        self.slots()[number].call.clone()
    }

    pub(crate) fn release(&self, number: usize, reply: Reply) {
        self.slots()[number].reply = Some(reply);
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.0.lock()
    }
}

impl HttpConnector for Park {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let park = self.clone();
        let number = {
            let mut slots = park.slots();
            slots.push(Slot { call: call(&request), reply: None });
            slots.len() - 1
        };
        // Polled only by the explorer, which polls again after each release.
        HttpConnectorFuture::new(std::future::poll_fn(move |_| match park.slots()[number].reply.clone() {
            Some(reply) => std::task::Poll::Ready(Ok(response(&reply))),
            None => std::task::Poll::Pending,
        }))
    }
}

pub(crate) fn client(connector: impl HttpConnector + 'static) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

fn call(request: &HttpRequest) -> Call {
    let target = request.headers().get("x-amz-target").expect("the SDK names the operation");
    let operation = target.strip_prefix("DynamoDB_20120810.").expect("the SDK asks DynamoDB");
    let body = request.body().bytes().expect("the SDK sends whole bodies");
    Call::new(operation, &serde_json::from_slice(body).expect("the SDK sends JSON"))
}

fn response(reply: &Reply) -> HttpResponse {
    let status = StatusCode::try_from(reply.status).expect("a status of HTTP");
    let mut response = HttpResponse::new(status, SdkBody::from(reply.body.clone()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
