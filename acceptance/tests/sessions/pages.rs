//! Pages in a web-view: tickets, the sessions that they become, and what ends these.

use serde_json::{Value, json};
use wxsession::{Clock, serve, session::Session, token::SessionToken};

use crate::{
    connector::direct,
    engine::{Call, Engine, SESSIONS},
    world::{NOW, PAGE, World, identity},
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

#[tokio::test]
async fn a_ticket_becomes_a_session_of_the_page_in_the_form_of_a_login() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let (status, made) = stage.world.make_ticket(&parent, PAGE).await;
    let ticket = made["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!((status, &made), (200, &json!({"ticket": ticket, "expires_in": 60})));
    assert!(ticket.len() == 47 && ticket.starts_with("wxt_"), "{ticket}");
    drop(stage.world.lines());
    let (status, reply) = stage.world.redeem_route(&ticket, PAGE).await;
    assert_eq!(status, 200, "{reply}");
    let now = stage.clock.now();
    let user = parent.1.user_id.to_string();
    assert_eq!(
        reply,
        json!({"token": reply["token"], "token_type": "Bearer", "expires_at": now + 7_200,
            "absolute_expires_at": now + 7_200, "check_after": now + 60,
            "session": {"id": reply["session"]["id"]}, "user": {"id": user, "is_new": false}})
    );
    let audits = stage.audits();
    assert_eq!(audits.len(), 1, "{audits:?}");
    assert_eq!(audits[0]["audit"], "ticket_redeemed");
    assert_eq!(audits[0]["session_id"], reply["session"]["id"]);
    assert_eq!(audits[0]["parent_session_id"], parent.1.id.to_string());
    let token = reply["token"].as_str().expect("a token");
    assert_eq!(stage.world.authorizes_text(token).await, Some(true));
    let stored = json!(stage.sessions()).to_string();
    assert!(!stored.contains(&ticket[4..]) && !stored.contains(&token[4..68]), "only hashes: {stored}");
}

#[tokio::test]
async fn the_authorizer_hands_on_whose_page_it_is_and_when_the_user_logged_in() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    stage.clock.advance(600);
    let page = stage.page(&parent).await;
    for (held, audience) in [(&parent, Value::Null), (&page, json!(PAGE))] {
        let context = stage.world.context(&held.0).await;
        assert_eq!(context["audience"], audience);
        assert_eq!(context["auth_time"], parent.1.created_at.to_string());
        assert_eq!(context["session_id"], held.1.id.to_string());
    }
}

#[tokio::test]
async fn a_ticket_is_good_for_a_minute() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let [first, second] = [stage.ticket(&parent).await, stage.ticket(&parent).await];
    stage.clock.advance(59);
    assert!(stage.world.redeem(&first, &parent).await.is_some());
    stage.clock.advance(1);
    stage.is_refused(&second, "expired_ticket").await;
}

#[tokio::test]
async fn junk_is_refused_before_any_table_is_asked() {
    let stage = Stage::new();
    let good = "wxt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for junk in ["", "wxt_", &good[..46], &format!("{good}A"), &format!("{}B", &good[..46]), "wxs_"] {
        stage.is_refused(junk, "ticket_form").await;
    }
    stage.is_refused(good, "unknown_ticket").await;
}

#[tokio::test]
async fn another_page_is_refused_and_the_ticket_is_still_good() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let ticket = stage.ticket(&parent).await;
    let redeem = |origin: Option<&str>, audience: &str| {
        let headers = origin.map_or(json!({}), |origin| json!({"Origin": origin}));
        let body = json!({"ticket": ticket, "audience": audience}).to_string();
        json!({"httpMethod": "POST", "resource": "/tickets/redeem", "headers": headers, "body": body})
    };
    for (event, reason) in [
        (redeem(None, OTHER), "ticket_of_another_page"),
        (redeem(Some(OTHER), OTHER), "ticket_of_another_page"),
        (redeem(Some(PAGE), ""), "ticket_of_another_page"),
        (redeem(Some(OTHER), PAGE), "origin_of_another_page"),
        (redeem(Some("null"), PAGE), "origin_of_another_page"),
        (redeem(Some(""), PAGE), "origin_of_another_page"),
        (redeem(Some("https://M.example.com"), PAGE), "origin_of_another_page"),
    ] {
        drop(stage.world.lines());
        let (status, body) = stage.world.answered(stage.world.login(), event).await;
        stage.was_refused((status, &body), reason);
    }
    let (status, _) = stage.world.answered(stage.world.login(), redeem(None, PAGE)).await;
    assert_eq!(status, 200, "what is no browser sends no Origin");
}

#[tokio::test]
async fn a_ticket_of_a_page_that_was_served_before_is_refused() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let ticket = stage.ticket(&parent).await;
    let moved = World::over(direct(&stage.engine), &stage.clock, 2, &[("PAGE_ORIGIN", OTHER)]);
    assert_eq!(moved.redeem_route(&ticket, OTHER).await.0, 409);
    assert_eq!(moved.lines().last().expect("a line")["reason"], "ticket_of_another_page");
    let off = World::over(direct(&stage.engine), &stage.clock, 2, &[("PAGE_ORIGIN", "")]);
    assert_eq!(off.redeem_route(&ticket, PAGE).await.0, 409);
    assert_eq!(off.lines().last().expect("a line")["reason"], "tickets_off");
    let (status, body) = off.make_ticket(&parent, PAGE).await;
    assert_eq!((status, &body["code"]), (404, &json!("not_enabled")));
    assert!(stage.world.redeem(&ticket, &parent).await.is_some(), "and was not used up");
}

#[tokio::test]
async fn a_second_redemption_is_refused_and_ends_what_the_first_one_made() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let ticket = stage.ticket(&parent).await;
    let page = stage.world.redeem(&ticket, &parent).await.expect("the first");
    stage.clock.advance(3_600);
    stage.is_refused(&ticket, "used_ticket").await;
    stage.is_ended(&page, "ticket_reused").await;
    stage.is_refused(&ticket, "used_ticket").await;
    assert!(stage.is_good(&parent).await, "the Mini Program's own session stays");
    let ticket = stage.ticket(&parent).await;
    let page = stage.world.redeem(&ticket, &parent).await.expect("another one");
    drop(stage.world.lines());
    stage.world.redeem_route(&ticket, PAGE).await;
    let audits = stage.audits();
    assert_eq!(audits.len(), 1);
    assert_eq!(audits[0]["audit"], "ticket_reused");
    assert_eq!(audits[0]["ended_session_id"], page.1.id.to_string());
}

#[tokio::test]
async fn every_redemption_after_the_first_leaves_its_event() {
    for over in ["ended before", "never written", "gone", "ended and gone"] {
        let stage = Stage::new();
        let parent = stage.log_in().await;
        let ticket = stage.ticket(&parent).await;
        let page = stage.world.redeem(&ticket, &parent).await.expect("the first");
        if over.starts_with("ended") {
            assert_eq!(stage.world.session_route("DELETE", &page.0.expose()).await.0, 204);
        }
        if over != "ended before" {
            stage.forget(&page);
        }
        drop(stage.world.lines());
        for _ in 0..3 {
            stage.world.redeem_route(&ticket, PAGE).await;
        }
        let audits = stage.audits();
        assert_eq!(audits.len(), 3, "{over}: {audits:?}");
        for event in audits {
            assert_eq!(
                (&event["audit"], event.get("ended_session_id")),
                (&json!("ticket_reused"), None),
                "{over}"
            );
        }
    }
}

#[tokio::test]
async fn a_damaged_record_is_refused_like_the_others_and_the_operator_is_told() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let ticket = stage.ticket(&parent).await;
    let mut item = stage.record(&parent);
    item["expires_at"] = json!({"S": "soon"});
    stage.engine.import(SESSIONS, &item);
    drop(stage.world.lines());
    let (status, body) = stage.world.redeem_route(&ticket, PAGE).await;
    assert_eq!((status, &body["code"], body.get("operator")), (409, &json!("ticket_invalid"), None));
    let lines = stage.world.lines();
    let line = lines.last().expect("a line");
    assert_eq!((&line["reason"], &line["level"]), (&json!("damaged"), &json!("ERROR")));
    assert_eq!(line["operator"]["cause"], "a record is damaged: attribute expires_at");
}

#[tokio::test]
async fn a_ticket_of_a_session_that_is_over_is_refused() {
    for over in ["logged out", "signed out", "ended", "blocked", "erased"] {
        let stage = Stage::new();
        let (parent, other) = (stage.log_in().await, stage.log_in().await);
        let ticket = stage.ticket(&parent).await;
        let id = parent.1.id.to_string();
        let ends = |route: &'static str| {
            let (world, id, other) = (&stage.world, &id, &other.1);
            async move { world.sessions_route("DELETE", route, Some(id), other).await.0 == 204 }
        };
        assert!(match over {
            "logged out" => stage.world.session_route("DELETE", &parent.0.expose()).await.0 == 204,
            "signed out" => ends("/sessions").await,
            "ended" => ends("/sessions/{id}").await,
            "blocked" => stage.world.block(parent.1.user_id, None).await.is_ok(),
            _ => ends("/me").await,
        });
        stage.is_refused(&ticket, "parent_over").await;
        let pages = stage.sessions().into_iter().filter(|item| item["sk"]["S"] != "ticket");
        assert_eq!(pages.filter(|item| item.get("parent").is_some()).count(), 0, "{over}");
    }
}

#[tokio::test]
async fn a_ticket_of_the_last_second_is_refused_in_the_next() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    stage.clock.set(parent.1.expires_at - 1);
    let [first, second] = [stage.ticket(&parent).await, stage.ticket(&parent).await];
    let page = stage.world.redeem(&first, &parent).await.expect("it is redeemed");
    assert_eq!(page.1.expires_at, parent.1.expires_at, "no longer than the Mini Program's own");
    stage.clock.advance(1);
    stage.is_refused(&second, "parent_over").await;
}

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

/// The answers of a function to a page, as its door sends them.
async fn headers(world: &World, function: &impl serve::Function, event: Value) -> (u16, Value) {
    let answer = serve::invoke_json(function, &world.log(), event, "test").await.expect("a response");
    let headers = answer["headers"].as_object().into_iter().chain(answer["multiValueHeaders"].as_object());
    let headers = headers
        .flatten()
        .map(|(name, value)| (name.to_lowercase(), value[0].as_str().or(value.as_str()).into()));
    let headers: serde_json::Map<_, _> = headers.collect();
    (u16::try_from(answer["statusCode"].as_u64().expect("a status")).expect("a status"), headers.into())
}

fn cors(headers: &Value) -> (&Value, &Value, &Value) {
    let named = |name: &str| &headers[name];
    (named("access-control-allow-origin"), named("access-control-expose-headers"), named("vary"))
}

#[tokio::test]
async fn the_one_page_is_shown_the_answers_of_its_routes_and_no_others() {
    let stage = Stage::new();
    let parent = stage.log_in().await;
    let page = stage.page(&parent).await;
    let world = &stage.world;
    let event = |method: &str, resource: &str, origin: &str, token: Option<&Held>| {
        let mut headers = json!({"Origin": origin});
        if let Some((token, _)) = token {
            headers["Authorization"] = format!("Bearer {}", &*token.expose()).into();
        }
        json!({"httpMethod": method, "resource": resource, "headers": headers, "body": "{}",
            "requestContext": {"authorizer": token.map(|held| identity(&held.1))}})
    };
    let (shown, exposed, varies) = (json!(PAGE), json!("Retry-After"), json!("Origin"));
    let yes = (&shown, &exposed, &varies);
    let of_another = (&Value::Null, &Value::Null, &varies);
    let no = (&Value::Null, &Value::Null, &Value::Null);
    for (function, method, resource, held, status, is_for_pages) in [
        ("login", "POST", "/tickets/redeem", None, 400, true),
        ("login", "POST", "/login", None, 400, false),
        ("login", "GET", "/tickets/redeem", None, 405, true),
        ("check", "GET", "/session", None, 401, true),
        ("check", "GET", "/session", Some(&parent), 200, true),
        ("sessions", "GET", "/sessions", Some(&parent), 200, true),
        ("sessions", "GET", "/sessions", None, 401, true),
        ("sessions", "DELETE", "/sessions/{id}", Some(&parent), 404, true),
        ("sessions", "POST", "/tickets", Some(&parent), 400, false),
        ("sessions", "DELETE", "/me", None, 401, false),
        ("sessions", "POST", "/tickets", Some(&page), 403, true),
        ("sessions", "DELETE", "/me", Some(&page), 403, true),
        ("sessions", "GET", "/nowhere", None, 404, false),
    ] {
        for (origin, answer) in [(PAGE, yes), (OTHER, of_another), ("null", of_another)] {
            let event = event(method, resource, origin, held);
            let (got, headers) = match function {
                "login" => headers(world, world.login(), event).await,
                "check" => headers(world, world.check(), event).await,
                _ => headers(world, world.sessions(), event).await,
            };
            assert_eq!(got, status, "{method} {resource}");
            let expected = if is_for_pages { answer } else { no };
            assert_eq!(cors(&headers), expected, "{method} {resource} {origin}");
            assert!(headers["access-control-allow-credentials"].is_null());
        }
    }
}

#[tokio::test]
async fn without_a_page_origin_nobody_is_shown_anything() {
    let stage = Stage::with(&[("PAGE_ORIGIN", "")]);
    for origin in [PAGE, "", "null"] {
        let event = json!({"httpMethod": "GET", "resource": "/session", "headers": {"Origin": origin}});
        let (status, headers) = headers(&stage.world, stage.world.check(), event).await;
        assert_eq!((status, cors(&headers)), (401, (&Value::Null, &Value::Null, &Value::Null)));
    }
}

#[tokio::test]
async fn neither_a_refused_ticket_nor_a_preflight_is_a_failed_login() {
    let stage = Stage::new();
    let world = &stage.world;
    let log = world.log_of("login");
    let ask = async |method: &str, resource: &str| {
        let event = json!({"httpMethod": method, "resource": resource, "body": "{}"});
        drop(serve::invoke_json(world.login(), &log, event, "test").await.expect("a response"));
        let lines = world.lines();
        let failed = lines.iter().any(|line| line["audit"] == "authn_login_fail");
        let line = lines.last().expect("a line").clone();
        (failed, line["logins"].clone(), line["logins_refused"].clone())
    };
    assert_eq!(ask("POST", "/login").await, (true, json!(0), json!(1)), "a login is one");
    for (method, resource) in
        [("POST", "/tickets/redeem"), ("OPTIONS", "/tickets/redeem"), ("OPTIONS", "/login")]
    {
        assert_eq!(ask(method, resource).await, (false, Value::Null, Value::Null), "{method} {resource}");
    }
}

/// What the gate refuses is a redemption all the same: no login, and the page can read the refusal.
#[tokio::test]
async fn a_redemption_that_the_gate_refuses_is_no_failed_login_and_is_shown_to_the_page() {
    let stage = Stage::new();
    let log = stage.world.log_of("login");
    let (huge, good) = ("x".repeat(300 * 1024), "{}".to_owned());
    let twice = json!({"Origin": [PAGE], "Authorization": ["Bearer a", "Bearer b"]});
    let joined = json!({"origin": PAGE, "authorization": "Bearer a,Bearer b"});
    let once = json!({"origin": PAGE});
    let rest = |resource: &str, headers: &Value, body: &str, path: &str| {
        let lines = if headers["Origin"].is_array() { "multiValueHeaders" } else { "headers" };
        json!({"httpMethod": "POST", "resource": resource, "path": path, lines: headers, "body": body})
    };
    let http = |key: &str, headers: &Value, body: &str| {
        json!({"version": "2.0", "routeKey": key, "rawPath": "/v1/tickets/redeem", "headers": headers, "body": body,
            "requestContext": {"stage": "v1", "http": {"method": "POST"}}})
    };
    let (redeem, path) = ("/tickets/redeem", "/tickets/redeem");
    for (event, status) in [
        (rest(redeem, &once, &huge, path), 413),
        (rest(redeem, &twice, &good, path), 400),
        (rest("/{proxy+}", &twice, &good, path), 400),
        (http("POST /tickets/redeem", &once, &huge), 413),
        (http("POST /tickets/redeem", &joined, &good), 400),
        (http("$default", &joined, &good), 400),
    ] {
        drop(stage.world.lines());
        let answer = serve::invoke_json(stage.world.login(), &log, event.clone(), "test").await;
        let answer = answer.expect("a response");
        assert_eq!(answer["statusCode"], status, "{answer}");
        assert!(answer.to_string().contains(&format!("{PAGE:?}")), "{answer}");
        let lines = stage.world.lines();
        assert_eq!((lines.len(), &lines[0]["logins"]), (1, &Value::Null), "{lines:?}");
    }
    drop(stage.world.lines());
    let event = rest("/login", &once, &huge, "/login");
    drop(serve::invoke_json(stage.world.login(), &log, event, "test").await.expect("a response"));
    assert_eq!(stage.world.lines()[0]["audit"], "authn_login_fail", "a login is one still");
}
