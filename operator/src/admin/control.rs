//! Asking the function `accounts`: one JSON object in, one out. docs/accounts.md is its manual.

use aws_config::SdkConfig;
use aws_sdk_lambda::primitives::Blob;
use serde_json::{Map, Value, json};
use wxsession::env::Source as _;

use super::{
    Admin, Failure, Outcome,
    texts::{
        CONFLICT, DAMAGED, FUNCTION_FAILED, INVALID, MISCONFIGURED, NO_FUNCTION, NOT_FOUND, STORE, UNREADABLE,
    },
};
use crate::{
    access::{self, failed, kind_of},
    place::{Stack, Where},
    surroundings::{Surroundings, Variables},
    text::Message,
};

/// The function, and who asks it.
pub(super) struct Control {
    client: aws_sdk_lambda::Client,
    function: String,
    actor: String,
    config: SdkConfig,
    environment: Variables,
    now: i64,
}

impl Control {
    pub(super) async fn open(
        admin: &Admin,
        place: &Where,
        stack: Stack,
        around: &Surroundings,
    ) -> Result<Self, Failure> {
        let mut environment = around.env.clone();
        environment.extend(stack.environment());
        let config = access::config(&environment, &place.identity, around).await?;
        let function = match &admin.function {
            Some(function) => function.clone(),
            None => stack.output("AccountsFunctionArn", place)?.to_owned(),
        };
        let mut own = aws_sdk_lambda::config::Builder::from(&config);
        own.set_endpoint_url(environment.text("AWS_ENDPOINT_URL_LAMBDA"));
        let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| around.env.text(name));
        let user = user.unwrap_or_else(|| "operator".to_owned());
        let actor = admin.actor.clone().unwrap_or_else(|| format!("wxsession:{user}"));
        let client = aws_sdk_lambda::Client::from_conf(own.build());
        Ok(Self { client, function, actor, config, environment, now: around.clock.now() })
    }

    pub(super) fn now(&self) -> i64 {
        self.now
    }

    pub(super) fn config(&self) -> &SdkConfig {
        &self.config
    }

    pub(super) fn environment(&self) -> &Variables {
        &self.environment
    }

    /// The result of the action, asked for with these members.
    pub(super) async fn ask(&self, action: &str, members: Value) -> Result<Value, Failure> {
        let mut request = Map::from_iter([
            ("action".to_owned(), Value::from(action)),
            ("actor".to_owned(), self.actor.as_str().into()),
        ]);
        if let Value::Object(members) = members {
            request.extend(members);
        }
        let payload = Blob::new(Value::Object(request).to_string());
        let asked = self.client.invoke().function_name(&self.function).payload(payload).send().await;
        let answer = asked.map_err(|error| self.unasked(&kind_of(&error)))?;
        let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
        if let Some(kind) = answer.function_error {
            return Err(Message::from(FUNCTION_FAILED).with("kind", &kind).into());
        }
        let Ok(Value::Object(mut answer)) = serde_json::from_slice(&body) else { return Err(unreadable()) };
        match (answer.remove("result"), answer.remove("error")) {
            (Some(result), None) => Ok(result),
            (None, Some(error)) => Err(refused(&error)),
            _ => Err(unreadable()),
        }
    }

    fn unasked(&self, kind: &str) -> Message {
        match kind {
            "ResourceNotFoundException" => Message::from(NO_FUNCTION).with("function", &self.function),
            kind => failed("lambda:InvokeFunction", kind),
        }
    }
}

fn unreadable() -> Failure {
    Failure::new(Outcome::Unavailable, UNREADABLE)
}

fn refused(error: &Value) -> Failure {
    match error["code"].as_str() {
        Some("not_found") => Failure::new(Outcome::NotFound, NOT_FOUND),
        Some("version_conflict") => Failure::new(Outcome::Refused, CONFLICT),
        Some("store_unavailable") => Failure::new(Outcome::Unavailable, STORE),
        Some("service_misconfigured") => Failure::new(Outcome::Unavailable, MISCONFIGURED),
        Some("record_damaged") => Failure::new(Outcome::Unavailable, DAMAGED),
        Some("invalid_request") => {
            let reason = error["reason"].as_str().unwrap_or("invalid_request");
            Failure::new(Outcome::Refused, Message::from(INVALID).with("reason", reason))
        }
        Some(code) => Message::from(FUNCTION_FAILED).with("kind", code).into(),
        None => unreadable(),
    }
}

/// The members that name a user.
pub(super) fn of_user(user_id: &str) -> Value {
    json!({ "user_id": user_id })
}
