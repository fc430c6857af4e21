//! `GET /me` and `GET /staff` on Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| {
        Ok::<_, Error>(rust_me::handle(&event.payload, &event.context.request_id))
    }))
    .await
}
