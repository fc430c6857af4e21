//! What each operation costs, for users with no, fifty and fifteen thousand former sessions: calls, read units and write
//! units, taken at the socket from what the engine says that each call consumed. A former session is a tombstone or an
//! expired record that DynamoDB has not tidied up yet.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::SharedHttpClient;
use serde_json::{Value, json};
use wxsession::{
    Clock, Random, SessionId, UserId,
    session::{Device, Ended, Session},
    store::{SessionKey, sessions::to_item},
    token::{SessionToken, TokenHash},
};

use crate::{
    connector::{client, counted},
    engine::{Engine, SESSIONS},
    served::Served,
    world::{APP, NOW, OPENID, World},
};

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const CAP: usize = 5;

/// Calls by name, and what they consumed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cost {
    calls: Vec<String>,
    read: f64,
    written: f64,
}

/// Keeps what was consumed.
#[derive(Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Cost>>);

impl Meter {
    /// Takes what one call consumed from its answer.
    pub(crate) fn take(&self, operation: &str, answer: &Value) {
        let mut cost = self.0.lock().expect("nobody panics while counting");
        cost.calls.push(operation.to_owned());
        let consumed = &answer["ConsumedCapacity"];
        let tables = consumed.as_array().cloned().unwrap_or_else(|| vec![consumed.clone()]);
        let units: f64 = tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum();
        if ["PutItem", "UpdateItem", "DeleteItem"].contains(&operation) {
            cost.written += units;
        } else {
            cost.read += units;
        }
    }

    async fn of(&self, work: impl Future<Output = ()>) -> Cost {
        *self.0.lock().expect("nobody panics while counting") = Cost::default();
        work.await;
        let mut cost = self.0.lock().expect("nobody panics while counting").clone();
        cost.calls.sort();
        cost
    }
}

struct Stage {
    engine: Engine,
    world: World,
    meter: Meter,
    _served: Served,
}

impl Stage {
    async fn with(former: usize) -> Self {
        let engine = Engine::new();
        for number in 0..former {
            engine.import(SESSIONS, &past(number));
        }
        let served = Served::start(&engine).await;
        let meter = Meter::default();
        let http: SharedHttpClient = client(counted(meter.clone()));
        let more = [("AWS_ENDPOINT_URL_DYNAMODB", served.endpoint.as_str())];
        let world = World::over(http, &Clock::stopped(NOW), 51, &more);
        Self { engine, world, meter, _served: served }
    }

    async fn log_in(&self) -> (SessionToken, Session) {
        self.world.log_in(KEY, None).await.expect("the tables answer")
    }
}

/// A session of a week ago: every other one was logged out, the rest have expired.
fn past(number: usize) -> Value {
    let user_id = UserId::of(APP, OPENID);
    let random = Random::seeded(u64::try_from(number).expect("it is small"));
    let created_at = NOW - 604_800;
    let session = Session {
        id: SessionId::generate(created_at * 1_000, random.bytes()),
        user_id,
        app_id: APP.to_owned(),
        created_at,
        last_seen_at: Some(created_at),
        expires_at: created_at + 86_400,
        absolute_expires_at: created_at + 172_800,
        device: Device::new(Some("android"), Some("Pixel 9"), Some("8.0.60")),
        parent: None,
        children: Vec::new(),
    };
    let key = SessionKey { user: user_id, hash: TokenHash::from_bytes(random.bytes()) };
    let mut item = crate::engine::json(&to_item(&key.hash, &session));
    if number.is_multiple_of(2) {
        item["state"] = json!({"S": "ended"});
        item["ended_reason"] = json!({"S": Ended::LoggedOut.as_str()});
    }
    item
}

/// Each operation's cost, by name.
async fn costs(former: usize) -> Vec<(&'static str, Cost)> {
    let stage = Stage::with(former).await;
    let (world, meter) = (&stage.world, &stage.meter);
    let mut costs = Vec::new();
    costs.push(("login", meter.of(Box::pin(async { drop(stage.log_in().await) })).await));
    let mut held = Vec::new();
    for _ in 1..CAP {
        held.push(stage.log_in().await);
    }
    costs.push(("login, list full", meter.of(Box::pin(async { held.push(stage.log_in().await) })).await));
    let (token, session) = held.last().expect("there are some").clone();
    let text = token.expose();
    let check = || async { assert_eq!(world.session_route("GET", &text).await.0, 200) };
    costs.push((
        "authorize",
        meter.of(async { assert_eq!(world.authorizes(&token).await, Some(true)) }).await,
    ));
    costs.push(("check, the first", meter.of(check()).await));
    costs.push(("check", meter.of(check()).await));
    let route = |method: &'static str, path: &'static str, id: Option<String>, status: u16| {
        let session = &session;
        async move {
            let answer = world.sessions_route(method, path, id.as_deref(), session).await;
            assert_eq!(answer.0, status);
        }
    };
    costs.push(("list", meter.of(route("GET", "/sessions", None, 200)).await));
    let parent = (token.clone(), session.clone());
    let mut tickets = Vec::new();
    costs.push(("make a ticket", meter.of(async { tickets.extend(world.ticket(&parent).await) }).await));
    let mut pages = Vec::new();
    let redeem = async { pages.extend(world.redeem(&tickets[0], &parent).await) };
    costs.push(("redeem", meter.of(Box::pin(redeem)).await));
    let page = pages[0].clone();
    let authorize = async { assert_eq!(world.authorizes(&page.0).await, Some(true)) };
    costs.push(("authorize a page", meter.of(authorize).await));
    costs.push(("list with a page", meter.of(route("GET", "/sessions", None, 200)).await));
    let again = async { assert!(world.redeem(&tickets[0], &parent).await.is_none()) };
    costs.push(("redeem again", meter.of(Box::pin(again)).await));
    let junk = async { assert!(world.redeem("wxt_junk", &parent).await.is_none()) };
    costs.push(("redeem junk", meter.of(Box::pin(junk)).await));
    let other = held[0].1.id.to_string();
    costs.push(("end one", meter.of(route("DELETE", "/sessions/{id}", Some(other), 204)).await));
    costs.push(("sign out everywhere", meter.of(route("DELETE", "/sessions", None, 204)).await));
    let (token, session) = stage.log_in().await;
    let log_out = async { assert_eq!(world.session_route("DELETE", &token.expose()).await.0, 204) };
    costs.push(("logout", meter.of(log_out).await));
    let user = session.user_id;
    costs.push(("block", meter.of(async { world.block(user, None).await.expect("written") }).await));
    let unblock = async { assert_eq!(world.unblock(user).await, Ok(true)) };
    costs.push(("unblock", meter.of(unblock).await));
    let (_, session) = stage.log_in().await;
    let erase = async {
        assert_eq!(world.sessions_route("DELETE", "/me", None, &session).await.0, 204);
    };
    costs.push(("erase", meter.of(erase).await));
    let junk = async { assert_eq!(world.authorizes_text("wxs_junk").await, Some(false)) };
    costs.push(("junk", meter.of(junk).await));
    assert!(stage.engine.count(SESSIONS) > former, "the former sessions were there all along");
    costs
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_call_costs_does_not_depend_on_what_came_before() {
    let first = Box::pin(costs(0)).await;
    for (name, cost) in &first {
        println!("{name}: {} read, {} written, {:?}", cost.read, cost.written, cost.calls);
    }
    for former in [50, 15_000] {
        let after = Box::pin(costs(former)).await;
        assert_eq!(after, first, "after {former} sessions");
    }
    let names = |name: &str| {
        let found = first.iter().find(|(known, _)| *known == name).expect("it was measured");
        (found.1.calls.iter().map(String::as_str).collect::<Vec<_>>(), found.1.read)
    };
    assert_eq!(names("authorize"), (vec!["BatchGetItem"], 2.0));
    assert_eq!(names("check"), (vec!["BatchGetItem"], 2.0));
    assert_eq!(names("check, the first").0, ["BatchGetItem", "UpdateItem"]);
    assert_eq!(names("login"), (vec!["GetItem", "PutItem", "UpdateItem"], 1.0));
    let (calls, read) = names("login, list full");
    assert_eq!(calls, ["BatchGetItem", "GetItem", "PutItem", "UpdateItem"]);
    assert!(read <= 6.0, "the user and at most as many sessions as the cap: {read}");
    assert_eq!(names("list").0, ["BatchGetItem", "GetItem"]);
    assert_eq!(names("end one").0, ["BatchGetItem", "GetItem", "UpdateItem"]);
    assert_eq!(names("logout").0, ["UpdateItem"]);
    for write in ["sign out everywhere", "block", "unblock"] {
        assert_eq!(names(write), (vec!["GetItem", "UpdateItem"], 1.0), "{write}");
    }
    assert_eq!(names("make a ticket"), (vec!["PutItem"], 0.0));
    let redemption = ["BatchGetItem", "BatchGetItem", "PutItem", "UpdateItem", "UpdateItem"];
    assert_eq!(names("redeem"), (redemption.to_vec(), 3.0));
    assert_eq!(names("authorize a page"), names("authorize"), "a page costs what a session costs");
    assert_eq!(names("list with a page").0, ["BatchGetItem", "BatchGetItem", "GetItem"]);
    assert_eq!(names("redeem again"), (vec!["BatchGetItem", "UpdateItem"], 1.0));
    assert_eq!(names("redeem junk"), (vec![], 0.0));
    assert_eq!(names("erase").0, ["BatchGetItem", "GetItem", "PutItem"]);
    assert_eq!(names("junk"), (vec![], 0.0));
}
