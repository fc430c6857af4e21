//! The last events on the bus, without what people and WeChat wrote.

use axum::{Json, extract::State};
use serde_json::{Map, Value, json};

use super::Page;

const MOST_SHOWN: usize = 20;
/// What is shown of an event's detail, in this order. Whatever else there will be is not shown until it stands here.
const SHOWN: [&str; 6] = ["user_id", "app_id", "session_id", "reason", "until", "roles"];
/// What is shown of a pushed message: what it is, and neither of whom nor what was written.
const SHOWN_OF_A_MESSAGE: [&str; 2] = ["MsgType", "Event"];

/// The newest first.
pub(super) async fn show(State(page): State<Page>) -> Json<Value> {
    let events: Vec<Value> = page.shared.bus.last(MOST_SHOWN).iter().map(shown).collect();
    Json(json!({ "events": events }))
}

fn shown(event: &Value) -> Value {
    let detail = &event["Detail"];
    let mut members = chosen(detail, &SHOWN);
    members.extend(chosen(&detail["message"], &SHOWN_OF_A_MESSAGE));
    json!({ "kind": event["DetailType"], "at": detail["at"], "id": detail["id"], "detail": members })
}

fn chosen(value: &Value, names: &[&str]) -> Map<String, Value> {
    let found = names.iter().filter_map(|name| Some(((*name).to_owned(), value.get(name)?.clone())));
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_wrote_and_no_name_of_wechats_is_shown() {
        let message = json!({"MsgType": "text", "OpenID": "oSECRET", "FromUserName": "oSECRET", "Content": "13800000000"});
        let pushed = json!({"DetailType": "wechat.pushed", "Detail": {
            "version": 1, "id": "7-0", "at": 7, "app_id": "wx1", "message": message, "token": "wxs_1"}});
        let expected = json!({"kind": "wechat.pushed", "at": 7, "id": "7-0", "detail": {"app_id": "wx1", "MsgType": "text"}});
        assert_eq!(shown(&pushed), expected);
    }
}
