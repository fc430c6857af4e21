//! The fields of the request line.

use super::Field;

const fn field(names: &'static [&'static str], holds: &'static str, missing: &'static str) -> Field {
    Field { names, holds, missing }
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
        "`ok`, or the [code](api.md#codes) of the problem; of the authorizer `allow`, `refuse`, `cannot_tell`; of `accounts` `ok` or the answer's error: `invalid_request`, `not_found`, `version_conflict`, `record_damaged`, `service_misconfigured`, `store_unavailable`, `internal`; of `wechat` `ok` or the [answer's error](wechat-backend.md#what-an-error-means); of `erasures` also `record_damaged`: `stuck` says how many",
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
