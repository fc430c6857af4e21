//! Real tasks on several threads, over sockets, with random delays. 500 rounds here; more with
//! `WXSESSION_ROUNDS=20000`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aws_emulator::secrets_manager::SecretsManager;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wechat_simulator::{DEFAULT_APP, Simulator, SimulatorOptions};
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
    world::{APP, NOW, PAGE, World},
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_code_gives_one_session_whatever_the_number_of_presses() {
    let (app_id, app_secret) = DEFAULT_APP;
    let secrets = SecretsManager::start(0).await.expect("a free port");
    secrets.put("apps", &json!({app_id: app_secret}));
    secrets.put("ring", &json!({"current": "k1", "k1": "0123456789abcdefghijklmnopqrstuvwxyzABCDEF"}));
    let simulator = Simulator::new(SimulatorOptions::local(Arc::new(|| NOW), 5));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let wechat = format!("http://{}", listener.local_addr().expect("it is bound"));
    let router = simulator.router();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let track = Track::new(&[
        ("WECHAT_API_BASE_URL", &wechat),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.endpoint()),
    ])
    .await;
    // Fifty logins each: a tenth of the rounds.
    let (rounds, started) = (rounds().div_ceil(10), Instant::now());
    for round in 0..rounds {
        let before = sessions_of(&track.engine);
        let code = simulator.mint_code(app_id, Some(&format!("o{round}")));
        let mut tasks = JoinSet::new();
        for _ in 0..50 {
            let (world, code) = (Arc::clone(&track.world), code.clone());
            tasks.spawn(async move {
                let event = json!({"httpMethod": "POST", "resource": "/login",
                    "headers": {"content-type": "application/json"}, "body": json!({"code": code}).to_string()});
                world.answered(world.login(), event).await
            });
        }
        let answers = tasks.join_all().await;
        let good = answers.iter().filter(|(status, _)| *status == 200).count();
        let used = answers.iter().filter(|(_, body)| body["code"] == "login_code_used").count();
        assert_eq!(
            (good, used),
            (1, 49),
            "{:?}",
            answers.iter().map(|(status, _)| status).collect::<Vec<_>>()
        );
        assert_eq!(sessions_of(&track.engine), before + 1);
    }
    println!("one code: {rounds} rounds of 50, {:.1?}", started.elapsed());
    server.abort();
}

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

fn sessions_of(engine: &Engine) -> u64 {
    let call = crate::engine::Call::new("Scan", &json!({"TableName": SESSIONS, "Select": "COUNT"}));
    let counted: Value = serde_json::from_str(&engine.execute(&call).body).expect("the engine answers JSON");
    assert!(counted.get("LastEvaluatedKey").is_none() || counted["Count"].is_u64());
    counted["Count"].as_u64().expect("a count")
}
