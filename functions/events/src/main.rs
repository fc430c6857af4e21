//! What happened, for the business, on Lambda.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    wxsession::serve::run::<events::Events>().await
}
