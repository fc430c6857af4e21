//! One code, pressed many times.

use std::{sync::Arc, time::Instant};

use aws_emulator::secrets_manager::SecretsManager;
use serde_json::json;
use tokio::task::JoinSet;
use wechat_simulator::{DEFAULT_APP, Simulator, SimulatorOptions};

use super::{Track, rounds, sessions_of};
use crate::world::NOW;

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
