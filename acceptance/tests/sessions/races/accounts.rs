//! Blocks and erasures against what runs beside them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::task::JoinSet;

use super::{KEY, Track, ask, rounds};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_accepted_and_nobody_logs_in_once_a_block_has_returned() {
    for cap in ["1", "5"] {
        let track = Track::new(&[("MAX_SESSIONS_PER_USER", cap)]).await;
        let (started, mut refused) = (Instant::now(), 0);
        for round in 0..rounds() {
            let openid = format!("o{round}");
            let (old, session) = track.log_in(&openid).await;
            let ended = Arc::new(AtomicBool::new(false));
            let mut asks = JoinSet::new();
            asks.spawn(ask(Arc::clone(&track.world), old, Arc::clone(&ended), false));
            let mut logins = JoinSet::new();
            for _ in 0..3 {
                let (world, openid) = (Arc::clone(&track.world), openid.clone());
                logins.spawn(async move { world.log_in_as(&openid, KEY, None).await });
            }
            while track.world.block(session.user_id, None).await.is_err() {}
            ended.store(true, Ordering::SeqCst);
            let late = loop {
                let late = track.world.log_in_as(&openid, KEY, None).await;
                match late.map(drop).map_err(|problem| problem.code.as_str()) {
                    Err("store_unavailable") => {}
                    known => break known,
                }
            };
            assert_eq!(late, Err("user_blocked"));
            for raced in logins.join_all().await {
                match raced {
                    Ok((token, _)) => assert_eq!(track.scene.authorizes(&token).await, Some(false)),
                    Err(problem) => refused += u64::from(problem.code.as_str() == "user_blocked"),
                }
            }
            asks.join_all().await;
        }
        println!(
            "block, cap {cap}: {} rounds, {refused} of 3 each refused, {:.1?}",
            rounds(),
            started.elapsed()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_erasure_pressed_twice_spares_the_account_that_comes_after() {
    for cap in ["1", "5"] {
        let track = Track::new(&[("MAX_SESSIONS_PER_USER", cap)]).await;
        let started = Instant::now();
        for round in 0..rounds() {
            let openid = format!("o{round}");
            let (old, session) = track.log_in(&openid).await;
            let mut presses = JoinSet::new();
            for _ in 0..2 {
                let (world, session) = (Arc::clone(&track.world), session.clone());
                presses.spawn(async move {
                    loop {
                        match world.sessions_route("DELETE", "/me", None, &session).await.0 {
                            503 => {}
                            status => return status,
                        }
                    }
                });
            }
            assert_eq!(presses.join_next().await.expect("two press").expect("no panic"), 204);
            let next = loop {
                if let Ok((next, _)) = track.world.log_in_as(&openid, KEY, None).await {
                    break next;
                }
            };
            let second = presses.join_next().await.expect("two press").expect("no panic");
            assert!(second == 204 || second == 401, "{second}");
            assert_eq!(track.scene.authorizes(&old).await, Some(false), "the old session lives");
            assert_eq!(track.scene.authorizes(&next).await, Some(true), "the next account was hit");
        }
        println!("erasure, cap {cap}: {} rounds, {:.1?}", rounds(), started.elapsed());
    }
}
