//! How long a page's session lives, and what it may do.

use serde_json::{Value, json};

use super::{Held, KEY, OTHER, Stage, ids};
use crate::{
    connector::direct,
    engine::SESSIONS,
    world::{PAGE, World, identity},
};

#[tokio::test]
async fn pages_end_with_the_session_that_made_their_ticket_and_for_its_reason() {
    let stage = Stage::new();
    let other = stage.log_in().await;
    let parent = stage.log_in().await;
    let pages = [stage.page(&parent).await, stage.page(&parent).await];
    assert_eq!(stage.world.session_route("DELETE", &parent.0.expose()).await.0, 204);
    for page in &pages {
        stage.is_ended(page, "logged_out").await;
    }
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    let id = parent.1.id.to_string();
    assert_eq!(stage.world.sessions_route("DELETE", "/sessions/{id}", Some(&id), &other.1).await.0, 204);
    stage.is_ended(&page, "ended_by_user").await;
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    assert_eq!(stage.world.sessions_route("DELETE", "/sessions", None, &page.1).await.0, 204);
    stage.is_ended(&page, "signed_out_everywhere").await;
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    stage.world.block(page.1.user_id, None).await.expect("the tables answer");
    stage.is_ended(&page, "blocked").await;
    assert_eq!(stage.world.unblock(page.1.user_id).await, Ok(true));
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    assert_eq!(stage.world.sessions_route("DELETE", "/me", None, &parent.1).await.0, 204);
    stage.is_ended(&page, "deleted").await;
}

#[tokio::test]
async fn a_page_logs_out_alone() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let (page, other) = (stage.page(&parent).await, stage.page(&parent).await);
    assert_eq!(stage.world.session_route("DELETE", &page.0.expose()).await.0, 204);
    stage.is_ended(&page, "logged_out").await;
    assert!(stage.is_good(&parent).await && stage.is_good(&other).await);
}

#[tokio::test]
async fn of_four_pages_the_oldest_goes() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let mut pages = Vec::new();
    for _ in 0..3 {
        pages.push(stage.page(&parent).await);
    }
    drop(stage.world.lines());
    pages.push(stage.page(&parent).await);
    let ended = stage.audits().into_iter().find(|line| line["audit"] == "session_revoked");
    let ended = ended.expect("it is said");
    assert_eq!(
        (&ended["reason"], &ended["ended_session_id"]),
        (&json!("evicted"), &json!(pages[0].1.id.to_string()))
    );
    stage.is_ended(&pages[0], "evicted").await;
    for page in &pages[1..] {
        assert!(stage.is_good(page).await);
    }
    assert_eq!(stage.world.session_route("DELETE", &parent.0.expose()).await.0, 204);
    stage.is_ended(&pages[0], "evicted").await;
    for page in &pages[1..] {
        stage.is_ended(page, "logged_out").await;
    }
}

#[tokio::test]
async fn a_page_that_is_over_gives_its_place_before_one_that_lives() {
    for over in ["logged out", "never written", "expired"] {
        let stage = Stage::new();
        let parent = stage.log_in().await;
        let mut pages = Vec::new();
        for _ in 0..3 {
            pages.push(stage.page(&parent).await);
        }
        match over {
            "logged out" => drop(stage.world.session_route("DELETE", &pages[1].0.expose()).await),
            "never written" => stage.forget(&pages[1]),
            _ => {
                let mut item = stage.record(&pages[1]);
                item["expires_at"] = json!({"N": stage.clock.now().to_string()});
                stage.engine.import(SESSIONS, &item);
            }
        }
        drop(stage.world.lines());
        let newest = stage.page(&parent).await;
        for page in [&pages[0], &pages[2], &newest] {
            assert!(stage.is_good(page).await, "{over}");
        }
        assert!(
            stage.audits().iter().all(|line| line["audit"] != "session_revoked"),
            "{over}: none was thrown out"
        );
        let tombstones = stage.sessions().into_iter().filter(|item| item["state"]["S"] == "ended");
        assert_eq!(tombstones.count(), 1, "{over}: a write of it that comes late finds a tombstone");
        // Then the oldest, as ever.
        let last = stage.page(&parent).await;
        stage.is_ended(&pages[0], "evicted").await;
        for page in [&pages[2], &newest, &last] {
            assert!(stage.is_good(page).await, "{over}");
        }
        assert_eq!(stage.world.session_route("DELETE", &parent.0.expose()).await.0, 204);
        for page in [&pages[2], &newest, &last] {
            assert!(!stage.is_good(page).await, "{over}");
        }
    }
}

#[tokio::test]
async fn the_list_shows_pages_under_their_session_and_each_can_be_ended() {
    let stage = Stage::new();
    let other = stage.log_in().await;
    let parent = stage.log_in().await;
    let (first, second) = (stage.page(&parent).await, stage.page(&parent).await);
    let listed = stage.listed(&second).await;
    let row = |page: &Held, current: bool| {
        json!({"id": page.1.id.to_string(), "created_at": page.1.created_at, "last_seen_at": page.1.created_at,
            "expires_at": page.1.created_at + 7_200, "current": current, "audience": PAGE})
    };
    assert_eq!(listed.len(), 2, "a page has no place in the list: {listed:?}");
    assert_eq!(listed[0]["children"], json!([row(&second, true), row(&first, false)]));
    assert_eq!((&listed[0]["current"], &listed[1]["children"]), (&json!(false), &json!([])));
    let id = first.1.id.to_string();
    drop(stage.world.lines());
    for _ in 0..2 {
        let end = stage.world.sessions_route("DELETE", "/sessions/{id}", Some(&id), &other.1).await;
        assert_eq!(end.0, 204);
    }
    let audits = stage.audits();
    assert_eq!((audits.len(), &audits[0]["ended_session_id"]), (1, &json!(id)));
    stage.is_ended(&first, "ended_by_user").await;
    assert_eq!(ids(&stage.listed(&parent).await[0]["children"]), [second.1.id.to_string()]);
    stage.clock.set(second.1.expires_at);
    assert_eq!(stage.listed(&parent).await[0]["children"], json!([]));
}

#[tokio::test]
async fn another_users_page_is_not_found() {
    let stage = Stage::new();
    let mine = stage.log_in().await;
    let theirs = stage.world.log_in_as("oSOMEBODYELSE", KEY, None).await.expect("the tables answer");
    let page = stage.page(&theirs).await;
    let id = page.1.id.to_string();
    assert_eq!(stage.world.sessions_route("DELETE", "/sessions/{id}", Some(&id), &mine.1).await.0, 404);
    assert!(stage.is_good(&page).await);
}

#[tokio::test]
async fn what_is_for_the_mini_program_alone_is_refused_to_a_page() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    drop(stage.world.lines());
    for (method, route) in [("POST", "/tickets"), ("DELETE", "/me")] {
        let (status, body) = stage.world.sessions_route(method, route, None, &page.1).await;
        assert_eq!((status, &body["code"]), (403, &json!("not_for_child")), "{method} {route}");
        let lines = stage.world.lines();
        assert_eq!(lines[0]["session_id"], page.1.id.to_string());
        assert!(lines[0]["store_ms"].is_null(), "before any table is asked");
    }
    // Whatever stands there: only the Mini Program's own session has nothing there.
    for audience in [Value::Null, json!(""), json!(7)] {
        let mut context = identity(&parent.1);
        context["audience"] = audience;
        let event =
            json!({"httpMethod": "DELETE", "resource": "/me", "requestContext": {"authorizer": context}});
        assert_eq!(stage.world.answered(stage.world.sessions(), event).await.0, 401);
    }
    assert!(stage.is_good(&parent).await);
}

#[tokio::test]
async fn a_ticket_is_made_for_the_one_page_and_the_one_session() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    for audience in [OTHER, "", "https://m.example.com/", "https://M.example.com", "null"] {
        let (status, body) = stage.world.make_ticket(&parent, audience).await;
        assert_eq!((status, &body["code"]), (400, &json!("audience_unknown")), "{audience}");
    }
    let theirs = stage.world.log_in_as("oSOMEBODYELSE", KEY, None).await.expect("the tables answer");
    let mixed = (theirs.0.clone(), parent.1.clone());
    assert_eq!(stage.world.make_ticket(&mixed, PAGE).await.0, 401, "the token is not the caller's");
    assert_eq!(stage.sessions().len(), 2, "no ticket was made");
}

#[tokio::test]
async fn a_login_that_presents_a_pages_token_leaves_the_list_alone() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    let next = stage.world.log_in(KEY, Some(&page.0)).await.expect("the tables answer");
    assert!(stage.is_good(&parent).await && stage.is_good(&page).await && stage.is_good(&next).await);
    assert_eq!(stage.listed(&next).await.len(), 2);
    let again = stage.world.log_in(KEY, Some(&parent.0)).await.expect("the tables answer");
    stage.is_ended(&page, "replaced").await;
    assert_eq!(stage.listed(&again).await.len(), 2);
}

#[tokio::test]
async fn a_check_moves_no_end_of_a_page_and_is_seen() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    stage.clock.advance(4_000);
    drop(stage.world.lines());
    let (status, body) = stage.world.session_route("GET", &page.0.expose()).await;
    assert_eq!(status, 200);
    assert_eq!(stage.audits(), Vec::<Value>::new(), "nothing was renewed");
    assert_eq!(body["session"]["expires_at"], page.1.created_at + 7_200);
    assert_eq!(body["session"]["absolute_expires_at"], page.1.created_at + 7_200);
    let listed = stage.listed(&page).await;
    assert_eq!(listed[0]["children"][0]["last_seen_at"], stage.clock.now());
    stage.clock.set(page.1.created_at + 7_200);
    stage.is_ended(&page, "expired").await;
    assert!(stage.is_good(&parent).await);
}

#[tokio::test]
async fn rules_that_became_shorter_reach_a_page() {
    for (name, seconds) in [("PAGE_SESSION_SECONDS", 300), ("IDLE_SECONDS", 900), ("ABSOLUTE_SECONDS", 3_600)]
    {
        let stage = Stage::new();
        let parent = stage.log_in().await;
        let page = stage.page(&parent).await;
        let from = if name == "PAGE_SESSION_SECONDS" { page.1.created_at } else { parent.1.created_at };
        let world = World::over(direct(&stage.engine), &stage.clock, 2, &[(name, &seconds.to_string())]);
        stage.clock.set(from + seconds - 1);
        assert_eq!(world.authorizes(&page.0).await, Some(true), "{name}");
        stage.clock.advance(1);
        assert_eq!(world.authorizes(&page.0).await, Some(false), "{name}");
    }
}
