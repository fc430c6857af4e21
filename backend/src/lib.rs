//! The door of a function that the business's own backend invokes. No route leads there; who may is decided by IAM alone.
//!
//! One JSON object comes in. Whatever comes of it is answered with a `result` or an `error`, never both and never an error of
//! Lambda's, and is one audit event. What can be asked and what it does is the function's: [`Backend`].
//!
//! - [`answer`] is the door, [`Answer`] what goes out of it
//! - `schema` makes the published JSON Schema of the types

#[cfg(feature = "schema")]
pub mod schema;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wxsession::{
    UserId,
    account::{Actor, Malformed},
    http::Problem,
    serve::guarded,
    store::StoreError,
    telemetry::Line,
};

/// What a function does for a backend.
pub trait Backend: Sync {
    /// The name of its audit event.
    const AUDIT: &'static str;
    /// A request that can be done.
    type Asked: Asked;
    /// What came of it.
    type Outcome: Serialize + Send;
    /// Why it was not done.
    type Refused: Refused;

    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`Malformed`] with the word that the backend is told.
    fn read(&self, json: &str) -> Result<Self::Asked, Malformed>;

    /// Does it.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    fn act(
        &self,
        asked: &Self::Asked,
        line: &mut Line,
    ) -> impl Future<Output = Result<Self::Outcome, Failure<Self::Refused>>> + Send;
}

/// A request that can be done.
pub trait Asked: Send + Sync {
    /// Who asks.
    fn actor(&self) -> &Actor;

    /// The word for it, in requests and in audit events.
    fn action(&self) -> &'static str;

    /// Whom it is about, where that is known.
    fn user(&self) -> Option<UserId>;

    /// What the audit event says besides.
    fn audited(&self) -> Vec<(&'static str, Value)>;
}

/// Why a request was not done, as the backend is told. Of a problem that is its kind: text and fields are for the log alone.
pub trait Refused: Serialize + Send + for<'a> From<&'a Problem> {
    /// The request cannot be read, or asks for what cannot be: the word says why.
    fn unreadable(reason: &'static str) -> Self;

    /// The user's record cannot be read.
    fn damaged() -> Self;

    /// The stable word of its code.
    fn code(&self) -> &'static str;

    /// The stable word beside it, where there is one.
    fn reason(&self) -> Option<&'static str>;
}

/// Why an action was not done.
pub enum Failure<R> {
    /// It cannot be: the backend is told, and there is nothing more to say in the log.
    Refused(R),
    /// Something failed, or is not known to have worked.
    Problem(Problem),
    /// A user's record cannot be read.
    Damaged(StoreError),
}

impl<R: Refused> From<R> for Failure<R> {
    fn from(refused: R) -> Self {
        Self::Refused(refused)
    }
}

impl<R> From<Problem> for Failure<R> {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl<R> From<StoreError> for Failure<R> {
    fn from(error: StoreError) -> Self {
        if error.is_damage() { Self::Damaged(error) } else { Self::Problem(error.into()) }
    }
}

/// The answer to any request.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Answer"))]
#[serde(rename_all = "snake_case")]
pub enum Answer<Outcome, Refused> {
    /// It was done.
    Result(Outcome),
    /// It was not, or it is not known to be.
    Error(Refused),
}

/// Answers a request, and ends its line.
pub async fn answer<B: Backend>(backend: &B, json: &str, mut line: Line) -> Answer<B::Outcome, B::Refused> {
    let mut asked = None;
    let done = guarded(&mut line, async |line| match backend.read(json) {
        Ok(read) => done(backend, asked.insert(read), line).await,
        Err(Malformed(reason)) => Ok(refused(B::Refused::unreadable(reason), line)),
    });
    let answer = done.await.unwrap_or_else(|problem| Answer::Error(B::Refused::from(&problem)));
    let outcome = match &answer {
        Answer::Result(_) => "ok",
        Answer::Error(refused) => refused.code(),
    };
    audit::<B>(&mut line, asked.as_ref(), outcome);
    line.end(outcome);
    answer
}

async fn done<B: Backend>(
    backend: &B,
    asked: &B::Asked,
    line: &mut Line,
) -> Result<Answer<B::Outcome, B::Refused>, Problem> {
    line.put("action", asked.action());
    if let Some(user) = asked.user() {
        line.put("user_id", user.to_string());
    }
    match backend.act(asked, line).await {
        Ok(outcome) => Ok(Answer::Result(outcome)),
        Err(Failure::Refused(why)) => Ok(refused(why, line)),
        // Sending it again does not help: the caller is told, and the operator.
        Err(Failure::Damaged(error)) => {
            Problem::from(error).note_in(line);
            Ok(Answer::Error(B::Refused::damaged()))
        }
        Err(Failure::Problem(problem)) => Err(problem),
    }
}

fn refused<O, R: Refused>(why: R, line: &mut Line) -> Answer<O, R> {
    if let Some(reason) = why.reason() {
        line.put("reason", reason);
    }
    Answer::Error(why)
}

fn audit<B: Backend>(line: &mut Line, asked: Option<&B::Asked>, outcome: &'static str) {
    let action = asked.map(Asked::action);
    let actor = asked.map(|asked| asked.actor().as_str());
    let mut fields: Vec<(&str, Value)> =
        vec![("action", action.into()), ("actor", actor.into()), ("outcome", outcome.into())];
    fields.extend(asked.into_iter().flat_map(Asked::audited));
    line.audit(B::AUDIT, &fields);
}

/// Reads one JSON object of a type with a tag: serde takes an array for one, too.
///
/// # Errors
///
/// [`Malformed`]: `request_form`.
pub fn object<T: DeserializeOwned>(json: &str) -> Result<T, Malformed> {
    let read = json.trim_start().starts_with('{').then(|| serde_json::from_str(json));
    read.and_then(Result::ok).ok_or(Malformed("request_form"))
}
