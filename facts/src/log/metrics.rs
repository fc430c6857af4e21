//! The metrics.

use super::{Metric, Sent};

const fn metric(name: &'static str, sent: Sent, counts: &'static str) -> Metric {
    Metric { name, sent, counts }
}

/// The metrics, all by `stack`; those of `Sent::Full` also by `function`, and by both and `outcome`.
pub const METRICS: &[Metric] = &[
    metric(
        "logins",
        Sent::Always,
        "with every login, 1 for one that worked, else 0: the number of values is the number of logins tried",
    ),
    metric("logins_refused", Sent::When, "a login that was refused with 4xx"),
    metric(
        "logins_lost",
        Sent::When,
        "a login that failed with 5xx, whatever is to blame, or that WeChat's quota kept from working",
    ),
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
