//! One function as a process of its own, as Lambda runs it.

use std::{path::PathBuf, process::Command};

pub(crate) use gateway_emulator::process::{Process as Function, Written};

/// What Lambda tells a function, its credentials and the endpoints aside. The runtime and the SDK are told to say as
/// much as they can.
const LAMBDA: [(&str, &str); 16] = [
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
    ("AWS_LAMBDA_FUNCTION_NAME", "f"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
    ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]f"),
    ("_HANDLER", "bootstrap"),
    ("TZ", ":UTC"),
    ("RUST_LOG", "trace"),
    ("RUST_BACKTRACE", "full"),
    ("RUST_LIB_BACKTRACE", "full"),
];

/// The binary of a function: the one that cargo built from its `main.rs` for this test, or a release build of SAM
/// in the folder `LEAK_SCAN_BUILD`.
pub(crate) fn program(name: &str) -> PathBuf {
    let (built, logical_id) = match name {
        "accounts" => (env!("CARGO_BIN_EXE_function-accounts"), "AccountsFunction"),
        "wechat" => (env!("CARGO_BIN_EXE_function-wechat"), "WechatFunction"),
        "authorizer" => (env!("CARGO_BIN_EXE_function-authorizer"), "AuthorizerFunction"),
        "check-session" => (env!("CARGO_BIN_EXE_function-check-session"), "CheckSessionFunction"),
        "erasures" => (env!("CARGO_BIN_EXE_function-erasures"), "ErasuresFunction"),
        "events" => (env!("CARGO_BIN_EXE_function-events"), "EventsFunction"),
        "login" => (env!("CARGO_BIN_EXE_function-login"), "LoginFunction"),
        "open-data" => (env!("CARGO_BIN_EXE_function-open-data"), "OpenDataFunction"),
        "push" => (env!("CARGO_BIN_EXE_function-push"), "PushFunction"),
        "sessions" => (env!("CARGO_BIN_EXE_function-sessions"), "SessionsFunction"),
        // A sample, deployed from another folder.
        _ => return env!("CARGO_BIN_EXE_function-me").into(),
    };
    let release = std::env::var_os("LEAK_SCAN_BUILD").map(PathBuf::from);
    release.map_or_else(|| built.into(), |folder| folder.join(logical_id).join("bootstrap"))
}

/// A function in Lambda's environment and this.
pub(crate) async fn start(
    command: Command,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Function {
    let lambda = LAMBDA.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Function::start(command, lambda.into_iter().chain(environment)).await.expect("the function was built")
}
