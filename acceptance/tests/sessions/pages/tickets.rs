//! What a ticket is good for, and for how long.

use serde_json::{Value, json};

use super::{OTHER, Stage};
use crate::{
    connector::direct,
    engine::SESSIONS,
    world::{PAGE, World},
};

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
    assert_eq!(line["operator"]["cause"], "a session's record is damaged: attribute expires_at");
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
