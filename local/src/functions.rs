//! The real functions, called with events as Lambda calls them.

use std::{collections::HashMap, sync::Arc};

use authorizer::{Authorizer, CannotTell, Event};
use check_session::CheckSession;
use gateway_emulator::invoke::{Invoke, InvokeError, invoke_with};
use lambda_runtime::Diagnostic;
use login::Login;
use open_data::OpenData;
use rust_me::Me;
use sam_template::Template;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sessions::Sessions;
use wxsession::{
    Clock, config,
    env::EnvError,
    http::Request,
    serve::{self, HttpFunction, WrongEvent},
    telemetry::Log,
};

/// Where the functions' lines go: the function's name and the least level are filled in.
pub type NewLog = Arc<dyn Fn(&'static str, wxsession::telemetry::Level) -> Log + Send + Sync>;

/// Builds every function of the template from its own environment there and `more`, by binary name.
///
/// # Errors
///
/// [`EnvError`] naming the variable that keeps a function from starting.
pub fn all<S: std::hash::BuildHasher + Clone>(
    template: &Template,
    more: &HashMap<String, String, S>,
    clock: &Clock,
    new_log: &NewLog,
) -> Result<HashMap<String, Invoke>, EnvError> {
    let mut invokes = HashMap::new();
    for function in template.functions() {
        let mut env: HashMap<String, String> = function.environment.clone().into_iter().collect();
        env.extend(more.clone());
        let level = config::log_level(&env)?;
        let log = |name| new_log(name, level);
        let clock = clock.clone();
        let invoke = match function.binary.as_str() {
            "login" => http(Login::from_env(&env, clock)?, log("login")),
            "check-session" => http(CheckSession::from_env(&env, clock)?, log("check-session")),
            "sessions" => http(Sessions::from_env(&env, clock)?, log("sessions")),
            "open-data" => http(OpenData::from_env(&env, clock)?, log("open-data")),
            "me" => http(Me, log("me")),
            "authorizer" => authorizer(Authorizer::from_env(&env, clock)?, log("authorizer")),
            _ => continue,
        };
        invokes.insert(function.binary.clone(), invoke);
    }
    Ok(invokes)
}

/// The event, as the Runtime API's client would read it.
fn read<T: DeserializeOwned>(event: Value, log: &Log) -> Result<T, WrongEvent> {
    serde_json::from_value::<serve::Event<T>>(event).map_err(|_| WrongEvent)?.read(log)
}

/// What Lambda reports of a function's error.
fn reported(error: impl Into<Diagnostic>) -> InvokeError {
    let Diagnostic { error_type, error_message } = error.into();
    InvokeError::new(error_type, error_message)
}

/// One function behind API Gateway, at the edge that it has on Lambda.
#[must_use]
pub fn http(function: impl HttpFunction + 'static, log: Log) -> Invoke {
    let function = Arc::new(function);
    invoke_with(move |event| {
        let (function, log) = (Arc::clone(&function), log.clone());
        async move {
            let request: Request = read(event, &log).map_err(reported)?;
            let answer = serve::answer(&*function, &log, &request, "local").await;
            Ok(serde_json::to_value(answer).unwrap_or(Value::Null))
        }
    })
}

/// The authorizer, at the edge that it has on Lambda.
#[must_use]
pub fn authorizer(function: Authorizer, log: Log) -> Invoke {
    let function = Arc::new(function);
    invoke_with(move |event| {
        let (function, log) = (Arc::clone(&function), log.clone());
        async move {
            let event: Event = read(event, &log).map_err(|_| reported(CannotTell::Event))?;
            let answer = function.answer(&log, &event, "local").await.map_err(reported)?;
            Ok(serde_json::to_value(answer).unwrap_or(Value::Null))
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wxsession::telemetry::Level;

    use super::*;

    #[tokio::test]
    async fn an_event_of_another_shape_is_reported_as_on_lambda() {
        let log = Log::stdout("me", Level::Error, Clock::system());
        let error = http(Me, log)(json!({"headers": "Bearer x"})).await.unwrap_err();
        assert_eq!(error, InvokeError::new("WrongEvent", "not an event of this function"));
    }
}
