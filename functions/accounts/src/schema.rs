//! docs/accounts.schema.json.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::{
    answer::{Outcome, Refused},
    request::Request,
};

/// How a session's device is written; [`wxsession::session::Device`] itself knows no schemas.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Device {
    platform: Option<String>,
    model: Option<String>,
    wechat_version: Option<String>,
}

/// What the types of Rust do not say of a member, by its name.
fn form_of(name: &str) -> Option<Value> {
    Some(match name {
        "external_id" => json!({"pattern": "^[!-~]{1,64}$"}),
        "reason" => json!({"pattern": "^[a-z][a-z0-9_]{0,31}$"}),
        "roles" => {
            json!({"maxItems": 16, "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]{0,31}$"}})
        }
        "claims" => json!({"maxProperties": 20, "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,31}$"}}),
        _ => return None,
    })
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    wxsession_backend::schema::is_published::<Request, Outcome, Refused>("accounts", form_of);
}
