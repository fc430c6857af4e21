//! Tickets and pages against what runs beside them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::{Track, rounds, sessions_of};
use crate::world::PAGE;

/// At most one page, and that is ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_redemptions_of_one_ticket_leave_no_page() {
    let track = Track::new(&[]).await;
    // Fifty redemptions each: a tenth of the rounds.
    let (rounds, started, mut given) = (rounds().div_ceil(10), Instant::now(), 0);
    for round in 0..rounds {
        let parent = track.log_in(&format!("o{round}")).await;
        let ticket = track.world.ticket(&parent).await.expect("the engine answers");
        let before = sessions_of(&track.engine);
        let mut tasks = JoinSet::new();
        for _ in 0..50 {
            let (world, ticket) = (Arc::clone(&track.world), ticket.clone());
            tasks.spawn(async move { world.redeem_route(&ticket, PAGE).await });
        }
        let answers = tasks.join_all().await;
        let good: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
        let refused = answers.iter().filter(|(_, body)| body["code"] == "ticket_invalid").count();
        assert!(good.len() <= 1 && good.len() + refused == 50, "{answers:?}");
        for (_, body) in good {
            given += 1;
            let token = body["token"].as_str().expect("a token");
            assert_eq!(track.scene.authorizes_text(token).await, Some(false), "the page lives");
        }
        assert_eq!(sessions_of(&track.engine), before + 1, "one page, or its tombstone");
        assert_eq!(track.scene.authorizes(&parent.0).await, Some(true), "the Mini Program's own stays");
    }
    println!("one ticket: {rounds} rounds of 50, {given} heard a token, {:.1?}", started.elapsed());
}

/// Six pages at once, and a logout.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_page_is_accepted_once_the_logout_of_its_parent_has_returned() {
    let track = Track::new(&[]).await;
    let (rounds, started, mut made) = (rounds().div_ceil(5), Instant::now(), 0);
    for round in 0..rounds {
        let parent = track.log_in(&format!("o{round}")).await;
        let mut tasks = JoinSet::new();
        for _ in 0..6 {
            let (world, parent) = (Arc::clone(&track.world), parent.clone());
            let ticket = world.ticket(&parent).await.expect("the engine answers");
            tasks.spawn(async move { world.redeem_route(&ticket, PAGE).await });
        }
        tokio::time::sleep(Duration::from_millis(round % 12)).await;
        while track.world.session_route("DELETE", &parent.0.expose()).await.0 != 204 {}
        let answers = tasks.join_all().await;
        for (_, body) in answers.iter().filter(|(status, _)| *status == 200) {
            made += 1;
            let token = body["token"].as_str().expect("a token");
            assert_eq!(track.scene.authorizes_text(token).await, Some(false), "a page outlives its parent");
        }
        assert!(answers.iter().all(|(status, _)| [200, 409].contains(status)), "{answers:?}");
    }
    println!("pages and a logout: {rounds} rounds of 6, {made} made, {:.1?}", started.elapsed());
}
