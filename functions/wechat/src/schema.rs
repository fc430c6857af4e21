//! docs/wechat.schema.json.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::{
    answer::{Outcome, Refused},
    request::Request,
};

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
    Some(match name {
        "code" => json!({"pattern": "^[!-~]{1,256}$"}),
        "env" => json!({"enum": [0, 1]}),
        "currency_type" => json!({"enum": ["CNY", null]}),
        "out_trade_no" => json!({"pattern": "^[0-9A-Za-z|*@-][0-9A-Za-z_|*@-]{7,31}$"}),
        "buy_quantity" | "quantity" | "amount" | "goods_price" | "activity_selling_price" | "refund_fee" => {
            json!({"minimum": 1})
        }
        "offer_id" | "product_id" | "productid" | "order_id" | "wx_order_id" | "pay_order_id" => {
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

#[test]
fn the_published_schema_is_that_of_the_types() {
    wxsession_backend::schema::is_published::<Request, Outcome, Refused>("wechat", form_of);
}
