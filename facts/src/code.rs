//! The error codes. They are stable. A new one is a row here and the line that answers with it; one of a single route stands in
//! the list of [`route`](crate::route) and in an answer of [`response`](crate::response), too. `docs/api.md`, `openapi.yaml` and the
//! client's types follow by `cargo xtask generate`.

/// What is said of a code.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// For people, in the answer.
    pub detail: &'static str,
    /// For people, in `docs/api.md`.
    pub means: &'static str,
    /// What a client does about it.
    pub client: &'static str,
    /// Both in Chinese.
    pub chinese: [&'static str; 2],
}

macro_rules! codes {
    ($($name:ident: $code:literal, $status:literal, $detail:literal, $means:literal, $client:literal,
        $means_zh:literal, $client_zh:literal;)*) => {
        /// Why a request was not done. 401 means "log in again" and nothing else does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $means] $name,)*
        }

        impl Code {
            /// Every code, in the order of the tables.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// What is said of it.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row { code: $code, status: $status, detail: $detail, means: $means, client: $client, chinese: [$means_zh, $client_zh] },)*
                }
            }
        }
    };
}

// Code, status, what the answer says, what docs/api.md says, what a client does; the latter two in Chinese.
codes! {
    MalformedRequest: "malformed_request", 400, "The request cannot be read", "the body, a field or the Authorization header cannot be read", "has a bug",
        "请求体、某个字段或 Authorization 头格式有误", "程序有 bug，需要修复";
    LoginCodeInvalid: "login_code_invalid", 400, "WeChat does not accept the code", "WeChat does not accept the code: bad, expired, another app's", "calls `wx.login` once more, then stops",
        "微信不接受该 code：无效、过期，或属于其他小程序", "重新调用一次 `wx.login`；仍失败则停止";
    LoginCodeUsed: "login_code_used", 400, "The code has been used", "the code was sent before", "calls `wx.login` once more, then stops",
        "该 code 已被使用过", "重新调用一次 `wx.login`；仍失败则停止";
    PhoneCodeInvalid: "phone_code_invalid", 400, "WeChat does not accept the phone code", "the phone code is bad, expired, used, or a login code", "asks the user to press the button again",
        "手机号 code 无效、过期、已用过，或误传了登录 code", "请用户重新点击按钮";
    AudienceUnknown: "audience_unknown", 400, "No page of this origin is served here", "`audience` is not the origin that the parameter `PageOrigin` names", "has a bug; the app or the deployment is misconfigured",
        "`audience` 不是参数 `PageOrigin` 指定的源", "程序有 bug，或小程序、部署的配置有误";
    CredentialsMissing: "credentials_missing", 401, "A bearer token is needed", "no bearer token", "logs in",
        "未携带 token", "登录";
    SessionInvalid: "session_invalid", 401, "The session is over: log in again", "the session is over or never was", "logs in",
        "会话已结束或从未存在", "登录";
    WrongApp: "wrong_app", 403, "This Mini Program is not served here", "the Mini Program is not one of this deployment's, or no longer", "stops; the app or the deployment is misconfigured",
        "该小程序不属于（或不再属于）本部署", "停止；小程序或部署的配置有误";
    LoginBlocked: "login_blocked", 403, "WeChat refuses this user", "WeChat's risk control refuses this user", "shows a message, does not retry",
        "微信风控拒绝该用户登录", "提示用户，不要重试";
    UserBlocked: "user_blocked", 403, "This user is blocked", "the business has [blocked](accounts.md#blocking) this user; `until` says until when, if it ends", "shows a message, does not retry",
        "业务方[封禁](../accounts.md#blocking)了该用户；有期限时 `until` 为解封时间", "提示用户，不要重试";
    RoleMissing: "role_missing", 403, "The user may not do this", "a business function wants a role that the user has not", "hides the feature; a new login gives no role",
        "该用户没有业务函数要求的角色", "隐藏该功能；重新登录也不会获得角色";
    NotForChild: "not_for_child", 403, "Not for a page's session: ask in the Mini Program", "the session is that of a page in a web-view, and the route takes none", "leaves it to the Mini Program",
        "该会话属于 web-view 网页，而此路由不接受网页会话", "交给小程序完成";
    PushRefused: "push_refused", 403, "This is no message of WeChat's for this Mini Program", "[message push](push.md) only: the signature does not fit, or the message is for another Mini Program", "is not asked: an operator compares Token and EncodingAESKey",
        "仅用于[消息推送](push.md)：签名不符，或消息属于其他小程序", "与客户端无关；由运维人员核对 Token 和 EncodingAESKey";
    NotFound: "not_found", 404, "There is no such thing", "no such path, method or session", "treats the session as ended",
        "路径、方法或会话不存在", "视为该会话已结束";
    NotEnabled: "not_enabled", 404, "This deployment has the feature switched off", "the deployment has the feature switched off: it stores no session_key, serves no pages, or takes no pushed messages for this Mini Program", "hides the feature",
        "本部署关闭了该功能：不保存 session_key、未启用网页，或未对该小程序启用消息推送", "隐藏该功能";
    MethodNotAllowed: "method_not_allowed", 405, "The route knows other methods", "the route knows other methods; behind API Gateway it is `not_found`", "has a bug",
        "路由存在但方法不对；经过 API Gateway 时返回 `not_found`", "程序有 bug，需要修复";
    SessionKeyStale: "session_key_stale", 409, "The session_key has changed: call wx.login", "the data was made with another session_key", "logs in, then fetches the data again",
        "数据是用另一个 session_key 加密的", "先登录，再重新获取数据";
    TicketInvalid: "ticket_invalid", 409, "The ticket is not good: open the page again", "the ticket is unknown, over, used, for another page, or of a session that is over", "asks the Mini Program to open the page again",
        "票据无效：不存在、过期、已用过、属于其他网页，或签发它的会话已结束", "请小程序重新打开网页";
    BodyTooLarge: "body_too_large", 413, "The body is too large", "the body is larger than the route takes", "has a bug",
        "请求体超过该路由的上限", "程序有 bug，需要修复";
    UnsupportedMediaType: "unsupported_media_type", 415, "The body must be application/json", "Content-Type is not application/json", "has a bug",
        "Content-Type 不是 application/json", "程序有 bug，需要修复";
    RateLimited: "rate_limited", 429, "Too many requests: wait", "too many requests here or at WeChat", "keeps the token, waits",
        "请求过多（本服务或微信限流）", "保留 token，等待后重试";
    ServiceMisconfigured: "service_misconfigured", 500, "The service is misconfigured", "credentials or settings of the deployment are wrong", "keeps the token; an operator must act",
        "部署的凭证或配置有误", "保留 token；由运维人员处理";
    Internal: "internal", 500, "The service failed", "a defect here", "keeps the token, retries later",
        "本服务的缺陷", "保留 token，稍后重试";
    UpstreamInvalid: "upstream_invalid", 502, "WeChat's answer cannot be read", "WeChat's answer cannot be read", "keeps the token, calls `wx.login` later",
        "无法识别微信的响应", "保留 token，稍后再调用 `wx.login`";
    UpstreamUnavailable: "upstream_unavailable", 503, "WeChat cannot be reached: retry", "WeChat is busy, slow or unreachable", "keeps the token, waits, calls `wx.login` again",
        "微信繁忙、超时或无法连接", "保留 token，等待后重新调用 `wx.login`";
    StoreUnavailable: "store_unavailable", 503, "The session cannot be checked now: retry", "a table or secret cannot be reached: cannot tell", "keeps the token, waits, retries",
        "数据表或密钥无法访问，无法判断会话状态", "保留 token，等待后重试";
}

impl Code {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().status
    }

    /// RFC 9457 §4.2.1: with `about:blank` the title is the phrase of the status, as RFC 9110 has it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        phrase(self.status())
    }

    /// For `WWW-Authenticate`.
    #[must_use]
    pub const fn challenge(self) -> Option<&'static str> {
        match self {
            // RFC 6750 §3: no error code when no credentials were sent.
            Self::CredentialsMissing => Some(r#"Bearer realm="wxs""#),
            Self::SessionInvalid => Some(r#"Bearer realm="wxs", error="invalid_token""#),
            _ => None,
        }
    }

    /// For `Retry-After`, in seconds, where nothing better is known.
    #[must_use]
    pub const fn retry_after(self) -> Option<u16> {
        match self {
            Self::UpstreamUnavailable | Self::StoreUnavailable => Some(2),
            Self::RateLimited => Some(60),
            _ => None,
        }
    }
}

/// The phrase of a status.
#[must_use]
pub const fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
