//! The audit events.

use super::Audit;

const fn audit(event: &'static str, when: &'static str, fields: &'static str) -> Audit {
    Audit { event, when, fields }
}

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
    audit(
        "user_deleted",
        "the user's record was erased: by `DELETE /me`, by `accounts`, or by `erasures`",
        "",
    ),
    audit(
        "account_control",
        "a backend asked `accounts` for something, whatever came of it",
        "`action`, `actor` as the backend named it, both null where the request is not of the documented form; `outcome`: `ok` or the error's code; `reason` of a block, and `until` of one that ends; `ended_session_id`",
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
        "`action`, `actor` as the backend named it, both null where the request is not of the documented form; `outcome`: `ok` or the error's code; `call` of `sign_xpay`",
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
