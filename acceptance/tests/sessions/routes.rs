//! What each route of the sessions function answers, and what it leaves in the tables.

use serde_json::{Value, json};
use wxsession::{Clock, session::Session, token::SessionToken};

use crate::{
    connector::direct,
    engine::{Engine, SESSIONS, USERS},
    world::{NOW, OPENID, World, identity},
};

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";

struct Stage {
    engine: Engine,
    world: World,
    clock: Clock,
}

impl Stage {
    fn new() -> Self {
        let (engine, clock) = (Engine::new(), Clock::stopped(NOW));
        let world = World::over(direct(&engine), &clock, 1, &[]);
        Self { engine, world, clock }
    }

    async fn log_in(&self) -> (SessionToken, Session) {
        self.clock.advance(1);
        self.world.log_in(KEY, None).await.expect("the tables answer")
    }

    async fn listed(&self, session: &Session) -> Vec<String> {
        let (status, body) = self.world.sessions_route("GET", "/sessions", None, session).await;
        assert_eq!(status, 200);
        let sessions = body["sessions"].as_array().expect("a list");
        sessions.iter().map(|session| session["id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn delete(&self, route: &str, id: Option<&str>, session: &Session) -> u16 {
        self.world.sessions_route("DELETE", route, id, session).await.0
    }

    fn audits(&self) -> Vec<Value> {
        self.world.lines().into_iter().filter(|line| line["message"] == "audit").collect()
    }

    fn text_of(&self, table: &str) -> String {
        let dump = self.engine.dump();
        dump.iter().filter(|(place, _)| place.0 == table).map(|(_, item)| item.to_string()).collect()
    }
}

#[tokio::test]
async fn lists_good_sessions_newest_first_and_marks_the_current_one() {
    let stage = Stage::new();
    let (_, first) = stage.log_in().await;
    let (_, second) = stage.log_in().await;
    let (_, third) = stage.log_in().await;
    let (status, body) = stage.world.sessions_route("GET", "/sessions", None, &second).await;
    let row = |session: &Session, current: bool| {
        json!({"id": session.id.to_string(), "created_at": session.created_at,
            "last_seen_at": session.created_at, "expires_at": session.expires_at, "current": current, "device": {},
            "children": []})
    };
    let rows = [row(&third, false), row(&second, true), row(&first, false)];
    assert_eq!((status, body), (200, json!({"sessions": rows})));
}

#[tokio::test]
async fn lists_neither_ended_nor_expired_sessions() {
    let stage = Stage::new();
    let (_, first) = stage.log_in().await;
    let (_, second) = stage.log_in().await;
    assert_eq!(stage.delete("/sessions/{id}", Some(&first.id.to_string()), &second).await, 204);
    assert_eq!(stage.listed(&second).await, [second.id.to_string()]);
    stage.clock.set(second.expires_at - 1);
    assert_eq!(stage.listed(&second).await.len(), 1, "good until the second it ends");
    stage.clock.set(second.expires_at);
    assert!(stage.listed(&second).await.is_empty());
}

#[tokio::test]
async fn ends_one_session_once_and_says_so_once() {
    let stage = Stage::new();
    let (token, first) = stage.log_in().await;
    let (_, second) = stage.log_in().await;
    stage.audits();
    let id = first.id.to_string();
    assert_eq!(stage.delete("/sessions/{id}", Some(&id), &second).await, 204);
    assert_eq!(stage.world.authorizes(&token).await, Some(false));
    let audits = stage.audits();
    assert_eq!(audits[0]["audit"], "session_revoked");
    assert_eq!(audits[0]["ended_session_id"], id.as_str());
    assert_eq!(audits[0]["session_id"], second.id.to_string().as_str());
    assert_eq!(audits[0]["reason"], "ended_by_user");
    assert_eq!(audits[1]["audit"], "session_use_after_logout", "the authorizer noticed the use");
    assert_eq!(stage.delete("/sessions/{id}", Some(&id), &second).await, 204, "the second time too");
    assert!(stage.audits().is_empty());
}

#[tokio::test]
async fn another_users_session_is_not_found() {
    let stage = Stage::new();
    let (_, mine) = stage.log_in().await;
    let (token, theirs) = stage.world.log_in_as("oSOMEBODYELSE", KEY, None).await.unwrap();
    let ids = [theirs.id.to_string(), mine.id.to_string().to_uppercase(), String::new(), "x".to_owned()];
    for id in ids {
        assert_eq!(stage.delete("/sessions/{id}", Some(&id), &mine).await, 404, "{id:?}");
    }
    assert_eq!(stage.delete("/sessions/{id}", None, &mine).await, 404);
    assert_eq!(stage.world.authorizes(&token).await, Some(true));
}

#[tokio::test]
async fn signing_out_everywhere_is_one_write() {
    let stage = Stage::new();
    let (first, _) = stage.log_in().await;
    let (second, session) = stage.log_in().await;
    let before = stage.engine.dump();
    assert_eq!(stage.delete("/sessions", None, &session).await, 204);
    let changed: Vec<_> =
        stage.engine.dump().into_iter().filter(|(place, item)| before.get(place) != Some(item)).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].0.0, USERS);
    for token in [&first, &second] {
        assert_eq!(stage.world.authorizes(token).await, Some(false));
    }
    assert!(stage.listed(&session).await.is_empty());
    assert_eq!(stage.delete("/sessions", None, &session).await, 204, "the second time too");
    let (third, _) = stage.log_in().await;
    assert_eq!(stage.world.authorizes(&third).await, Some(true), "a later login is good");
}

#[tokio::test]
async fn deleting_the_account_leaves_no_name_of_the_user() {
    let stage = Stage::new();
    let (first, _) = stage.log_in().await;
    let (second, session) = stage.log_in().await;
    let sessions = stage.text_of(SESSIONS);
    assert!(
        !sessions.contains("openid") && !sessions.contains("unionid"),
        "they stand in one record: {sessions}"
    );
    assert_eq!(stage.delete("/me", None, &session).await, 204);
    let dump = stage.engine.dump();
    let (_, husk) = dump.iter().find(|(place, _)| place.0 == USERS).expect("a husk is left for a day");
    let names: Vec<_> = husk.as_object().expect("an item").keys().map(String::as_str).collect();
    assert_eq!(names, ["live", "ttl", "user_id"]);
    assert_eq!(husk["ttl"]["N"], (stage.clock.now() + 86_400).to_string());
    for token in [&first, &second] {
        assert_eq!(stage.world.authorizes(token).await, Some(false));
    }
    assert_eq!(stage.delete("/me", None, &session).await, 204, "the second time too");
    assert_eq!(stage.delete("/sessions", None, &session).await, 204);
    let lines = stage.world.lines();
    assert_eq!(lines.iter().filter(|line| line["audit"] == "user_deleted").count(), 1);
    assert!(lines.iter().all(|line| !line.to_string().contains(OPENID)), "logs do not name the user");
    assert!(stage.listed(&session).await.is_empty());
}

#[tokio::test]
async fn an_erased_user_who_comes_back_is_a_new_one() {
    let stage = Stage::new();
    let (old, session) = stage.log_in().await;
    assert_eq!(stage.delete("/me", None, &session).await, 204);
    let (token, new) = stage.log_in().await;
    assert_eq!(stage.world.authorizes(&token).await, Some(true));
    assert_eq!(stage.world.authorizes(&old).await, Some(false));
    assert!(!stage.text_of(USERS).contains("ttl"), "a husk that was taken over does not go");
    let success = stage.audits().into_iter().filter(|line| line["audit"] == "session_created").count();
    assert_eq!((success, stage.listed(&new).await), (2, vec![new.id.to_string()]));
}

#[tokio::test]
async fn a_stale_identity_does_not_delete_the_account_that_came_after() {
    let stage = Stage::new();
    let (_, old) = stage.log_in().await;
    assert_eq!(stage.delete("/me", None, &old).await, 204);
    let (token, _) = stage.log_in().await;
    assert_eq!(stage.delete("/me", None, &old).await, 401);
    assert_eq!(stage.world.authorizes(&token).await, Some(true));
}

#[tokio::test]
async fn other_routes_and_methods_are_refused() {
    let stage = Stage::new();
    let (_, session) = stage.log_in().await;
    let cases =
        [("PUT", "/sessions", 405), ("GET", "/me", 405), ("GET", "/sessions/{id}", 405), ("GET", "/x", 404)];
    for (method, route, status) in cases {
        let answer = stage.world.sessions_route(method, route, None, &session).await;
        assert_eq!(answer.0, status, "{method} {route}");
    }
    let event = json!({"httpMethod": "DELETE", "resource": "/me", "body": identity(&session).to_string(),
        "headers": {"x-amzn-authorizer": identity(&session).to_string()}});
    assert_eq!(stage.world.answered(stage.world.sessions(), event).await.0, 401);
    assert!(stage.world.lines().iter().any(|line| line["operator"]["cause"].is_string()));
}
