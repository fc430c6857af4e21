//! The real functions, called with events as Lambda calls them.

use std::{collections::HashMap, sync::Arc};

use accounts::Accounts;
use authorizer::Authorizer;
use check_session::CheckSession;
use gateway_emulator::invoke::{Invoke, InvokeError, invoke_with};
use login::Login;
use open_data::OpenData;
use rust_me::Me;
use sam_template::Template;
use sessions::Sessions;
use wxsession::{
    Clock, config,
    env::EnvError,
    serve::{self, Function},
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
        let build = match function.binary.as_str() {
            Login::NAME => built::<Login>,
            CheckSession::NAME => built::<CheckSession>,
            Sessions::NAME => built::<Sessions>,
            OpenData::NAME => built::<OpenData>,
            Me::NAME => built::<Me>,
            Authorizer::NAME => built::<Authorizer>,
            Accounts::NAME => built::<Accounts>,
            _ => continue,
        };
        invokes.insert(function.binary.clone(), build(&env, clock, new_log)?);
    }
    Ok(invokes)
}

fn built<F: Function>(
    env: &HashMap<String, String>,
    clock: &Clock,
    new_log: &NewLog,
) -> Result<Invoke, EnvError> {
    let log = new_log(F::NAME, config::log_level(env)?);
    Ok(at_the_door(F::from_env(env, clock.clone())?, log))
}

/// One function, at the door that it has on Lambda.
#[must_use]
pub fn at_the_door<F: Function>(function: F, log: Log) -> Invoke {
    let function = Arc::new(function);
    invoke_with(move |event| {
        let (function, log) = (Arc::clone(&function), log.clone());
        async move {
            let response = serve::invoke_json(&*function, &log, event, "local").await;
            response.map_err(|error| InvokeError::new(error.error_type, error.error_message))
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
        let error = at_the_door(Me, log)(json!({"headers": "Bearer x"})).await.unwrap_err();
        assert_eq!(error, InvokeError::new("WrongEvent", "not an event of this function"));
    }
}
