//! The words of `reason`.

use super::{Form, Reason};

const fn reason(words: &'static [&'static str], means: &'static str) -> Reason {
    Reason { words, means }
}

const fn form(words: &'static [&'static str], means: &'static str, chinese: &'static str) -> Form {
    Form { words, means, chinese }
}

/// The words of `reason`. Those of `accounts` are [`FORMS`].
pub const REASONS: &[Reason] = &[
    reason(&["no_credentials", "several_credentials", "bearer_grammar"], "the Authorization header"),
    reason(
        &["token_length", "token_prefix", "token_alphabet", "token_checksum"],
        "not a token of ours; many of these at once: someone tries",
    ),
    reason(&["unknown"], "no such session: never was, tidied up, or another realm"),
    reason(
        &[
            "expired",
            "logged_out",
            "ended_by_user",
            "ended_by_operator",
            "signed_out_everywhere",
            "replaced",
            "evicted",
            "deleted",
            "blocked",
            "ticket_reused",
        ],
        "there was such a session, and this is why it is over: [api.md](api.md#get-session). The line has it as `ended`, too",
    ),
    reason(&["damaged"], "a record that this code cannot read; `operator.cause` names the attribute"),
    reason(&["body_base64", "body_json", "code", "install_id", "app_id_needed"], "what was malformed"),
    reason(&["max_age_seconds", "signature"], "likewise, in `open-data`"),
    reason(
        &["method", "header", "host", "path", "query", "uri_too_long"],
        "what makes no HTTP request; no gateway of AWS sends such, so look at who may invoke the function",
    ),
    reason(&["not_an_http_event"], "an HTTP function was invoked with something else"),
    reason(
        &["out_of_time"],
        "the function's limit less 500 ms was reached; `outcome` says whether WeChat or the tables kept it waiting",
    ),
    reason(
        &[
            "bad_base64",
            "bad_iv_length",
            "bad_ciphertext_length",
            "bad_padding",
            "bad_json",
            "missing_watermark",
            "appid_mismatch",
            "not_fresh",
            "bad_key_length",
        ],
        "why open data was not decrypted; the client sees only 400 or 409",
    ),
    reason(
        &["unknown_kind", "wrong_form", "another_user"],
        "decrypted, and not one of WeChat's documented kinds, not of the documented form, or user information without the caller's own openId: `wx.getUserProfile` gives such",
    ),
    reason(
        &["names_inside"],
        "a piece of the user's openid or unionid stood in another field: somebody rearranged the data",
    ),
    reason(&["no_vault", "no_session_key", "no_key_that_wechat_holds", "new_key_not_stored"], "the vault"),
    reason(
        &[
            "bad_expired_or_used_code_perhaps_a_wx_login_code",
            "used_code",
            "code_of_another_app",
            "unexpected_errcode_perhaps_another_users_code",
        ],
        "the phone code",
    ),
    reason(
        &["phone_info", "watermark_appid", "phoneNumber", "purePhoneNumber", "countryCode"],
        "what was wrong in WeChat's answer about a phone number",
    ),
    reason(&["nothing_to_end"], "a logout of a session that had ended before"),
    reason(
        &["ticket_form", "unknown_ticket", "expired_ticket", "used_ticket"],
        "what was wrong with a ticket; `used_ticket` ended the session that it had made",
    ),
    reason(
        &["audience", "ticket_of_another_page", "origin_of_another_page"],
        "the page is not the one of `PageOrigin`, of the ticket, or of the header `Origin`",
    ),
    reason(
        &["parent_over"],
        "a ticket of a session that is over, or whose user is blocked or gone; or a page's session ended while it was made",
    ),
    reason(&["tickets_off"], "`PageOrigin` is empty"),
    reason(&["page_session"], "a page's session asked for what only the Mini Program's own may"),
    reason(
        &["session_id_grammar", "not_this_users"],
        "`DELETE /sessions/{id}`: not a session id; none of this user's",
    ),
    reason(
        &["stale_identity"],
        "`DELETE /me`: the session has ended meanwhile, or its account has; `POST /tickets`: the token is not of the user whom the authorizer named",
    ),
    reason(&["no_authorizer", "no_identity"], "the route was deployed without the authorizer"),
    reason(&["not_in_the_apps_secret"], "the session's Mini Program was taken out of the apps secret"),
    reason(&["secrets"], "a secret could not be read or has not the documented form"),
    reason(
        &["no_virtual_payment", "no_sandbox_app_key", "no_offer_id"],
        "`wechat`: what the Mini Program's entry in the apps secret lacks",
    ),
    reason(
        &["no_other_token"],
        "`wechat`: a backend named a token that WeChat refused, and WeChat goes on giving that one",
    ),
    reason(
        &["push_off"],
        "message push: the path names no Mini Program that has Token and EncodingAESKey in the apps secret",
    ),
    reason(
        &["push_signature", "push_plain", "push_padding", "push_receive_id", "push_app_id"],
        "a pushed message that was refused: Token is another one; it was not sealed; EncodingAESKey is another one; it is for another Mini Program, by its envelope or by its AppID",
    ),
    reason(
        &[
            "push_query",
            "push_echostr",
            "push_utf8",
            "push_json",
            "push_xml",
            "push_base64",
            "push_cipher_length",
            "push_message_length",
        ],
        "what was malformed in a pushed message",
    ),
    reason(&["push_again"], "the message was stored before: WeChat sent it again"),
    reason(
        &["push_too_old", "push_of_the_future"],
        "a verified message that was not carried out or not handed on: written more than three days ago, or dated more than five minutes ahead",
    ),
    reason(
        &["push_create_time", "push_no_openid", "push_no_scopes"],
        "a verified message that asks for an erasure and was not carried out: without its time, its user, or a number of what was withdrawn",
    ),
    reason(&["sent_again"], "`erasures`: not carried out yet; the stream sends it again"),
    reason(&["panic"], "a defect; the line `panic` before it has the place"),
];

/// The words that both functions for a backend have, `accounts` and `wechat`, for a request that is not of the documented form.
pub const BACKEND_FORMS: &[Form] = &[
    form(
        &["request_form"],
        "one JSON object with exactly the members of its action, each once and of its type; whole numbers without a decimal point (`1`, not `1.0`)",
        "一个 JSON 对象，字段与该 action 完全一致，各出现一次，类型相符；整数不带小数点（写 `1`，不写 `1.0`）",
    ),
    form(
        &["actor_form"],
        "1 to 128 characters, at least one letter or digit, none of them a control, invisible, or turning a line around, as U+200B and U+202E are",
        "1 至 128 个字符，至少有一个字母、汉字或数字；不含控制字符、不可见字符，以及会改变行内显示顺序的字符，例如 U+200B 和 U+202E",
    ),
    form(&["user_id_form"], "a UUID in lower case with hyphens", "小写带连字符的 UUID"),
    form(&["app_id_form", "openid_form"], "1 to 48 visible ASCII characters", "1 至 48 个可见 ASCII 字符"),
];

/// More words of `accounts`.
pub const FORMS: &[Reason] = &[
    reason(&["session_id_form"], "a UUID in lower case with hyphens"),
    reason(&["unionid_form"], "1 to 48 visible ASCII characters"),
    reason(&["reason_form"], "a code: `[a-z][a-z0-9_]{0,31}`"),
    reason(&["until_form"], "unix seconds, later than now, at most 253402300799 (the end of the year 9999)"),
    reason(&["role_form"], "`[A-Za-z0-9][A-Za-z0-9._:-]{0,31}`"),
    reason(&["too_many_roles"], "at most 16"),
    reason(&["claim_name"], "`[a-z][a-z0-9_]{0,31}`"),
    reason(
        &["claim_name_reserved"],
        "not one of `app_id` `aud` `audience` `auth_time` `azp` `client_id` `exp` `expires_at` `external_id` `iat` `iss` `jti` `nbf` `openid` `principal_id` `reason` `roles` `scope` `scopes` `session_id` `sub` `unionid` `user_id`",
    ),
    reason(&["claim_twice"], "each name once"),
    reason(&["claim_value"], "a text without control characters, a number, `true` or `false`"),
    reason(
        &["claim_number"],
        "whole up to 2^53 - 1, or a decimal of at most 15 digits below 10^15; what is longer goes into a text",
    ),
    reason(&["too_many_claims"], "at most 20"),
    reason(&["claims_too_large"], "at most 1,024 bytes together, as JSON without spaces"),
    reason(&["external_id_form"], "1 to 64 visible ASCII characters"),
];

/// More words of `wechat`.
pub const WECHAT_FORMS: &[Form] = &[
    form(
        &["code_form"],
        "a phone code: 1 to 256 visible ASCII characters",
        "手机号 code：1 至 256 个可见 ASCII 字符",
    ),
    form(&["env_form"], "0 (live) or 1 (sandbox)", "0（现网）或 1（沙箱）"),
    form(
        &["buy_quantity_form", "amount_form"],
        "a whole number, 1 to 4294967295; a negative or larger one is `request_form`",
        "整数，1 至 4294967295；负数或更大的数为 `request_form`",
    ),
    form(&["currency_type_form"], "`CNY`, or absent", "`CNY`，或省略"),
    form(
        &["offer_id_form", "product_id_form", "order_id_form"],
        "1 to 64 visible ASCII characters",
        "1 至 64 个可见 ASCII 字符",
    ),
    form(&["goods_price_form"], "fen, 1 or more", "单位分，至少为 1"),
    form(&["activity_selling_price_form"], "fen, 1 to `goods_price`", "单位分，1 至 `goods_price`"),
    form(
        &["coins_have_no_product"],
        "with `short_series_coin` neither product nor price",
        "`short_series_coin` 时不能有商品和价格",
    ),
    form(
        &["out_trade_no_form"],
        "8 to 32 of `0-9 A-Z a-z _ - * @` and the vertical bar, not beginning with `_`",
        "8 至 32 个 `0-9 A-Z a-z _ - * @` 或竖线，不能以 `_` 开头",
    ),
    form(
        &["attach_form", "text_form"],
        "at most 1,024 characters, none of them a control",
        "最多 1024 个字符，不含控制字符",
    ),
    form(&["user_ip_form"], "an address, IPv4 or IPv6", "IPv4 或 IPv6 地址"),
    form(
        &["payitem_form"],
        "1 to 100 items, each with a `productid` of 1 to 64 visible ASCII characters and a `quantity` of 1 or more",
        "1 至 100 项，每项的 `productid` 为 1 至 64 个可见 ASCII 字符，`quantity` 至少为 1",
    ),
    form(
        &["one_order_id_form"],
        "`order_id` or `wx_order_id`, and not both",
        "`order_id` 和 `wx_order_id` 二选一",
    ),
    form(
        &["refund_order_id_form"],
        "8 to 32 letters, digits, `_` and `-`",
        "8 至 32 个字母、数字、`_` 或 `-`",
    ),
    form(&["refund_fee_form"], "fen, 1 to `left_fee`", "单位分，1 至 `left_fee`"),
    form(&["refund_reason_form", "req_from_form"], "0 to 5; 1 to 3", "0 至 5；1 至 3"),
    form(
        &["user_id_of_the_call"],
        "exactly one of `user_id` and, where the user's signature is not needed, `openid`; with `notify_provide_goods` neither",
        "`user_id` 与 `openid` 二选一，`openid` 仅限不需要用户态签名的接口；`notify_provide_goods` 两者都不带",
    ),
    form(
        &["call_without_session_key"],
        "`check_session_key` only where the user's signature is needed",
        "只有需要用户态签名时才能设置 `check_session_key`",
    ),
    form(
        &["kv_list_form"],
        "1 to 128 pairs; a key of 1 to 128 bytes, key and value together at most 1,024",
        "1 至 128 对；key 为 1 至 128 字节，key 与 value 合计最多 1024 字节",
    ),
];
