//! Real tasks on several threads, over sockets, with random delays. 500 rounds here; more with
//! `WXSESSION_ROUNDS=20000`.

mod accounts;
mod codes;
mod pages;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wxsession::{
    Clock, UserId,
    env::{Process, Source},
    session::Session,
    token::SessionToken,
};

use crate::{
    connector::direct,
    engine::{Engine, SESSIONS, USERS},
    served::{Served, delayed},
    world::{APP, NOW, World},
};

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";

fn rounds() -> u64 {
    Process.text("WXSESSION_ROUNDS").map_or(500, |text| text.parse().expect("a number of rounds"))
}

/// The functions over sockets, and a way to set the scene without delay.
struct Track {
    world: Arc<World>,
    scene: World,
    engine: Engine,
    _served: Served,
}

impl Track {
    async fn new(settings: &[(&str, &str)]) -> Self {
        let engine = Engine::new();
        let served = Served::start(&engine).await;
        let mut more = vec![("AWS_ENDPOINT_URL_DYNAMODB", served.endpoint.as_str())];
        more.extend(settings);
        let world = World::over(delayed(1), &Clock::stopped(NOW), 11, &more);
        // Two hours earlier, so that every renewal is due.
        let scene = World::over(direct(&engine), &Clock::stopped(NOW - 7_200), 12, &[]);
        Self { world: Arc::new(world), scene, engine, _served: served }
    }

    async fn log_in(&self, openid: &str) -> (SessionToken, Session) {
        self.scene.log_in_as(openid, KEY, None).await.expect("the engine answers")
    }
}

/// A task that asks, again and again, until the session's end has been promised and seen.
async fn ask(world: Arc<World>, token: SessionToken, ended: Arc<AtomicBool>, by_check: bool) -> u64 {
    let mut asked = 0;
    loop {
        let was_ended = ended.load(Ordering::SeqCst);
        let accepted = if by_check {
            match world.session_route("GET", &token.expose()).await.0 {
                200 => Some(true),
                401 => Some(false),
                _ => None,
            }
        } else {
            world.authorizes(&token).await
        };
        asked += 1;
        assert!(!(was_ended && accepted == Some(true)), "accepted after the end was promised");
        // An answer of "cannot tell" decides nothing.
        if was_ended && accepted.is_some() {
            return asked;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_accepted_once_a_logout_has_returned() {
    let track = Track::new(&[]).await;
    let (started, mut asked) = (Instant::now(), 0);
    for round in 0..rounds() {
        let (token, _) = track.log_in(&format!("o{round}")).await;
        let ended = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        for by_check in [true, false, true] {
            tasks.spawn(ask(Arc::clone(&track.world), token.clone(), Arc::clone(&ended), by_check));
        }
        while track.world.session_route("DELETE", &token.expose()).await.0 != 204 {}
        ended.store(true, Ordering::SeqCst);
        asked += tasks.join_all().await.into_iter().sum::<u64>();
    }
    println!("logout: {} rounds, {asked} asked, {:.1?}", rounds(), started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_old_session_is_accepted_once_all_were_revoked() {
    let track = Track::new(&[]).await;
    let (started, mut survivors) = (Instant::now(), 0);
    for round in 0..rounds() {
        let openid = format!("o{round}");
        let (old, session) = track.log_in(&openid).await;
        let (other, _) = track.log_in(&openid).await;
        let mut tasks = JoinSet::new();
        for _ in 0..5 {
            let (world, openid) = (Arc::clone(&track.world), openid.clone());
            tasks.spawn(async move { world.log_in_as(&openid, KEY, None).await.ok() });
        }
        while track.world.sessions_route("DELETE", "/sessions", None, &session).await.0 != 204 {}
        for token in [&old, &other] {
            assert_eq!(track.scene.authorizes(token).await, Some(false), "an old session lives");
        }
        let raced = tasks.join_all().await;
        for (token, _) in raced.iter().flatten() {
            // On either side of the revocation, but settled.
            survivors += u64::from(track.scene.authorizes(token).await == Some(true));
        }
        let (later, _) = track.log_in(&openid).await;
        assert_eq!(track.scene.authorizes(&later).await, Some(true), "a later login is good");
    }
    println!("revoke-all: {} rounds, {survivors} of 5 each after it, {:.1?}", rounds(), started.elapsed());
}

/// At no moment are more sessions live than the cap, and each login that answers has been done.
async fn twenty_at_once(cap: usize) {
    let text = cap.to_string();
    let track = Track::new(&[("MAX_SESSIONS_PER_USER", &text)]).await;
    // Twenty logins each: a twentieth of the rounds.
    let (rounds, started, mut looks, mut slow) = (rounds().div_ceil(20), Instant::now(), 0_u64, 0);
    for round in 0..rounds {
        let openid = format!("o{round}");
        let user = UserId::of(APP, &openid);
        let is_over = Arc::new(AtomicBool::new(false));
        let watch = {
            let (engine, is_over) = (track.engine.clone(), Arc::clone(&is_over));
            tokio::task::spawn_blocking(move || {
                let mut looks = 0;
                while !is_over.load(Ordering::SeqCst) {
                    assert!(listed(&engine, user) <= cap, "more than {cap} are live");
                    looks += 1;
                    std::thread::sleep(Duration::from_micros(200));
                }
                looks
            })
        };
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let (world, openid) = (Arc::clone(&track.world), openid.clone());
            tasks.spawn(async move { world.log_in_as(&openid, KEY, None).await });
        }
        let made = tasks.join_all().await;
        is_over.store(true, Ordering::SeqCst);
        looks += watch.await.expect("the cap held");
        let mut good = 0;
        let mut unknown = 0;
        for login in made {
            match login {
                Ok((token, _)) => good += usize::from(track.scene.authorizes(&token).await == Some(true)),
                // A machine that is too busy to answer within the budget of a call.
                Err(problem) => {
                    assert_eq!(problem.code.as_str(), "store_unavailable");
                    unknown += 1;
                }
            }
        }
        assert!(good == cap || unknown > 0 && good < cap, "{good} of {cap}, {unknown} unknown");
        slow += unknown;
    }
    println!("cap {cap}: {rounds} rounds of 20, {slow} too slow, {looks} looks, {:.1?}", started.elapsed());
}

fn listed(engine: &Engine, user: UserId) -> usize {
    let key =
        json!({"TableName": USERS, "Key": {"user_id": {"S": user.to_string()}}, "ConsistentRead": true});
    let read = engine.execute(&crate::engine::Call::new("GetItem", &key));
    let read: Value = serde_json::from_str(&read.body).expect("the engine answers JSON");
    let live =
        read["Item"]["live"]["B"].as_str().map(|live| STANDARD.decode(live).expect("bytes are base64"));
    live.map_or(0, |live| live.len() / 32)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cap_of_five_holds_at_every_moment_of_twenty_logins() {
    twenty_at_once(5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cap_of_one_holds_at_every_moment_of_twenty_logins() {
    twenty_at_once(1).await;
}

fn sessions_of(engine: &Engine) -> u64 {
    let call = crate::engine::Call::new("Scan", &json!({"TableName": SESSIONS, "Select": "COUNT"}));
    let counted: Value = serde_json::from_str(&engine.execute(&call).body).expect("the engine answers JSON");
    assert!(counted.get("LastEvaluatedKey").is_none() || counted["Count"].is_u64());
    counted["Count"].as_u64().expect("a count")
}
