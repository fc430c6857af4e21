//! The custom authorizer on Lambda.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

// docs/adr/0013-mimalloc.md
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    wxsession::serve::run::<authorizer::Authorizer>().await
}
