//! The sample of a function of your own, `examples/rust-me`, at the door that ours have.

use lambda_runtime::{Context, Diagnostic};
use rust_me::{handle, pages::readable_by};
use serde::Serialize;
use serde_json::Value;
use wxsession::{
    Clock,
    env::{EnvError, Source},
    serve::Function,
    telemetry::Line,
};

/// `GET /me` and `GET /staff`.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Whose pages may read the answers; empty for nobody's.
    page: String,
}

impl Function for Sample {
    const NAME: &'static str = "me";
    type Event = Value;

    fn from_env(env: &impl Source, _: Clock) -> Result<Self, EnvError> {
        Ok(Self { page: env.text("PAGE_ORIGIN").unwrap_or_default() })
    }

    async fn answer(
        &self,
        event: Value,
        context: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let answer = readable_by(&self.page, &event, handle(&event, &context.request_id));
        line.put("status", answer["statusCode"].clone());
        line.end(if answer["statusCode"] == 200 { "ok" } else { "refused" });
        Ok(answer)
    }
}
