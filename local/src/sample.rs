//! The sample of a function of your own, `examples/rust-me`, at the door that ours have. It knows none of our settings.

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use serde_json::Value;
use wxsession::{
    Clock,
    env::{EnvError, Source},
    serve::Function,
    telemetry::Line,
};

/// `GET /me` and `GET /staff`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample;

impl Function for Sample {
    const NAME: &'static str = "me";
    type Event = Value;

    fn from_env(_: &impl Source, _: Clock) -> Result<Self, EnvError> {
        Ok(Self)
    }

    async fn answer(
        &self,
        event: Value,
        context: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let answer = rust_me::handle(&event, &context.request_id);
        line.put("status", answer["statusCode"].clone());
        line.end(if answer["statusCode"] == 200 { "ok" } else { "refused" });
        Ok(answer)
    }
}
