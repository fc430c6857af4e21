//! `GET /me` and `GET /staff` on Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use rust_me::{handle, pages::readable_by};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "the one place where the sample reads its configuration")]
    let page = std::env::var("PAGE_ORIGIN").unwrap_or_default();
    run(service_fn(async |event: LambdaEvent<Value>| {
        let answer = handle(&event.payload, &event.context.request_id);
        Ok::<_, Error>(readable_by(&page, &event.payload, answer))
    }))
    .await
}
