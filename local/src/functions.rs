//! The real functions, called with events as Lambda calls them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use accounts::Accounts;
use authorizer::Authorizer;
use check_session::CheckSession;
use erasures::Erasures;
use events::Events;
use gateway_emulator::invoke::{Invoke, InvokeError, invoke_with};
use login::Login;
use open_data::OpenData;
use push::MessagePush;
use sam_template::Template;
use sessions::Sessions;
use wechat::Backend;
use wxsession::{
    Clock, Random, config,
    env::EnvError,
    serve::{self, Function},
    telemetry::Log,
};

use crate::sample::Sample;

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
            Sample::NAME => built::<Sample>,
            Authorizer::NAME => built::<Authorizer>,
            Accounts::NAME => built::<Accounts>,
            Backend::NAME => built::<Backend>,
            MessagePush::NAME => built::<MessagePush>,
            Erasures::NAME => built::<Erasures>,
            Events::NAME => built::<Events>,
            _ => continue,
        };
        invokes.insert(
            function.binary.clone(),
            build(&env, clock, new_log, Duration::from_secs(function.timeout_seconds))?,
        );
    }
    Ok(invokes)
}

fn built<F: Function>(
    env: &HashMap<String, String>,
    clock: &Clock,
    new_log: &NewLog,
    limit: Duration,
) -> Result<Invoke, EnvError> {
    let log = new_log(F::NAME, config::log_level(env)?).with_source(config::source_address(env)?);
    Ok(at_the_door(F::from_env(env, clock.clone())?, log, limit))
}

/// One function, at the door that it has on Lambda, with its limit there.
#[must_use]
pub fn at_the_door<F: Function>(function: F, log: Log, limit: Duration) -> Invoke {
    let function = Arc::new(function);
    invoke_with(move |event| {
        let (function, log) = (Arc::clone(&function), log.clone());
        async move {
            let id = uuid::Builder::from_random_bytes(Random::system().bytes()).into_uuid().to_string();
            let response = serve::invoke_text_within(&*function, &log, event.text(), &id, Some(limit)).await;
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
    async fn what_is_no_event_is_answered_as_on_lambda() {
        let log = Log::stdout("me", Level::Error, Clock::system());
        let limit = Duration::from_secs(3);
        let response =
            at_the_door(Sample::default(), log, limit)(json!({"headers": "Bearer x"}).into()).await.unwrap();
        assert_eq!(response["statusCode"], 401);
    }
}
