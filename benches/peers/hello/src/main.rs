//! `lambda_runtime` and an answer of an authorizer's size, nothing else: what the platform itself costs.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| {
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event.payload["methodArn"]}],
        });
        Ok::<_, Error>(json!({"principalId": "hello", "policyDocument": policy, "context": {}}))
    }))
    .await
}
