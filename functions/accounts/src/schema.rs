//! docs/accounts.schema.json, made from the types: a request, and the answer to it.

use schemars::{
    JsonSchema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};

use crate::{answer::Answer, request::Request};

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
    let uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
    Some(match name {
        "actor" => json!({"minLength": 1, "maxLength": 128}),
        "user_id" | "session_id" => json!({"pattern": uuid}),
        "app_id" | "openid" | "unionid" => json!({"pattern": "^[!-~]{1,48}$"}),
        "external_id" => json!({"pattern": "^[!-~]{1,64}$"}),
        "reason" => json!({"pattern": "^[a-z][a-z0-9_]{0,31}$"}),
        "roles" => {
            json!({"maxItems": 16, "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]{0,31}$"}})
        }
        "claims" => json!({"maxProperties": 20, "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,31}$"}}),
        _ => return None,
    })
}

#[derive(Clone)]
struct Forms {
    /// An answer leaves out what there is not: it never says null.
    of_answer: bool,
}

impl Transform for Forms {
    fn transform(&mut self, schema: &mut schemars::Schema) {
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for (name, property) in properties {
                let Value::Object(property) = property else { continue };
                if let Some(Value::Object(form)) = form_of(name) {
                    property.extend(form);
                }
                if let Some(Value::Array(types)) = property.get("type").filter(|_| self.of_answer) {
                    let present = types[0].clone();
                    property.insert("type".to_owned(), present);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

fn schema_of<T: JsonSchema>(of_answer: bool) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.with_transform(Forms { of_answer }).into_generator().into_root_schema_for::<T>().to_value()
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "functions/accounts: what it is asked and what it answers",
        "$defs": {"request": schema_of::<Request>(false), "answer": schema_of::<Answer>(true)},
    });
    let made = format!("{schema:#}\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/accounts.schema.json");
    if std::fs::read_to_string(path).is_ok_and(|published| published == made) {
        return;
    }
    let fresh = std::env::temp_dir().join("accounts.schema.json");
    std::fs::write(&fresh, made).expect("the temporary directory can be written");
    panic!("docs/accounts.schema.json is not what the types say: cp {} docs/", fresh.display());
}
