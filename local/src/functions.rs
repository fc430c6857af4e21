//! The real functions, called with events as Lambda calls them.

use std::{collections::HashMap, sync::Arc};

use authorizer::{Authorizer, Event};
use check_session::CheckSession;
use login::Login;
use open_data::OpenData;
use rust_me::Me;
use serde_json::Value;
use sessions::Sessions;
use wxsession::{Clock, config, env::EnvError, http::Request, serve::HttpFunction, telemetry::Log};

use crate::{
    invoke::{Invoke, InvokeError, invoke_with},
    template::Template,
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

/// What Lambda reports when an event is not of the function's type.
fn undecodable(error: &serde_json::Error) -> InvokeError {
    InvokeError::new("DeserializeError", format!("the event cannot be read: {}", error.classify_word()))
}

trait Classify {
    fn classify_word(&self) -> &'static str;
}

impl Classify for serde_json::Error {
    fn classify_word(&self) -> &'static str {
        match self.classify() {
            serde_json::error::Category::Io => "io",
            serde_json::error::Category::Syntax => "syntax",
            serde_json::error::Category::Data => "data",
            serde_json::error::Category::Eof => "eof",
        }
    }
}

/// One function behind API Gateway, at the edge that it has on Lambda.
#[must_use]
pub fn http(function: impl HttpFunction + 'static, log: Log) -> Invoke {
    let function = Arc::new(function);
    invoke_with(move |event| {
        let (function, log) = (Arc::clone(&function), log.clone());
        async move {
            let request: Request = serde_json::from_value(event).map_err(|error| undecodable(&error))?;
            let answer = wxsession::serve::answer(&*function, &log, &request, "local").await;
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
            let event: Event = serde_json::from_value(event).map_err(|error| undecodable(&error))?;
            let answer = function.answer(&log, &event, "local").await;
            let answer = answer.map_err(|error| InvokeError::new("CannotTell", error.to_string()))?;
            Ok(serde_json::to_value(answer).unwrap_or(Value::Null))
        }
    })
}
