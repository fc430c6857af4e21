//! Every errcode that is known, met at a login: the simulator has words for it, and it ends as its class says.

use serde_json::{Value, json};
use wechat_simulator::{Fault, FaultKind};
use wxsession_wechat::api::{KNOWN, Meaning};

use crate::support::{APP, World, event};

#[tokio::test]
async fn each_known_errcode_ends_as_its_class_says() {
    let world = World::start().await;
    let errcodes =
        KNOWN.iter().flat_map(|(errcodes, meaning)| errcodes.iter().map(move |code| (*code, *meaning)));
    for (errcode, meaning) in errcodes {
        let refusal = FaultKind::Errcode { errcode, errmsg: None };
        world.simulator.inject(Fault::always(refusal).on("/sns/jscode2session"));
        let body = json!({"code": world.simulator.mint_code(APP, None), "app_id": APP}).to_string();
        let answer = world.answer("/login", &event("POST", "/login", Some(&body), &Value::Null)).await;
        world.simulator.clear_faults();
        let line = world.line();
        let status = line["status"].as_u64().expect("a status");
        let meaning = if meaning == Meaning::SessionKeyStale { Meaning::Unknown } else { meaning };
        match meaning.class() {
            "unknown" => assert_eq!(status, 502, "{errcode}: a login has no signature"),
            "user" => assert!((400..500).contains(&status) && status != 401, "{errcode}: {status}"),
            "retry" => assert!(matches!(status, 429 | 503), "{errcode}: {status}"),
            "operator" if matches!(meaning, Meaning::DayQuota(..)) => assert_eq!(status, 503, "{errcode}"),
            _ => assert_eq!(status, 500, "{errcode}"),
        }
        let is_told = meaning == Meaning::Unknown || meaning.for_the_operator().is_some();
        assert_eq!(line["operator"].is_object(), is_told, "{errcode}");
        assert_eq!((&line["errcode"], &line["errcode_class"]), (&json!(errcode), &json!(meaning.class())));
        assert!(errcode < 0 || !answer.contains(&errcode.to_string()), "WeChat's number is not the client's");
    }
    for (errcodes, _) in KNOWN {
        for errcode in *errcodes {
            assert!(!wechat_simulator::errmsg(*errcode).is_empty(), "the simulator has words for {errcode}");
        }
    }
}
