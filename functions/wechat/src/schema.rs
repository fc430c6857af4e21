//! docs/wechat.schema.json, made from the types: a request, and the answer to it.

use schemars::{
    JsonSchema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};

use crate::{answer::Answer, request::Request};

/// How a number is told; [`wxsession_wechat::phone_number::PhoneNumber`] itself knows no schemas.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Told {
    /// With the country's code where it is a foreign one.
    phone_number: String,
    /// Without it.
    pure_phone_number: String,
    /// The country's code.
    country_code: String,
}

/// What the types of Rust do not say of a member, by its name.
fn form_of(name: &str) -> Option<Value> {
    let uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
    Some(match name {
        "actor" => json!({"minLength": 1, "maxLength": 128}),
        "user_id" => json!({"pattern": uuid}),
        "app_id" | "openid" => json!({"pattern": "^[!-~]{1,48}$"}),
        "code" => json!({"pattern": "^[!-~]{1,256}$"}),
        "env" => json!({"enum": [0, 1]}),
        "currency_type" => json!({"const": "CNY"}),
        "out_trade_no" => json!({"pattern": "^[0-9A-Za-z|*@-][0-9A-Za-z_|*@-]{7,31}$"}),
        "buy_quantity" | "amount" | "goods_price" | "activity_selling_price" | "refund_fee" => {
            json!({"minimum": 1})
        }
        "offer_id" | "product_id" | "order_id" | "wx_order_id" | "pay_order_id" => {
            json!({"pattern": "^[!-~]{1,64}$"})
        }
        "refund_order_id" => json!({"pattern": "^[0-9A-Za-z_-]{8,32}$"}),
        "refund_reason" => json!({"maximum": 5}),
        "req_from" => json!({"minimum": 1, "maximum": 3}),
        "attach" | "remark" | "biz_meta" => json!({"maxLength": 1024}),
        "kv_list" => json!({"minItems": 1, "maxItems": 128}),
        "payitem" => json!({"minItems": 1, "maxItems": 100}),
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
                // Of an answer it is the code of an error.
                let is_error = self.of_answer && name == "code";
                if let Some(Value::Object(form)) = form_of(name).filter(|_| !is_error) {
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
        "title": "functions/wechat: what it is asked and what it answers",
        "$defs": {"request": schema_of::<Request>(false), "answer": schema_of::<Answer>(true)},
    });
    let made = format!("{schema:#}\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wechat.schema.json");
    if std::fs::read_to_string(path).is_ok_and(|published| published == made) {
        return;
    }
    let fresh = std::env::temp_dir().join("wechat.schema.json");
    std::fs::write(&fresh, made).expect("the temporary directory can be written");
    panic!("docs/wechat.schema.json is not what the types say: cp {} docs/", fresh.display());
}
