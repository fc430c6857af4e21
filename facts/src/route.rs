//! The routes. A new one is a row here, a row of the function's table, and an operation of `openapi.yaml`.

use crate::{
    Code::{
        self, AudienceUnknown, BodyTooLarge, CredentialsMissing, LoginBlocked, LoginCodeInvalid,
        LoginCodeUsed, MalformedRequest, NotEnabled, NotForChild, NotFound, PhoneCodeInvalid, PushRefused,
        ServiceMisconfigured, SessionInvalid, SessionKeyStale, StoreUnavailable, TicketInvalid,
        UnsupportedMediaType, UpstreamInvalid, UpstreamUnavailable, UserBlocked, WrongApp,
    },
    Function,
};

/// What stands before a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Nothing.
    Open,
    /// The function itself checks the token.
    Token,
    /// The authorizer.
    Authorizer,
}

/// A route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path as the template has it, `/sessions/{id}`.
    pub path: &'static str,
    /// Who serves it.
    pub function: Function,
    /// What the template calls its event.
    pub event: &'static str,
    /// What stands before it.
    pub auth: Auth,
    /// Whether a page in a web-view may call it: it takes a page's session, and answers with CORS headers.
    pub pages: bool,
    /// The members of its body and how long that may be; empty when it takes none.
    pub body: &'static str,
    /// The status of its success.
    pub success: u16,
    /// The codes that it may answer with, besides those of the authorizer and of every route.
    pub codes: &'static [Code],
    /// What it answers.
    pub answer: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
}

/// What the authorizer may answer in a route's place.
pub const OF_THE_AUTHORIZER: &[Code] = &[CredentialsMissing, SessionInvalid, StoreUnavailable];

/// All of them, in the order of the tables.
pub const ALL: &[Route] = &[
    LOGIN,
    CHECK,
    LOGOUT,
    LIST_SESSIONS,
    END_SESSION,
    SIGN_OUT_EVERYWHERE,
    DELETE_ACCOUNT,
    MAKE_TICKET,
    REDEEM_TICKET,
    DECRYPT,
    VERIFY,
    CHECK_SESSION_KEY,
    RESET_SESSION_KEY,
    PHONE_NUMBER,
    PUSH_CHECK,
    PUSH,
];

/// The token, its times, session id, user id, whether the user is new.
pub const LOGIN: Route = Route {
    method: "POST",
    path: "/login",
    function: Function::Login,
    event: "Login",
    auth: Auth::Open,
    pages: false,
    body: "`{code, app_id?, install_id?, device?}`, at most 4096 bytes",
    success: 200,
    codes: &[
        MalformedRequest,
        LoginCodeInvalid,
        LoginCodeUsed,
        WrongApp,
        LoginBlocked,
        UserBlocked,
        BodyTooLarge,
        UnsupportedMediaType,
        ServiceMisconfigured,
        UpstreamInvalid,
        UpstreamUnavailable,
        StoreUnavailable,
    ],
    answer: "the token, its times, session id, user id, whether the user is new",
    chinese: "token、各个时间、会话 id、用户 id、是否新用户",
};

/// Session and user; renews the session when that is due.
pub const CHECK: Route = Route {
    method: "GET",
    path: "/session",
    function: Function::CheckSession,
    event: "Check",
    // A client that got a 401 or 403 from anywhere asks here what it means.
    auth: Auth::Token,
    pages: true,
    body: "",
    success: 200,
    codes: &[MalformedRequest, CredentialsMissing, SessionInvalid, StoreUnavailable],
    answer: "session and user; renews the session when that is due",
    chinese: "会话和用户信息；到了续期时间会自动续期",
};

/// 204: logged out.
pub const LOGOUT: Route = Route {
    method: "DELETE",
    path: "/session",
    function: Function::CheckSession,
    event: "Logout",
    auth: Auth::Token,
    pages: true,
    body: "",
    success: 204,
    codes: &[MalformedRequest, CredentialsMissing, SessionInvalid, StoreUnavailable],
    answer: "204: logged out",
    chinese: "204：已退出",
};

/// The user's sessions.
pub const LIST_SESSIONS: Route = Route {
    method: "GET",
    path: "/sessions",
    function: Function::Sessions,
    event: "List",
    auth: Auth::Authorizer,
    pages: true,
    body: "",
    success: 200,
    codes: &[MalformedRequest, StoreUnavailable],
    answer: "the user's sessions",
    chinese: "该用户的会话列表",
};

/// 204: that session has ended.
pub const END_SESSION: Route = Route {
    method: "DELETE",
    path: "/sessions/{id}",
    function: Function::Sessions,
    event: "SignOutOne",
    auth: Auth::Authorizer,
    pages: true,
    body: "",
    success: 204,
    codes: &[MalformedRequest, NotFound, StoreUnavailable],
    answer: "204: that session has ended",
    chinese: "204：该会话已结束",
};

/// 204: every session of the user has ended.
pub const SIGN_OUT_EVERYWHERE: Route = Route {
    method: "DELETE",
    path: "/sessions",
    function: Function::Sessions,
    event: "SignOutEverywhere",
    auth: Auth::Authorizer,
    pages: true,
    body: "",
    success: 204,
    codes: &[MalformedRequest, StoreUnavailable],
    answer: "204: every session of the user has ended",
    chinese: "204：该用户的所有会话已结束",
};

/// 204: the user's record and all sessions are gone.
pub const DELETE_ACCOUNT: Route = Route {
    method: "DELETE",
    path: "/me",
    function: Function::Sessions,
    event: "EraseUser",
    auth: Auth::Authorizer,
    pages: false,
    body: "",
    success: 204,
    codes: &[MalformedRequest, NotForChild, StoreUnavailable],
    answer: "204: the user's record and all sessions are gone",
    chinese: "204：用户记录和所有会话均已删除",
};

/// A ticket for a page in a web-view.
pub const MAKE_TICKET: Route = Route {
    method: "POST",
    path: "/tickets",
    function: Function::Sessions,
    event: "MakeTicket",
    auth: Auth::Authorizer,
    pages: false,
    body: "`{audience}`, at most 1024 bytes",
    success: 200,
    codes: &[
        MalformedRequest,
        AudienceUnknown,
        NotForChild,
        NotEnabled,
        BodyTooLarge,
        UnsupportedMediaType,
        StoreUnavailable,
    ],
    answer: "a ticket for a page in a web-view, good once and for a minute",
    chinese: "供 web-view 网页使用的票据：一次有效，60 秒内使用",
};

/// A page's session, for a ticket.
pub const REDEEM_TICKET: Route = Route {
    method: "POST",
    path: "/tickets/redeem",
    function: Function::Login,
    event: "RedeemTicket",
    auth: Auth::Open,
    pages: true,
    body: "`{ticket, audience}`, at most 1024 bytes",
    success: 200,
    codes: &[MalformedRequest, TicketInvalid, BodyTooLarge, UnsupportedMediaType, StoreUnavailable],
    answer: "the page's own session, in the form of a login's answer",
    chinese: "网页自己的会话，格式与登录响应相同",
};

/// The decrypted open data.
pub const DECRYPT: Route = Route {
    method: "POST",
    path: "/open-data/decrypt",
    function: Function::OpenData,
    event: "Decrypt",
    auth: Auth::Authorizer,
    pages: false,
    body: "`{encrypted_data, iv, max_age_seconds?}`, at most 16384 bytes",
    success: 200,
    codes: &[
        MalformedRequest,
        NotForChild,
        NotEnabled,
        SessionKeyStale,
        BodyTooLarge,
        UnsupportedMediaType,
        ServiceMisconfigured,
        StoreUnavailable,
    ],
    answer: "the decrypted open data",
    chinese: "解密后的开放数据",
};

/// Whether the signature of `rawData` is right.
pub const VERIFY: Route = Route {
    method: "POST",
    path: "/open-data/verify",
    function: Function::OpenData,
    event: "Verify",
    auth: Auth::Authorizer,
    pages: false,
    body: "`{raw_data, signature}`, at most 16384 bytes",
    success: 200,
    codes: &[
        MalformedRequest,
        NotForChild,
        NotEnabled,
        SessionKeyStale,
        BodyTooLarge,
        UnsupportedMediaType,
        ServiceMisconfigured,
        StoreUnavailable,
    ],
    answer: "whether the signature of `rawData` is right",
    chinese: "`rawData` 的签名是否正确",
};

/// Whether WeChat still accepts the stored session_key.
pub const CHECK_SESSION_KEY: Route = Route {
    method: "GET",
    path: "/session-key",
    function: Function::OpenData,
    event: "CheckSessionKey",
    auth: Auth::Authorizer,
    pages: false,
    body: "",
    success: 200,
    codes: &[
        MalformedRequest,
        WrongApp,
        NotForChild,
        NotEnabled,
        ServiceMisconfigured,
        UpstreamInvalid,
        UpstreamUnavailable,
        StoreUnavailable,
    ],
    answer: "whether WeChat still accepts the stored session_key",
    chinese: "已保存的 session_key 在微信侧是否仍然有效",
};

/// 204: WeChat made a new session_key.
pub const RESET_SESSION_KEY: Route = Route {
    method: "POST",
    path: "/session-key/reset",
    function: Function::OpenData,
    event: "ResetSessionKey",
    auth: Auth::Authorizer,
    pages: false,
    body: "",
    success: 204,
    codes: &[
        MalformedRequest,
        WrongApp,
        NotForChild,
        NotEnabled,
        SessionKeyStale,
        ServiceMisconfigured,
        UpstreamInvalid,
        UpstreamUnavailable,
        StoreUnavailable,
    ],
    answer: "204: WeChat made a new session_key",
    chinese: "204：微信已更换 session_key",
};

/// The phone number behind a button's code.
pub const PHONE_NUMBER: Route = Route {
    method: "POST",
    path: "/phone-number",
    function: Function::OpenData,
    event: "PhoneNumber",
    auth: Auth::Authorizer,
    pages: false,
    body: "`{code}`, at most 4096 bytes",
    success: 200,
    codes: &[
        MalformedRequest,
        PhoneCodeInvalid,
        WrongApp,
        NotForChild,
        BodyTooLarge,
        UnsupportedMediaType,
        ServiceMisconfigured,
        UpstreamInvalid,
        UpstreamUnavailable,
        StoreUnavailable,
    ],
    answer: "the phone number behind a button's code",
    chinese: "手机号按钮的 code 对应的手机号",
};

/// WeChat's check of the URL of message push.
pub const PUSH_CHECK: Route = Route {
    method: "GET",
    path: "/wechat/push/{app_id}",
    function: Function::Push,
    event: "Check",
    auth: Auth::Open,
    pages: false,
    body: "",
    success: 200,
    codes: &[MalformedRequest, PushRefused, NotEnabled, ServiceMisconfigured, StoreUnavailable],
    answer: "WeChat's check of the URL: its `echostr`",
    chinese: "微信对 URL 的校验：原样返回 `echostr`",
};

/// A message that WeChat pushes.
pub const PUSH: Route = Route {
    method: "POST",
    path: "/wechat/push/{app_id}",
    function: Function::Push,
    event: "Receive",
    auth: Auth::Open,
    pages: false,
    body: "what WeChat sends, JSON or XML, at most 65536 bytes",
    success: 200,
    codes: &[MalformedRequest, PushRefused, NotEnabled, BodyTooLarge, ServiceMisconfigured, StoreUnavailable],
    answer: "`success`, once the message is stored",
    chinese: "消息保存后返回 `success`",
};
