//! The words of the log: fields of the request line, reasons, audit events, metrics. `docs/operations.md` follows by
//! `cargo xtask generate`; a test build refuses to write a word that stands in no table here.

/// A member of the request line, or several that go together.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Their names.
    pub names: &'static [&'static str],
    /// What it holds.
    pub holds: &'static str,
    /// What it means that it is missing, or null.
    pub missing: &'static str,
}

/// Words of the field `reason` that have one meaning.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// The words.
    pub words: &'static [&'static str],
    /// What they mean.
    pub means: &'static str,
}

/// Words for what is wrong with a request.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The words.
    pub words: &'static [&'static str],
    /// What the request should have.
    pub means: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
}

/// An audit event.
#[derive(Clone, Copy, Debug)]
pub struct Audit {
    /// Its name.
    pub event: &'static str,
    /// When it is written.
    pub when: &'static str,
    /// What it has besides what every audit event has.
    pub fields: &'static str,
}

/// Which deployments send a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// All of them, in each line of its kind.
    Always,
    /// All of them, when it happens: a metric is paid for by the hour in which it is sent.
    When,
    /// Those whose parameter `Metrics` is `full`.
    Full,
}

/// A custom metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in the namespace `WxSession`.
    pub name: &'static str,
    /// Who sends it.
    pub sent: Sent,
    /// What it counts or measures.
    pub counts: &'static str,
}

/// Whether a field may be written.
#[must_use]
pub fn has_field(name: &str) -> bool {
    FIELDS.iter().any(|field| field.names.contains(&name)) || METRICS.iter().any(|metric| metric.name == name)
}

/// Whether a reason may be written.
#[must_use]
pub fn has_reason(word: &str) -> bool {
    REASONS.iter().chain(FORMS).any(|reason| reason.words.contains(&word))
        || BACKEND_FORMS.iter().chain(WECHAT_FORMS).any(|form| form.words.contains(&word))
}

/// Whether an audit event may be written.
#[must_use]
pub fn has_event(name: &str) -> bool {
    AUDITS.iter().any(|audit| audit.event == name)
}

const fn field(names: &'static [&'static str], holds: &'static str, missing: &'static str) -> Field {
    Field { names, holds, missing }
}

const fn reason(words: &'static [&'static str], means: &'static str) -> Reason {
    Reason { words, means }
}

const fn form(words: &'static [&'static str], means: &'static str, chinese: &'static str) -> Form {
    Form { words, means, chinese }
}

const fn audit(event: &'static str, when: &'static str, fields: &'static str) -> Audit {
    Audit { event, when, fields }
}

const fn metric(name: &'static str, sent: Sent, counts: &'static str) -> Metric {
    Metric { name, sent, counts }
}

/// The fields of the request line. Numbers of metrics are fields, too.
pub const FIELDS: &[Field] = &[
    field(&["timestamp"], "when the line was written, RFC 3339, UTC", "never missing"),
    field(
        &["level"],
        "`INFO`; `WARN` for a 5xx, `cannot_tell`, or a table that failed; `ERROR` when an operator must act",
        "never missing",
    ),
    field(
        &["message"],
        "`request`; `metrics` for a request line that `LogLevel` keeps back and that has metrics: outcome, times and numbers alone; see below for `audit`, `stuck`, `panic`, `cannot start`, `setting adjusted`, `not an event of this function`",
        "never missing",
    ),
    field(
        &["function"],
        "`login`, `check-session`, `authorizer`, `sessions`, `open-data`, `accounts`, `wechat`, `push`, `erasures`, `events`",
        "never missing",
    ),
    field(
        &["request_id"],
        "Lambda's id of the invocation, which the client sees as `instance`",
        "only in `panic`, `cannot start` and `not an event of this function`",
    ),
    field(
        &["gateway_request_id"],
        "API Gateway's id of the request, the `request_id` of its access log and the `instance` of what it answers itself; only in one of its two forms, because a client may set it",
        "TOKEN authorizers and load balancers: the event has none",
    ),
    field(
        &["source_address"],
        "where the request came from, as the gateway or load balancer saw it: the network (`203.0.113.0/24`, `2001:db8:1::/48`), or what `SourceAddress` says",
        "`SourceAddress` is `off`; TOKEN authorizers and AppSync: the event has none",
    ),
    field(
        &["cold_start"],
        "whether it was the first request of this environment",
        "only in other lines than `request`",
    ),
    field(
        &["outcome"],
        "`ok`, or the [code](api.md#codes) of the problem; of the authorizer `allow`, `refuse`, `cannot_tell`; of `accounts` `ok` or the answer's error: `invalid_request`, `not_found`, `version_conflict`, `record_damaged`, `store_unavailable`, `internal`; of `wechat` `ok` or the [answer's error](wechat-backend.md#what-an-error-means)",
        "only in other lines than `request`",
    ),
    field(
        &["action"],
        "`accounts`: `get`, `find_by_openid`, `find_by_unionid`, `find_by_external_id`, `block`, `unblock`, `set_roles`, `set_claims`, `set_external_id`, `list_sessions`, `end_session`, `end_sessions`, `erase`; `wechat`: `phone_number`, `access_token`, `sign_virtual_payment`, `sign_xpay`, `sign_user_storage`",
        "the request could not be read; another function",
    ),
    field(
        &["status"],
        "the HTTP status",
        "lines of the authorizer, of `accounts`, of `wechat`, of `erasures` and of `events` have none",
    ),
    field(&["reason"], "why, in a stable word; see the next table", "the outcome says all there is"),
    field(
        &["ended"],
        "why a session that there was is over; the client is told, too",
        "there was none, or nobody may know",
    ),
    field(&["until"], "until when the user is blocked; the client is told, too", "not blocked, or for good"),
    field(&["duration_ms"], "from the event to the line", "only in other lines than `request`"),
    field(
        &["store_ms"],
        "waiting for DynamoDB, all calls added up; calls made at the same time count once",
        "no table was asked",
    ),
    field(&["wechat_ms"], "waiting for WeChat, both attempts", "WeChat was not asked"),
    field(
        &["secrets_ms"],
        "waiting for the secrets; about 0 when they are in memory",
        "refused before they were needed; not `login`, not `wechat`",
    ),
    field(
        &["valid"],
        "`open-data`: what the client was told",
        "the route tells no such thing, or did not get that far",
    ),
    field(
        &["unopened_keys"],
        "`open-data`, `wechat`: stored session_keys that no key of the ring opens",
        "all opened",
    ),
    field(
        &["access_token_refused"],
        "`open-data`, `wechat`: WeChat's number for a stale access token, which was then replaced",
        "it was taken",
    ),
    field(&["stored"], "`open-data`: whether the new session_key of a reset was written", "not a reset"),
    field(&["user_id"], "the user", "no token could be read; in `login`: WeChat gave no user"),
    field(&["session_id"], "the session's public name", "no such session, or none was made"),
    field(&["app_id"], "the Mini Program", "not known yet when the request ended"),
    field(
        &["event"],
        "`push`: the event of a verified message: `user_authorization_cancellation`, `user_authorization_revoke`, `user_info_modified`, `other`",
        "no message was verified; another function",
    ),
    field(
        &["push_id"],
        "`push`, and `erasures` in its lines `stuck` and `audit`: the stored message, the `sk` of its record",
        "nothing was stored",
    ),
    field(
        &["push_age_seconds"],
        "`push`: how old `timestamp` was in what WeChat signed. Whether it signs anew when it sends again is not documented",
        "no message was verified; no number",
    ),
    field(
        &["push_lost"],
        "`push`, true: a signed message asks for an erasure that will not be carried out, or could not be read; `reason` says why",
        "neither",
    ),
    field(&["stuck"], "`erasures`: how many messages cannot be carried out, however often they come", "none"),
    field(&["told"], "`events`: how many events there were to tell", "another function"),
    field(
        &["unreadable"],
        "`events`: records that cannot be read, and are not told; `operator` is about the last of them",
        "none",
    ),
    field(&["bus_ms"], "`events`: waiting for EventBridge", "there is no bus"),
    field(
        &["bus_error"],
        "`events`: why an event is not on the bus, in EventBridge's word, or `timeout`, `connection`, `no_answer`; it comes again",
        "all are",
    ),
    field(
        &["flavour"],
        "authorizer: `rest_token`, `rest_request`, `websocket`, `http_1.0`, `http_2.0`, `appsync`",
        "null: not an authorizer's event. Absent: another function",
    ),
    field(
        &["wechat_error"],
        "`connect`, `timeout`, `broken`, `status`, `too_large`, `not_json`, `shape`, `refused`",
        "WeChat did not fail",
    ),
    field(
        &["errcode"],
        "WeChat's number; [errcodes.md](errcodes.md) has them",
        "WeChat did not refuse, or gave no answer",
    ),
    field(
        &["errcode_class"],
        "who can do something about it: `user`, `operator`, `retry`, `defect`, `unknown`",
        "as above; a phone code was refused",
    ),
    field(
        &["unexpected_errcode"],
        "true: WeChat's number is in no table of ours, or means nothing for a phone code",
        "it is known",
    ),
    field(&["rid"], "WeChat's name of the call, which its support asks for", "null: WeChat named none"),
    field(
        &["store_operation"],
        "the call that failed, such as `BatchGetItem` or `GetSecretValue`; a `Query` is of an index of Users: `by_unionid` (`unionid`) or `by_external_id`",
        "no table and no secret failed",
    ),
    field(
        &["store_error"],
        "`timeout`, `connection`, `unreadable_answer`, `not_sent`, `unprocessed_keys`, `incomplete_answer`, `damaged_record`, `overtaken` (other writes to the same user were faster until the time was up, or the account was erased during its login), or AWS's error code",
        "as above",
    ),
    field(
        &["secret", "secret_error"],
        "`apps` or `key_ring`, and why it cannot be read: [The two secrets](#the-two-secrets)",
        "both are good",
    ),
    field(&["operator"], "`cause` and `fix`, in words", "nothing to mend"),
    field(&["stack"], "the stack's name, with metrics only", "the line carries no metric"),
    field(&["_aws"], "CloudWatch's embedded metric format", "the line carries no metric"),
];

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
        "one JSON object with exactly the members of its action, each once; whole numbers without a decimal point (`1`, not `1.0`)",
        "一个 JSON 对象，字段与该 action 完全一致，各出现一次；整数不带小数点（写 `1`，不写 `1.0`）",
    ),
    form(
        &["actor_form"],
        "1 to 128 characters, not only spaces, none of them a control, invisible, or turning a line around, as U+200B and U+202E are",
        "1 至 128 个字符，不能全是空格；不含控制字符、不可见字符，以及会改变行内显示顺序的字符，例如 U+200B 和 U+202E",
    ),
    form(&["user_id_form"], "a UUID in lower case with hyphens", "小写带连字符的 UUID"),
    form(&["app_id_form", "openid_form"], "1 to 48 visible ASCII characters", "1 至 48 个可见 ASCII 字符"),
];

/// More words of `accounts`.
pub const FORMS: &[Reason] = &[
    reason(&["session_id_form"], "a UUID in lower case with hyphens"),
    reason(&["unionid_form"], "1 to 48 visible ASCII characters"),
    reason(&["reason_form"], "a code: `[a-z][a-z0-9_]{0,31}`"),
    reason(&["until_form"], "unix seconds, later than now"),
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
    form(&["buy_quantity_form", "amount_form"], "a whole number, 1 or more", "整数，至少为 1"),
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
        "1 to 100 items, each with a `productid` and a `quantity` of 1 or more",
        "1 至 100 项，每项有 `productid`，`quantity` 至少为 1",
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

/// The audit events.
pub const AUDITS: &[Audit] = &[
    audit("authn_login_success", "a token goes out", "`is_new`"),
    audit("authn_login_fail", "a login is refused or fails", "`reason`: the code"),
    audit("session_created", "a session is in the user's list", ""),
    audit(
        "session_renewed",
        "`GET /session` noted that the session is in use, and moved the expiry; not of a page's, which has one expiry",
        "",
    ),
    audit("session_logout", "a session ended by its own token", ""),
    audit(
        "session_revoked",
        "a session ended by something else",
        "`reason`: `replaced` by a login of the same install or that presented it, `ended_by_user`, `evicted` of a page that went for a newer one; `ended_session_id`",
    ),
    audit(
        "excess_sessions_exceeded",
        "a login took a session out of a list that was full",
        "`reason`: `evicted`; `ended_session_id` where it was read",
    ),
    audit("all_sessions_revoked", "the user signed out everywhere", "`reason`: `signed_out_everywhere`"),
    audit("user_deleted", "the user's record was erased", ""),
    audit(
        "account_control",
        "a backend asked `accounts` for something, whatever came of it",
        "`action`, `actor` as the backend named it, `outcome`: `ok` or the error's code; `reason` of a block; `ended_session_id`",
    ),
    audit("ticket_made", "a ticket went to the Mini Program", ""),
    audit(
        "ticket_redeemed",
        "a page got a session for a ticket; `session_id` of the line is the page's",
        "`parent_session_id`",
    ),
    audit(
        "ticket_reused",
        "a ticket came again, each time: the session that it had made has ended, unless the request's outcome is `store_unavailable`",
        "`ended_session_id` where that ended it",
    ),
    audit(
        "wechat_asked",
        "a backend asked `wechat` for something, whatever came of it",
        "`action`, `actor` as the backend named it, `outcome`: `ok` or the error's code; `call` of `sign_xpay`",
    ),
    audit("push_stored", "a message of WeChat's that asks for an erasure is stored", "`event`"),
    audit(
        "push_carried_out",
        "`erasures` finished such a message",
        "`event`, `app_id`, `user_id`, `outcome`: `erased`, `no_account`, `newer_account` (it began after the message), `nothing_held` (what was withdrawn is not kept here)",
    ),
    audit("session_key_reset", "WeChat made a new session_key", ""),
    audit(
        "phone_number_read",
        "a phone number went to the client, or to the backend that asked `wechat`",
        "",
    ),
    audit("crypt_decrypt_fail", "no stored session_key of the user opens", ""),
    audit(
        "session_use_after_logout",
        "a token was used within a day after somebody ended its session; not one that was evicted or replaced, or whose user is gone or blocked, and not a page's",
        "`reason`",
    ),
    audit("session_use_after_expire", "a token was used after its session expired", "`reason`: `expired`"),
];

/// The metrics, all by `stack`; those of `Sent::Full` also by `function`, and by both and `outcome`.
pub const METRICS: &[Metric] = &[
    metric(
        "logins",
        Sent::Always,
        "with every login, 1 for one that worked, else 0: the number of values is the number of logins tried",
    ),
    metric("logins_refused", Sent::When, "a login that was refused with 4xx"),
    metric("logins_lost_to_wechat", Sent::When, "a login that WeChat kept from working"),
    metric(
        "service_misconfigured",
        Sent::When,
        "a request that failed because of how the service is configured, or that found a secret which must be mended",
    ),
    metric(
        "session_use_after_logout",
        Sent::When,
        "a token of a session that somebody had ended, not of a page's",
    ),
    metric(
        "pushes_lost",
        Sent::When,
        "a pushed message that asks for an erasure and is not taken because of us, or cannot be carried out: too old, of the future, without a time, a user or what was withdrawn; or one that nobody could read although it was signed",
    ),
    metric(
        "erasures_undone",
        Sent::When,
        "a message that `erasures` cannot carry out, however often it comes: a record is damaged",
    ),
    metric(
        "events_untold",
        Sent::When,
        "a record that `events` cannot read: what happened to it is not told",
    ),
    metric("unexpected_errcodes", Sent::When, "a number of WeChat's that no table of ours has"),
    metric("requests", Sent::Full, "1 for each"),
    metric("cold_starts", Sent::Full, "1 for the first of an environment, else 0"),
    metric("duration_ms", Sent::Full, "from the event to the line"),
    metric("store_ms", Sent::Full, "waiting for DynamoDB"),
    metric("wechat_ms", Sent::Full, "waiting for WeChat"),
];
