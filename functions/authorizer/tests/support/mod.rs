//! What the tests of the authorizer share.

use std::collections::HashMap;

use authorizer::Authorizer;
use wxsession::{Clock, serve::Function};

/// An authorizer whose tables are at `endpoint`.
pub(crate) fn authorizer(endpoint: &str) -> Authorizer {
    let env = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
        ("USERS_TABLE", "users"),
        ("SESSIONS_TABLE", "sessions"),
    ];
    let env: HashMap<String, String> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Authorizer::from_env(&env, Clock::system()).expect("the settings are complete")
}
