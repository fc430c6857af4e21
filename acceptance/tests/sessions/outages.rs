//! The tables break down in the middle of a request: "cannot tell" never becomes "done", and what was
//! begun can be finished.

use serde_json::json;
use wxsession::{Clock, session::Session, token::SessionToken};

use crate::{
    connector::{Flaky, Trouble},
    engine::{Engine, USERS},
    world::{NOW, PAGE, World},
};

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
/// The most calls that one of these requests makes, and one more.
const CALLS: usize = 8;

struct Stage {
    engine: Engine,
    flaky: Flaky,
    world: World,
    tokens: Vec<SessionToken>,
    asking: Session,
    other: Session,
}

impl Stage {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let engine = Engine::new();
        let flaky = Flaky::new(&engine);
        let world = World::over(flaky.client(), &Clock::stopped(NOW), 41, settings);
        let (other_token, other) = world.log_in(KEY, None).await.expect("the tables answer");
        let (_, _) = world.log_in(KEY, None).await.expect("the tables answer");
        let (token, asking) = world.log_in(KEY, None).await.expect("the tables answer");
        Self { engine, flaky, world, tokens: vec![token, other_token], asking, other }
    }

    async fn request(&self, method: &str, route: &str, trouble: Option<Trouble>) -> u16 {
        self.flaky.set(trouble);
        let id = self.other.id.to_string();
        let (status, _) = self.world.sessions_route(method, route, Some(&id), &self.asking).await;
        self.flaky.set(None);
        status
    }

    fn asking(&self) -> (SessionToken, Session) {
        (self.tokens[0].clone(), self.asking.clone())
    }

    async fn accepted(&self) -> Vec<bool> {
        let mut accepted = Vec::new();
        for token in &self.tokens {
            accepted.push(self.world.authorizes(token).await.expect("the tables answer again"));
        }
        accepted
    }

    fn text_of(&self, table: &str) -> String {
        let dump = self.engine.dump();
        dump.iter().filter(|(place, _)| place.0 == table).map(|(_, item)| item.to_string()).collect()
    }
}

fn troubles() -> impl Iterator<Item = Trouble> {
    let all = (0..CALLS).flat_map(|after| [(after, false), (after, true)]);
    all.map(|(after, is_executed)| Trouble { after, is_executed })
}

#[tokio::test]
async fn an_end_that_is_not_known_is_not_promised() {
    for (route, ends) in [("/sessions", [false, false]), ("/sessions/{id}", [true, false])] {
        for trouble in troubles().take(6) {
            let stage = Stage::new().await;
            let status = stage.request("DELETE", route, Some(trouble)).await;
            let calls = if route == "/sessions" { 2 } else { 3 };
            assert_eq!(status, if trouble.after < calls { 503 } else { 204 }, "{route} {trouble:?}");
            if status == 204 {
                assert_eq!(stage.accepted().await, ends, "{route} {trouble:?}");
            }
            assert_eq!(stage.request("DELETE", route, None).await, 204, "it can be repeated");
            assert_eq!(stage.accepted().await, ends, "{route} {trouble:?}");
        }
    }
}

#[tokio::test]
async fn a_list_that_is_not_complete_is_not_given() {
    for trouble in troubles().take(4) {
        let stage = Stage::new().await;
        assert_eq!(stage.request("GET", "/sessions", Some(trouble)).await, 503, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_deletion_that_was_cut_off_can_be_finished_or_is_done() {
    let mut statuses = Vec::new();
    for trouble in troubles() {
        let stage = Stage::new().await;
        let status = stage.request("DELETE", "/me", Some(trouble)).await;
        statuses.push(status);
        let accepted = stage.accepted().await;
        if status != 204 && accepted[0] {
            assert_eq!(status, 503, "{trouble:?}");
            assert_eq!(stage.request("DELETE", "/me", None).await, 204, "{trouble:?}: it can be repeated");
        }
        let user = stage.text_of(USERS);
        assert!(!user.contains("openid") && !user.contains("session_key"), "{trouble:?}: {user}");
        assert_eq!(stage.accepted().await, [false, false], "{trouble:?}");
    }
    assert!(statuses.contains(&503) && statuses.contains(&204), "{statuses:?}");
}

/// A login makes three calls, or four when the list is full.
#[tokio::test]
async fn a_login_that_is_not_known_to_be_listed_is_not_promised() {
    for cap in ["5", "3"] {
        let calls = if cap == "5" { 3 } else { 4 };
        for trouble in troubles() {
            let stage = Stage::with(&[("MAX_SESSIONS_PER_USER", cap)]).await;
            stage.flaky.set(Some(trouble));
            let outcome = stage.world.log_in(KEY, None).await.map_err(|problem| problem.code.status());
            stage.flaky.set(None);
            // The list's answer may be lost and the list written: three attempts see what the first has left.
            assert_eq!(outcome.is_ok(), trouble.after >= calls, "{trouble:?} {:?}", outcome.err());
            if let Err(status) = outcome {
                assert_eq!(status, 503, "{trouble:?}");
                let (again, _) = stage.world.log_in(KEY, None).await.expect("the tables answer again");
                assert_eq!(stage.world.authorizes(&again).await, Some(true));
            }
        }
    }
}

#[tokio::test]
async fn a_ticket_that_is_not_known_to_be_written_is_not_given() {
    for trouble in troubles().take(4) {
        let stage = Stage::new().await;
        stage.flaky.set(Some(trouble));
        let (status, _) = stage.world.make_ticket(&stage.asking(), PAGE).await;
        assert_eq!(status, if trouble.after < 1 { 503 } else { 200 }, "{trouble:?}");
    }
}

/// The calls of a redemption for which the oldest page has to go: ticket read and used, parent and user read, the pages
/// read, the oldest ended, the new one named and written.
const REDEMPTION: usize = 7;
/// Which of them ends the oldest page.
const EVICTION: usize = 4;

#[tokio::test]
async fn a_page_that_is_not_known_to_be_written_is_not_promised_and_nothing_outlives_a_logout() {
    for trouble in troubles() {
        let stage = Stage::new().await;
        let parent = stage.asking();
        let mut pages = Vec::new();
        for _ in 0..3 {
            let ticket = stage.world.ticket(&parent).await.expect("the tables answer");
            pages.push(stage.world.redeem(&ticket, &parent).await.expect("the tables answer").0);
        }
        let ticket = stage.world.ticket(&parent).await.expect("the tables answer");
        drop(stage.world.lines());
        stage.flaky.set(Some(trouble));
        let (status, body) = stage.world.redeem_route(&ticket, PAGE).await;
        stage.flaky.set(None);
        let thrown_out = stage.world.lines().into_iter().filter(|line| line["audit"] == "session_revoked");
        assert_eq!(
            thrown_out.count(),
            usize::from(trouble.after > EVICTION),
            "{trouble:?}: it leaves its event"
        );
        assert_eq!(status, if trouble.after < REDEMPTION { 503 } else { 200 }, "{trouble:?} {body}");
        if status == 503 {
            assert_eq!(body["code"], json!("store_unavailable"), "never a 409");
        }
        // The reload: a page that never heard its token. The Mini Program opens it again.
        let again = stage.world.ticket(&parent).await.expect("the tables answer again");
        let again = stage.world.redeem(&again, &parent).await.expect("the tables answer again").0;
        assert_eq!(stage.world.authorizes(&again).await, Some(true), "{trouble:?}");
        pages.push(again);
        pages.extend(body["token"].as_str().map(|token| SessionToken::parse(token).expect("a token")));
        assert_eq!(stage.world.session_route("DELETE", &parent.0.expose()).await.0, 204);
        for page in &pages {
            assert_eq!(stage.world.authorizes(page).await, Some(false), "{trouble:?}");
        }
        let dump = stage.engine.dump();
        let active =
            dump.values().filter(|item| item["state"]["S"] == "active" && item.get("parent").is_some());
        assert_eq!(active.count(), 0, "{trouble:?}: no page is left, whoever may have its token");
    }
}

#[tokio::test]
async fn a_second_redemption_that_cannot_end_the_first_is_no_refusal() {
    for trouble in troubles().take(4) {
        let stage = Stage::new().await;
        let parent = stage.asking();
        let ticket = stage.world.ticket(&parent).await.expect("the tables answer");
        let page = stage.world.redeem(&ticket, &parent).await.expect("the tables answer").0;
        drop(stage.world.lines());
        stage.flaky.set(Some(trouble));
        let (status, _) = stage.world.redeem_route(&ticket, PAGE).await;
        stage.flaky.set(None);
        assert_eq!(status, if trouble.after < 2 { 503 } else { 409 }, "{trouble:?}");
        let seen = stage.world.lines().into_iter().filter(|line| line["audit"] == "ticket_reused").count();
        assert_eq!(seen, usize::from(trouble.after > 0), "{trouble:?}: it was seen");
        assert_eq!(stage.world.redeem_route(&ticket, PAGE).await.0, 409, "it can be repeated");
        assert_eq!(stage.world.authorizes(&page).await, Some(false));
    }
}

/// The logout of the session that made their tickets wrote its tombstone, and not theirs.
#[tokio::test]
async fn pages_that_a_logout_left_alive_are_listed_and_can_be_ended() {
    for by in ["their own id", "their parent's id", "the logout again"] {
        let stage = Stage::new().await;
        let parent = stage.asking();
        let ticket = stage.world.ticket(&parent).await.expect("the tables answer");
        let page = stage.world.redeem(&ticket, &parent).await.expect("the tables answer");
        let own = parent.1.id.to_string();
        let end = async |id: &str, asking: &Session| {
            stage.world.sessions_route("DELETE", "/sessions/{id}", Some(id), asking).await.0
        };
        // User and list are read, then the parent ends.
        stage.flaky.set(Some(Trouble { after: 3, is_executed: false }));
        assert_eq!(end(&own, &parent.1).await, 503);
        stage.flaky.set(None);
        assert_eq!(stage.world.authorizes(&parent.0).await, Some(false));
        assert_eq!(stage.world.authorizes(&page.0).await, Some(true), "it is alive");
        let (status, body) = stage.world.sessions_route("GET", "/sessions", None, &stage.other).await;
        assert_eq!(status, 200);
        let listed = body["sessions"].as_array().expect("a list");
        let id = page.1.id.to_string();
        let found: Vec<_> = listed.iter().filter(|session| session["id"] == *id).collect();
        assert_eq!(found.len(), 1, "{by}: {body}");
        assert_eq!((&found[0]["audience"], &found[0]["children"]), (&json!(PAGE), &json!([])), "{body}");
        assert!(listed.iter().all(|session| session["id"] != *own), "the ended one is not listed");
        let ended = match by {
            "their own id" => end(&id, &stage.other).await,
            "their parent's id" => end(&own, &stage.other).await,
            _ => stage.world.session_route("DELETE", &parent.0.expose()).await.0,
        };
        assert_eq!(ended, 204, "{by}");
        assert_eq!(stage.world.authorizes(&page.0).await, Some(false), "{by}");
    }
}
