//! By openid, unionid and external id.

use serde_json::json;
use wechat_simulator::{DEFAULT_APP, SECOND_APP};

use crate::support::{Person, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_found_by_each_of_their_names() {
    let stage = Stage::open().await;
    let (one, two) = (Person::new("oONE"), Person::new("oTWO"));
    stage.bind(&one, "oUNION");
    for person in [&one, &two] {
        stage.log_in(person).await;
        stage.done("set_external_id", person, json!({"version": 0, "external_id": "family:7"})).await;
    }
    let users = |people: &[&Person]| {
        let mut users: Vec<_> =
            people.iter().map(|person| json!({"user_id": person.user_id, "exists": true})).collect();
        users.sort_by_key(ToString::to_string);
        json!({"users": users, "truncated": false})
    };
    for (action, request, expected) in [
        ("find_by_openid", json!({"app_id": DEFAULT_APP.0, "openid": "oONE"}), users(&[&one])),
        ("find_by_unionid", json!({"unionid": "oUNION"}), users(&[&one])),
        ("find_by_external_id", json!({"external_id": "family:7"}), users(&[&one, &two])),
        ("find_by_unionid", json!({"unionid": "oONE"}), users(&[])),
    ] {
        let mut found = stage.ask(action, request.clone()).await["result"].clone();
        found["users"].as_array_mut().expect("a list").sort_by_key(ToString::to_string);
        assert_eq!(found, expected, "{action}: {request}");
    }
    let elsewhere = json!({"app_id": SECOND_APP.0, "openid": "oONE"});
    let found = stage.ask("find_by_openid", elsewhere).await["result"]["users"][0].clone();
    assert_eq!(found["exists"], false);
    assert_ne!(found["user_id"], one.user_id, "another Mini Program, another user");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_are_listed_and_that_there_are_more_is_said() {
    let stage = Stage::open().await;
    for number in 0..101 {
        let person = Person::new(&format!("oMANY{number}"));
        stage.log_in(&person).await;
        stage.damage(&person, "external_id", &json!({"S": "everybody"}));
        let found =
            stage.ask("find_by_external_id", json!({"external_id": "everybody"})).await["result"].clone();
        let listed = found["users"].as_array().expect("a list").len();
        assert_eq!((listed, &found["truncated"]), ((number + 1).min(100), &json!(number == 100)));
    }
    stage.close().await;
}
