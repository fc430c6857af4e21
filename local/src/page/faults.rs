//! What can be made to go wrong, and what is wrong now.

use aws_emulator::dynamodb;
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind, PushAnswer, Simulator};
use wxsession::Clock;

use super::{Page, Refusal, phone::Person};

/// Within the three seconds that the functions give WeChat, and long enough to be felt.
const SLOW_MS: u64 = 2_000;
/// Ten years are enough for every rule there is.
const FARTHEST_SECONDS: u64 = 10 * 365 * 86_400;

/// How WeChat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WeChatIs {
    Fine,
    /// errcode -1.
    Busy,
    Slow,
    /// An HTML page in place of JSON.
    Garbage,
    /// Somebody set a fault through the control plane.
    #[serde(skip_deserializing)]
    Other,
}

impl WeChatIs {
    fn fault(self) -> Option<FaultKind> {
        match self {
            Self::Busy => Some(FaultKind::Errcode { errcode: -1, errmsg: None }),
            Self::Slow => Some(FaultKind::Slow { delay_ms: SLOW_MS }),
            Self::Garbage => Some(FaultKind::Html),
            Self::Fine | Self::Other => None,
        }
    }

    fn now(simulator: &Simulator) -> Self {
        match simulator.faults().as_slice() {
            [] => Self::Fine,
            [fault] => {
                let known = [Self::Busy, Self::Slow, Self::Garbage];
                let is_this = |known: &Self| known.fault().map(Fault::always).as_ref() == Some(fault);
                known.into_iter().find(is_this).unwrap_or(Self::Other)
            }
            _ => Self::Other,
        }
    }
}

/// How `DynamoDB` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DynamoDbIs {
    Fine,
    /// Every call fails with 500.
    Down,
    #[serde(skip_deserializing)]
    Other,
}

impl DynamoDbIs {
    fn fault(self) -> dynamodb::Fault {
        if self == Self::Down { dynamodb::Fault::InternalError { times: None } } else { dynamodb::Fault::Off }
    }
}

/// What to change; what is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Faults {
    wechat: Option<WeChatIs>,
    dynamodb: Option<DynamoDbIs>,
}

pub(super) async fn set(
    State(page): State<Page>,
    Json(faults): Json<Faults>,
) -> Result<Json<Value>, Refusal> {
    if let Some(wechat) = faults.wechat {
        let simulator = page.simulator()?;
        simulator.clear_faults();
        if let Some(kind) = wechat.fault() {
            simulator.inject(Fault::always(kind));
        }
    }
    if let Some(dynamodb) = faults.dynamodb {
        page.shared.proxy.inject(dynamodb.fault()).await;
    }
    Ok(state(State(page)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    seconds: i64,
}

pub(super) async fn move_clock(
    State(page): State<Page>,
    Json(by): Json<Move>,
) -> Result<Json<Value>, Refusal> {
    let offset = page.offset().saturating_add(by.seconds);
    if offset.unsigned_abs() > FARTHEST_SECONDS {
        return Err(Refusal(StatusCode::BAD_REQUEST, "that is too far away".to_owned()));
    }
    page.shared.clock.advance(by.seconds);
    Ok(state(State(page)).await)
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Nothing is wrong any more, and the time is the real one.
///
/// The empty object is asked for because no other site can send JSON.
pub(super) async fn reset(State(page): State<Page>, Json(Nothing {}): Json<Nothing>) -> Json<Value> {
    page.shared.simulator.clear_faults();
    page.shared.proxy.clear().await;
    page.shared.clock.advance(-page.offset());
    state(State(page)).await
}

/// WeChat replaces the user's `session_key`, as it does when other software logs the user in.
pub(super) async fn rotate(
    State(page): State<Page>,
    Json(person): Json<Person>,
) -> Result<Json<Value>, Refusal> {
    page.simulator()?.rotate_session_key(DEFAULT_APP.0, &person.openid()?);
    Ok(state(State(page)).await)
}

/// The user closes the account on the phone: WeChat forgets them, and tells the service.
pub(super) async fn cancel(
    State(page): State<Page>,
    Json(person): Json<Person>,
) -> Result<Json<Value>, Refusal> {
    let answers = page.simulator()?.cancel_authorisation(DEFAULT_APP.0, &person.openid()?).await;
    let is_taken = answers.unwrap_or_default().iter().any(PushAnswer::is_success);
    Ok(Json(json!({ "is_taken": is_taken })))
}

pub(super) async fn state(State(page): State<Page>) -> Json<Value> {
    let dynamodb = match page.shared.proxy.fault() {
        dynamodb::Fault::Off => DynamoDbIs::Fine,
        fault if fault == DynamoDbIs::Down.fault() => DynamoDbIs::Down,
        _ => DynamoDbIs::Other,
    };
    Json(json!({
        "now": page.shared.clock.now(),
        "clock_offset_seconds": page.offset(),
        "is_simulated": page.shared.is_simulated,
        "wechat": WeChatIs::now(&page.shared.simulator),
        "dynamodb": dynamodb,
        "page": page.shared.web_view,
    }))
}

impl Page {
    /// How far the service's clock is from the machine's.
    fn offset(&self) -> i64 {
        self.shared.clock.now() - Clock::system().now()
    }

    /// The simulator, if the service asks it and not the real WeChat.
    pub(super) fn simulator(&self) -> Result<&Simulator, Refusal> {
        let real = || Refusal(StatusCode::CONFLICT, "the service asks the real WeChat".to_owned());
        self.shared.is_simulated.then_some(&self.shared.simulator).ok_or_else(real)
    }
}
