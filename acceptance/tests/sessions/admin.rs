//! The operator's command, on tables behind a socket.

use clap::Parser;
use operator::admin::{Admin, Outcome};
use wxsession::{Clock, session::Session, token::SessionToken};

use crate::{
    connector::direct,
    engine::{Engine, SESSIONS, USERS},
    served::Served,
    world::{APP, OPENID, World},
};

struct Stage {
    served: Served,
    world: World,
}

impl Stage {
    async fn start() -> Self {
        let engine = Engine::new();
        let world = World::over(direct(&engine), &Clock::system(), 3, &[]);
        Self { served: Served::start(&engine).await, world }
    }

    async fn log_in(&self) -> (SessionToken, Session) {
        self.world.log_in("tiihtNczf5v6AKRyjwEUhQ==", None).await.expect("the tables answer")
    }

    /// Runs the command for the user, types `typed`, and gives what was printed.
    async fn run(&self, words: &[&str], openid: &str, typed: &str) -> (Outcome, String) {
        run(&self.served.endpoint, words, openid, typed).await
    }
}

async fn run(endpoint: &str, words: &[&str], openid: &str, typed: &str) -> (Outcome, String) {
    let named = ["--app-id", APP, "--openid", openid, "--endpoint", endpoint];
    let tables = ["--users-table", USERS, "--sessions-table", SESSIONS];
    let words = ["admin"].iter().chain(words).chain(&named).chain(&tables);
    let admin = Admin::try_parse_from(words).expect("a command line that is understood");
    let mut printed = Vec::new();
    let outcome = admin.run_with(&mut typed.as_bytes(), &mut printed).await;
    let printed = String::from_utf8(printed).expect("text");
    assert!(!printed.contains(openid), "the openid is not printed: {printed}");
    (outcome, printed)
}

#[tokio::test]
async fn lists_sessions_with_their_state() {
    let stage = Stage::start().await;
    let (token, first) = stage.log_in().await;
    let (_, second) = stage.log_in().await;
    assert_eq!(stage.world.session_route("DELETE", &token.expose()).await.0, 204);
    let (outcome, printed) = stage.run(&["sessions"], OPENID, "").await;
    assert_eq!(outcome, Outcome::Done);
    assert!(printed.contains("1 good sessions"), "{printed}");
    assert!(printed.contains(&format!("{}  good ", second.id)), "{printed}");
    assert!(printed.contains(&format!("{}  logged_out ", first.id)), "{printed}");
}

#[tokio::test]
async fn asks_before_it_signs_out_everywhere() {
    let stage = Stage::start().await;
    let (token, _) = stage.log_in().await;
    for typed in ["", "no\n", "y\n", "YES\n"] {
        assert_eq!(stage.run(&["sign-out"], OPENID, typed).await.0, Outcome::NotConfirmed, "{typed:?}");
    }
    assert_eq!(stage.world.authorizes(&token).await, Some(true));
    assert_eq!(stage.run(&["sign-out"], OPENID, "yes\n").await.0, Outcome::Done);
    assert_eq!(stage.world.authorizes(&token).await, Some(false));
}

#[tokio::test]
async fn ends_one_session_without_asking_when_told_so() {
    let stage = Stage::start().await;
    let (first, session) = stage.log_in().await;
    let (second, _) = stage.log_in().await;
    let id = session.id.to_string();
    let words = ["sign-out", "--yes", "--session", id.as_str()];
    assert_eq!(stage.run(&words, OPENID, "").await.0, Outcome::Done);
    assert_eq!(stage.world.authorizes(&first).await, Some(false));
    assert_eq!(stage.world.authorizes(&second).await, Some(true));
    let (outcome, printed) = stage.run(&words, OPENID, "").await;
    assert_eq!((outcome, printed.as_str()), (Outcome::Done, "There was nothing left to end.\n"));
}

#[tokio::test]
async fn tells_an_unknown_user_from_tables_that_cannot_be_asked() {
    let stage = Stage::start().await;
    stage.log_in().await;
    assert_eq!(stage.run(&["sign-out", "--yes"], "oNOBODY", "").await.0, Outcome::NotFound);
    let words = ["sign-out", "--yes", "--session", "018bcfe5-6800-7000-8000-000000000000"];
    assert_eq!(stage.run(&words, OPENID, "").await.0, Outcome::NotFound);
    let (outcome, printed) = run("http://127.0.0.1:9", &["sessions"], OPENID, "").await;
    assert_eq!(outcome, Outcome::Unavailable, "{printed}");
}
