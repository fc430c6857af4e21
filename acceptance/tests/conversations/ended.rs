//! Why a session ended: said at `GET /session` to who holds its token, and nowhere else.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use operator::{conversation::LoggedIn, http_client::Reply};
use serde_json::{Value, json};
use wechat_simulator::DEFAULT_APP;
use wxsession::{
    Random, SessionId, UserId,
    account::{Block, Reason},
    aws::{Account, Budget},
    session::{Ended, Rules, SessionRecord},
    store::{
        SessionKey, Sessions, Users,
        children::{Named, with_child},
        users::Moment,
    },
    token::{Realm, SessionToken},
};

use crate::support::{START, Stage};

/// The two tables, past the functions: what other functions than those behind the routes do to them.
struct Tables {
    users: Users,
    sessions: Sessions,
    random: Random,
}

impl Tables {
    fn of(stage: &Stage) -> Self {
        let env = HashMap::from([
            ("AWS_REGION".to_owned(), "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID".to_owned(), "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "local".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), stage.service.dynamodb.endpoint()),
        ]);
        let client = Account::read(&env).expect("complete").dynamodb(Budget::WRITE);
        Self {
            users: Users::new(client.clone(), "UsersTable"),
            sessions: Sessions::new(client, "SessionsTable"),
            random: Random::system(),
        }
    }

    async fn block(&self, user: UserId, until: Option<i64>) {
        let block = Block::new(START, until, Reason::new("spam").expect("a code")).expect("a block");
        let until = Instant::now() + Duration::from_secs(10);
        let moment = Moment { now_ms: START * 1_000, until, random: &self.random };
        self.users.block(user, &block, moment).await.expect("the table answers");
    }

    /// A session derived from the one of `token`, as redeeming a ticket makes it.
    async fn child(&self, token: &str) -> SessionToken {
        let parent = key(token);
        let child = SessionToken::generate(parent.user, &self.random);
        let child_key = key(&child.expose());
        let records = self.sessions.some(parent.user, [parent.hash]).await.expect("the table answers");
        let of = records[0].1.as_ref().ok().and_then(SessionRecord::session).expect("it is good");
        let id = SessionId::generate(START * 1_000, self.random.bytes());
        let page = "https://m.example.com";
        let session = Rules::AS_PROMISED.page_session((&parent.hash, of), id, page, START);
        let (new, _) = with_child(&of.children, &[], child_key.hash);
        assert_eq!(self.sessions.name_children(&parent, &of.children, &new).await, Ok(Named::Done));
        self.sessions.create(&child_key, &session).await.expect("the table answers");
        child
    }
}

fn key(token: &str) -> SessionKey {
    let token = SessionToken::parse(token).expect("a token");
    SessionKey::of(&token, &Realm::new("1").expect("the default"))
}

/// A user who can log in again.
struct Person {
    openid: String,
}

impl Stage {
    async fn person(&self) -> Person {
        let (_, openid) = self.target.js_code(&self.target.app_id, None).await.expect("a code");
        Person { openid }
    }

    async fn logs_in(&self, person: &Person) -> LoggedIn {
        self.target.log_in(Some(&person.openid)).await.expect("a login")
    }

    /// A login with more in it.
    async fn posts(&self, person: &Person, presented: Option<&str>, install: Option<&str>) -> Reply {
        let code = self.service.simulator.mint_code(DEFAULT_APP.0, Some(&person.openid));
        let mut body = json!({ "code": code });
        if let Some(install) = install {
            body["install_id"] = install.into();
        }
        let login = self.target.service.request("POST", "/login").json(&body);
        let login = if let Some(token) = presented { login.bearer(token) } else { login };
        login.send().await.expect("an answer")
    }

    /// The session is over, and why; behind the authorizer only that it is.
    #[track_caller]
    fn ended(replies: (&Reply, &Reply), reason: &str) {
        let (check, call) = replies;
        Self::is(check, 401, "session_invalid");
        assert_eq!(check.body["ended"], reason, "{}", check.text);
        Self::is(call, 401, "session_invalid");
        assert_eq!(call.body["ended"], Value::Null, "{}", call.text);
    }

    async fn is_ended(&self, token: &str, reason: &str) {
        let (check, call) = (self.call("GET", "/session", token).await, self.call("GET", "/me", token).await);
        Self::ended((&check, &call), reason);
    }

    async fn is_good(&self, token: &str) {
        Self::is(&self.call("GET", "/me", token).await, 200, "");
    }
}

fn token(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body["token"].as_str().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nobody_was_given_learns_nothing() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    let forged = SessionToken::generate(key(&token).user, &Random::system());
    let reply = stage.call("GET", "/session", &forged.expose()).await;
    Stage::is(&reply, 401, "session_invalid");
    assert_eq!(reply.body["ended"], Value::Null);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_logged_out_and_ended_by_the_user() {
    let stage = Stage::open().await;
    let person = stage.person().await;
    let [one, two, three] =
        [stage.logs_in(&person).await, stage.logs_in(&person).await, stage.logs_in(&person).await];
    Stage::is(&stage.call("DELETE", "/session", &one.token).await, 204, "");
    stage.is_ended(&one.token, "logged_out").await;
    let path = format!("/sessions/{}", two.session_id);
    Stage::is(&stage.call("DELETE", &path, &three.token).await, 204, "");
    stage.is_ended(&two.token, "ended_by_user").await;
    assert_eq!(stage.audits("session_use_after_logout"), 4);
    stage.service.clock.advance(86_400);
    stage.is_ended(&three.token, "expired").await;
    assert_eq!(stage.audits("session_use_after_expire"), 2);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_out_everywhere_and_its_use_leaves_an_event() {
    let stage = Stage::open().await;
    let person = stage.person().await;
    let (one, two) = (stage.logs_in(&person).await, stage.logs_in(&person).await);
    Stage::is(&stage.call("DELETE", "/sessions", &two.token).await, 204, "");
    for token in [&one.token, &two.token] {
        stage.is_ended(token, "signed_out_everywhere").await;
    }
    assert_eq!(stage.audits("session_use_after_logout"), 4);
    let again = stage.logs_in(&person).await;
    stage.is_good(&again.token).await;
    stage.is_ended(&one.token, "signed_out_everywhere").await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_by_the_token_that_it_presented_or_by_its_install() {
    let stage = Stage::open().await;
    let person = stage.person().await;
    let other = stage.logs_in(&person).await.token;
    let first = token(&stage.posts(&person, None, Some("install-of-the-phone")).await);
    let second = token(&stage.posts(&person, None, Some("install-of-the-phone")).await);
    stage.is_ended(&first, "replaced").await;
    let third = token(&stage.posts(&person, Some(&second), None).await);
    stage.is_ended(&second, "replaced").await;
    for token in [&other, &third] {
        stage.is_good(token).await;
    }
    assert_eq!(stage.audits("session_use_after_logout"), 0, "the same phone is no thief");
    assert_eq!(stage.audits("session_revoked"), 2);
    for bad in ["short", "with a space in it", &"x".repeat(65), "ünicode-ünicode-ünicode"] {
        Stage::is(&stage.posts(&person, None, Some(bad)).await, 400, "malformed_request");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_whose_answer_was_lost_does_not_throw_out_the_device_in_use() {
    let stage = Stage::open().await;
    let person = stage.person().await;
    let mut used = Vec::new();
    for phone in 0..5 {
        let token = token(&stage.posts(&person, None, Some(&format!("install-of-phone-{phone}"))).await);
        Stage::is(&stage.call("GET", "/session", &token).await, 200, "");
        used.push(token);
    }
    // The client of phone 0 never hears of these, and asks again.
    for _ in 0..10 {
        token(&stage.posts(&person, None, Some("install-of-phone-0")).await);
    }
    for token in &used[1..] {
        stage.is_good(token).await;
    }
    // Nor does one that is too old to send an install: its sessions were never used, and go first.
    let old = token(&stage.posts(&person, None, None).await);
    for _ in 0..10 {
        token(&stage.posts(&person, None, None).await);
    }
    stage.is_ended(&old, "evicted").await;
    for token in &used[1..] {
        stage.is_good(token).await;
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evicted_is_not_reported_like_a_stolen_token() {
    let stage = Stage::open().await;
    let person = stage.person().await;
    let first = stage.logs_in(&person).await.token;
    for _ in 0..5 {
        stage.logs_in(&person).await;
    }
    stage.is_ended(&first, "evicted").await;
    assert_eq!(stage.audits("excess_sessions_exceeded"), 1);
    assert_eq!(stage.audits("session_use_after_logout"), 0);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_for_a_day_and_when_the_user_is_back() {
    let stage = Stage::running().await;
    let person = stage.person().await;
    let (one, two) = (stage.logs_in(&person).await, stage.logs_in(&person).await);
    Stage::is(&stage.call("DELETE", "/me", &two.token).await, 204, "");
    for token in [&one.token, &two.token] {
        stage.is_ended(token, "deleted").await;
    }
    let again = stage.logs_in(&person).await;
    assert_eq!(again.reply.body["user"]["is_new"], true);
    stage.is_good(&again.token).await;
    stage.is_ended(&one.token, "deleted").await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_until_it_is_over() {
    let stage = Stage::open().await;
    let person = stage.person().await;
    let one = stage.logs_in(&person).await;
    let sessions = stage.service.dynamodb.items().sizes().expect("sizes")["SessionsTable"].items;
    Tables::of(&stage).block(key(&one.token).user, Some(START + 60)).await;
    stage.is_ended(&one.token, "blocked").await;
    let refused = stage.posts(&person, None, None).await;
    Stage::is(&refused, 403, "user_blocked");
    assert_eq!(refused.body["until"], START + 60);
    let now = stage.service.dynamodb.items().sizes().expect("sizes")["SessionsTable"].items;
    assert_eq!(now, sessions, "no session is written");
    stage.service.clock.set(START + 60);
    stage.is_ended(&one.token, "signed_out_everywhere").await;
    let again = stage.logs_in(&person).await;
    stage.is_good(&again.token).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_by_an_operator_and_with_a_ticket_that_was_used_twice() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    let tables = Tables::of(&stage);
    let child = tables.child(&token).await;
    stage.is_good(&child.expose()).await;
    let child_key = key(&child.expose());
    tables.sessions.end_child(&child_key, Ended::TicketReused, START).await.expect("the table answers");
    stage.is_ended(&child.expose(), "ticket_reused").await;
    let other = tables.child(&token).await;
    tables.sessions.end(&key(&token), Ended::EndedByOperator, START).await.expect("the table answers");
    stage.is_ended(&token, "ended_by_operator").await;
    stage.is_ended(&other.expose(), "ended_by_operator").await;
    stage.close().await;
}
