//! Pages in a web-view: tickets, the sessions that they become, and what ends these.

mod life;
mod shown;
mod tickets;

use serde_json::{Value, json};
use wxsession::{Clock, session::Session, token::SessionToken};

use crate::{
    connector::direct,
    engine::{Call, Engine, SESSIONS},
    world::{NOW, PAGE, World},
};

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const OTHER: &str = "https://n.example.com";

type Held = (SessionToken, Session);

struct Stage {
    engine: Engine,
    world: World,
    clock: Clock,
}

impl Stage {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(settings: &[(&str, &str)]) -> Self {
        let (engine, clock) = (Engine::new(), Clock::stopped(NOW));
        let world = World::over(direct(&engine), &clock, 1, settings);
        Self { engine, world, clock }
    }

    async fn log_in(&self) -> Held {
        self.clock.advance(1);
        self.world.log_in(KEY, None).await.expect("the tables answer")
    }

    async fn ticket(&self, of: &Held) -> String {
        self.world.ticket(of).await.expect("it is made")
    }

    async fn page(&self, of: &Held) -> Held {
        self.clock.advance(1);
        let ticket = self.ticket(of).await;
        self.world.redeem(&ticket, of).await.expect("it is redeemed")
    }

    /// The refusal is the one that there is, for this reason in the log.
    async fn is_refused(&self, ticket: &str, reason: &str) {
        drop(self.world.lines());
        let (status, body) = self.world.redeem_route(ticket, PAGE).await;
        self.was_refused((status, &body), reason);
    }

    #[track_caller]
    fn was_refused(&self, (status, body): (u16, &Value), reason: &str) {
        assert_eq!((status, &body["code"]), (409, &json!("ticket_invalid")), "{reason}: {body}");
        let names: Vec<_> = body.as_object().expect("a problem").keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "detail", "instance", "status", "title", "type"], "it tells no more");
        let lines = self.world.lines();
        let line = lines.last().expect("a line");
        assert_eq!(line["reason"], reason);
        assert_eq!(line["store_ms"].is_null(), is_seen_without_tables(reason), "{reason}");
        assert!(lines.iter().all(|line| line["audit"] != "authn_login_fail"), "it is no login");
    }

    async fn is_good(&self, held: &Held) -> bool {
        self.world.authorizes(&held.0).await.expect("the tables answer")
    }

    async fn is_ended(&self, held: &Held, reason: &str) {
        let (status, body) = self.world.session_route("GET", &held.0.expose()).await;
        assert_eq!((status, &body["code"]), (401, &json!("session_invalid")));
        assert_eq!(body["ended"], reason);
        assert!(!self.is_good(held).await);
    }

    async fn listed(&self, asking: &Held) -> Vec<Value> {
        let (status, body) = self.world.sessions_route("GET", "/sessions", None, &asking.1).await;
        assert_eq!(status, 200);
        body["sessions"].as_array().expect("a list").clone()
    }

    /// The record of a session, as it is stored.
    fn record(&self, of: &Held) -> Value {
        let id = of.1.id.to_string();
        let found = self.sessions().into_iter().find(|item| item["session_id"]["S"] == *id);
        found.expect("it is stored")
    }

    /// Takes the record of a session away: it was never written, or is tidied up.
    fn forget(&self, of: &Held) {
        let item = self.record(of);
        let key = json!({"TableName": SESSIONS, "Key": {"pk": item["pk"], "sk": item["sk"]}});
        assert_eq!(self.engine.execute(&Call::new("DeleteItem", &key)).status, 200);
    }

    fn audits(&self) -> Vec<Value> {
        self.world.lines().into_iter().filter(|line| line["message"] == "audit").collect()
    }

    fn sessions(&self) -> Vec<Value> {
        self.engine
            .dump()
            .into_iter()
            .filter(|(place, _)| place.0 == SESSIONS)
            .map(|(_, item)| item)
            .collect()
    }
}

fn is_seen_without_tables(reason: &str) -> bool {
    ["ticket_form", "origin_of_another_page", "ticket_of_another_page"].contains(&reason)
}

fn ids(children: &Value) -> Vec<String> {
    let children = children.as_array().expect("a list").iter();
    children.map(|child| child["id"].as_str().expect("an id").to_owned()).collect()
}
