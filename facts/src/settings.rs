//! The settings. A new one is a row here, listed in [`ALL`], and the line that reads it: template and `docs/` follow by
//! `cargo xtask generate`.

use crate::{
    Function::{
        self, Accounts, Authorizer, CheckSession, Erasures, Events, Login, OpenData, Push, Sessions, Wechat,
    },
    Setting,
    setting::{From, Given, Number, NumberOrNone, Text, Words},
};

const EVERY: &[Function] = Function::ALL;
const WECHAT: &[Function] = &[Login, OpenData, Wechat];
/// Who reads the AppSecrets, and what is in that secret beside them.
const APPS: &[Function] = &[Login, OpenData, Wechat, Push];
const TABLES: &[Function] = &[Login, CheckSession, Authorizer, Sessions, Accounts, Push, Erasures, Events];
const RULES: &[Function] = &[Login, CheckSession, Authorizer, Sessions, Accounts];
const REALMS: &[Function] = &[Login, CheckSession, Authorizer, Sessions];
const PAGES: &[Function] = &[Login, CheckSession, Sessions, OpenData];

/// All of them, in the order of the tables, and of the questions of `sam deploy --guided`.
pub const ALL: &[Setting] = &[
    WECHAT_APP_ID.any(),
    STACK_NAME.any(),
    METRICS.any(),
    USERS_TABLE.any(),
    SESSIONS_TABLE.any(),
    REALM.any(),
    IDLE_SECONDS.any(),
    ABSOLUTE_SECONDS.any(),
    RENEW_AFTER_SECONDS.any(),
    MAX_SESSIONS_PER_USER.any(),
    PAGE_ORIGIN.any(),
    PAGE_SESSION_SECONDS.any(),
    STORE_SESSION_KEY.any(),
    OPEN_DATA_MAX_AGE_SECONDS.any(),
    WECHAT_APPS_SECRET_ID.any(),
    SESSION_KEY_RING_SECRET_ID.any(),
    WECHAT_API_BASE_URL.any(),
    EVENT_BUS_NAME.any(),
    LOG_LEVEL.any(),
    SOURCE_ADDRESS.any(),
    AWS_ENDPOINT_URL_DYNAMODB.any(),
    AWS_ENDPOINT_URL_SECRETS_MANAGER.any(),
    AWS_ENDPOINT_URL_EVENTBRIDGE.any(),
    HTTP_API_ANSWER.any(),
];

/// In every metric, so that two stacks in one account do not share any.
pub const STACK_NAME: Setting<Given> = Setting {
    name: "STACK_NAME",
    from: From::Stack("StackName", "!Ref AWS::StackName"),
    readers: EVERY,
    kind: Given,
    effect: "The dimension `stack` of every metric.",
    chinese: "每个指标的维度 `stack`",
};

/// Which metrics are sent.
pub const METRICS: Setting<Words> = Setting {
    name: "METRICS",
    from: From::Parameter("Metrics", "Running it"),
    readers: EVERY,
    kind: Words { default: "few", words: &["few", "full"] },
    effect: "few: what the alarms look at. full: also requests and times by function and outcome, dozens of custom metrics that \
             CloudWatch bills one by one, and a dashboard.",
    chinese: "`few`：只发送告警所需的指标；`full`：另加按函数和结果统计的请求数与耗时（几十个自定义指标，CloudWatch 逐个计费），以及一个控制面板",
};

/// The table of users.
pub const USERS_TABLE: Setting<Given> = Setting {
    name: "USERS_TABLE",
    from: From::Stack("UsersTable", "!If [CreatesUsersTable, !Ref UsersTable, !Ref ExistingUsersTable]"),
    readers: EVERY,
    kind: Given,
    effect: "Where users and their sealed session_keys are kept.",
    chinese: "用户表，存放用户和加密的 session_key",
};

/// The table of sessions.
pub const SESSIONS_TABLE: Setting<Given> = Setting {
    name: "SESSIONS_TABLE",
    from: From::Stack("SessionsTable", "!Ref SessionsTable"),
    readers: TABLES,
    kind: Given,
    effect: "Where sessions are kept, under the hash of their token.",
    chinese: "会话表，以 token 的哈希为键",
};

/// Part of what is hashed with each token.
pub const REALM: Setting<Text> = Setting {
    name: "REALM",
    from: From::Parameter("Realm", "Session rules"),
    readers: REALMS,
    kind: Text {
        default: Some("1"),
        pattern: "^[A-Za-z0-9._-]{1,64}$",
        constraint: None,
        allowed: "1 to 64 characters of `A-Z a-z 0-9 . _ -`",
        chinese: "1 至 64 个 `A-Z a-z 0-9 . _ -` 字符",
    },
    effect: "Part of every stored token hash. A new value logs everybody out at once.",
    chinese: "参与计算每个 token 的哈希；更换后所有用户立即下线",
};

/// How long a session lives unused.
pub const IDLE_SECONDS: Setting<Number> = Setting {
    name: "IDLE_SECONDS",
    from: From::Parameter("IdleSeconds", "Session rules"),
    readers: RULES,
    kind: Number { default: 86_400, least: 900, most: 604_800 },
    effect: "A session that GET /session has not renewed for this long is over. More than AbsoluteSeconds counts as AbsoluteSeconds.",
    chinese: "空闲时间：超过它仍未通过 `GET /session` 续期，会话即结束；大于 AbsoluteSeconds 时按 AbsoluteSeconds 计",
};

/// How long a session lives at all. Below three days, the life commonly reported for WeChat's own session:
/// <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/login.html>
pub const ABSOLUTE_SECONDS: Setting<Number> = Setting {
    name: "ABSOLUTE_SECONDS",
    from: From::Parameter("AbsoluteSeconds", "Session rules"),
    readers: RULES,
    kind: Number { default: 172_800, least: 3_600, most: 259_200 },
    effect: "A session is over this long after login, renewed or not. Under WeChat's own three days.",
    chinese: "会话的最长有效期，从登录起算，无论是否续期；短于微信自身的三天",
};

/// How often a session is renewed.
pub const RENEW_AFTER_SECONDS: Setting<Number> = Setting {
    name: "RENEW_AFTER_SECONDS",
    from: From::Parameter("RenewAfterSeconds", "Session rules"),
    readers: RULES,
    kind: Number { default: 3_600, least: 300, most: 86_400 },
    effect: "GET /session renews a session at most this often (one write each time). More than half of the idle time counts as half.",
    chinese: "`GET /session` 两次续期的最短间隔（每次续期写一次表）；超过空闲时间的一半时按一半计",
};

/// The cap.
pub const MAX_SESSIONS_PER_USER: Setting<Number> = Setting {
    name: "MAX_SESSIONS_PER_USER",
    from: From::Parameter("MaxSessionsPerUser", "Session rules"),
    readers: &[Login],
    kind: Number { default: 5, least: 1, most: 50 },
    effect: "Sessions one user may hold; one more login ends one that GET /session has never confirmed, or else the one that it confirmed longest ago.",
    chinese: "每个用户的会话数上限；超出时先结束从未经 GET /session 确认的会话，其次是最久未确认的",
};

/// Whose pages may have sessions: one origin as a browser writes it in `Origin`, <https://www.rfc-editor.org/rfc/rfc6454#section-6.1>.
/// A browser leaves the usual port out.
pub const PAGE_ORIGIN: Setting<Text> = Setting {
    name: "PAGE_ORIGIN",
    from: From::Parameter("PageOrigin", "Session rules"),
    readers: PAGES,
    kind: Text {
        default: Some(""),
        pattern: r"^(https://(([a-z0-9]+(-+[a-z0-9]+)*\.)+[a-z0-9]+(-+[a-z0-9]+)*|localhost|127\.0\.0\.1)(:([1-9][0-9]?|[1-35-9][0-9]{2}|4[0-35-9][0-9]|44[0-24-9]|[1-9][0-9]{3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?|http://(localhost|127\.0\.0\.1)(:([1-9]|[1-79][0-9]|8[1-9]|[1-9][0-9]{2,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?)?$",
        constraint: Some(
            "empty, or https:// and a host in lower case, perhaps with a port other than 443; no path, no slash at the end",
        ),
        allowed: "empty, or an https origin: no path, lower case; http for loopback",
        chinese: "留空，或一个 https 源：不带路径，全小写；回环地址可用 http",
    },
    effect: "The origin of the pages that your Mini Program opens in a web-view, such as https://m.example.com. They get sessions of \
             their own by POST /tickets, and CORS headers. Empty switches both off.",
    chinese: "小程序在 web-view 中打开的网页的源，如 https://m.example.com；网页通过 `POST /tickets` 获得自己的会话，并收到 CORS 响应头；留空则关闭",
};

/// How long a page's session lives.
pub const PAGE_SESSION_SECONDS: Setting<Number> = Setting {
    name: "PAGE_SESSION_SECONDS",
    from: From::Parameter("PageSessionSeconds", "Session rules"),
    readers: RULES,
    kind: Number { default: 7_200, least: 300, most: 43_200 },
    effect: "A page's session is over this long after its ticket was redeemed, used or not, and never later than the session that made \
             the ticket.",
    chinese: "网页会话的有效期，从兑换票据起算，无论是否使用；且不晚于签发票据的会话",
};

/// Whether there is a vault.
pub const STORE_SESSION_KEY: Setting<Words> = Setting {
    name: "STORE_SESSION_KEY",
    from: From::Parameter("StoreSessionKey", "WeChat"),
    readers: WECHAT,
    kind: Words { default: "true", words: &["true", "false"] },
    effect: "Keep WeChat's session_key, sealed, for the open-data routes and for what the function wechat signs (payments, coins, user storage). Switch off when nothing needs it.",
    chinese: "是否加密保存 session_key，供开放数据接口以及 wechat 函数的用户态签名（支付、代币、用户存储）使用；用不到时请关闭",
};

/// The Mini Program of a login that names none.
pub const WECHAT_APP_ID: Setting<Text> = Setting {
    name: "WECHAT_APP_ID",
    from: From::Parameter("WechatAppId", "WeChat"),
    readers: &[Login],
    kind: Text {
        default: None,
        pattern: "^wx[0-9a-f]{16}$",
        constraint: Some("wx and 16 lower-case hexadecimal digits"),
        allowed: "`wx` and 16 hexadecimal digits",
        chinese: "`wx` 加 16 位十六进制数字",
    },
    effect: "AppID of the Mini Program (mp.weixin.qq.com, Development settings). A login that names none is one of it. More Mini \
             Programs are added to the AppsSecret later.",
    chinese: "小程序的 AppID；登录请求未指定小程序时使用它",
};

/// How old the watermark of open data may be.
pub const OPEN_DATA_MAX_AGE_SECONDS: Setting<NumberOrNone> = Setting {
    name: "OPEN_DATA_MAX_AGE_SECONDS",
    from: From::Parameter("OpenDataMaxAgeSeconds", "WeChat"),
    readers: &[OpenData],
    kind: NumberOrNone {
        number: Number { default: 86_400, least: 60, most: 259_200 },
        pattern: "^(0|[6-9][0-9]|[1-9][0-9]{2,4}|1[0-9]{5}|2[0-4][0-9]{4}|25[0-8][0-9]{3}|259[01][0-9]{2}|259200)$",
        constraint: "0, or a whole number of seconds from 60 to 259200",
    },
    effect: "Open data whose watermark is older is refused; genuine data can be sent again. 0 takes any age.",
    chinese: "开放数据水印的最长时效，超过即拒绝（真实数据也可能被重放）；0 表示不限",
};

/// The secret with the AppSecrets.
pub const WECHAT_APPS_SECRET_ID: Setting<Given> = Setting {
    name: "WECHAT_APPS_SECRET_ID",
    from: From::Stack("AppsSecret", "!Ref AppsSecret"),
    readers: APPS,
    kind: Given,
    effect: "Secret with the AppSecret of each Mini Program.",
    chinese: "存放各小程序 AppSecret 的密钥",
};

/// The secret with the keys of the vault.
pub const SESSION_KEY_RING_SECRET_ID: Setting<Given> = Setting {
    name: "SESSION_KEY_RING_SECRET_ID",
    from: From::Stack(
        "SessionKeyRingSecret",
        "!If [CreatesKeyRing, !Ref SessionKeyRingSecret, !Ref ExistingKeyRingArn]",
    ),
    readers: WECHAT,
    kind: Given,
    effect: "Secret with the keys that seal session_key.",
    chinese: "密钥环，存放加密 session_key 所用的密钥",
};

/// Where WeChat's API is:
/// <https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session>
pub const WECHAT_API_BASE_URL: Setting<Text> = Setting {
    name: "WECHAT_API_BASE_URL",
    from: From::Parameter("WechatApiBaseUrl", "WeChat"),
    readers: WECHAT,
    kind: Text {
        default: Some("https://api.weixin.qq.com"),
        pattern: r"^(https://([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]+(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?|http://(127\.0\.0\.1|localhost):([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))$",
        constraint: None,
        allowed: "https URL without a path; http for loopback",
        chinese: "不带路径的 https 地址；回环地址可用 http",
    },
    effect: "Where WeChat's API is. https, or plain http to a simulator on the same machine (tests).",
    chinese: "微信接口的地址",
};

/// The bus that is told what happened.
pub const EVENT_BUS_NAME: Setting<Text> = Setting {
    name: "EVENT_BUS_NAME",
    from: From::Parameter("EventBusName", "Running it"),
    readers: &[Push, Events],
    kind: Text {
        default: Some(""),
        pattern: r"^([A-Za-z0-9._-]{1,256})?$",
        constraint: Some("the name of a bus in this account and Region, or nothing"),
        allowed: "1 to 256 characters of `A-Z a-z 0-9 . _ -`, or nothing",
        chinese: "1 至 256 个 `A-Z a-z 0-9 . _ -` 字符，或留空",
    },
    effect: "EventBridge bus that is told of logins, ended sessions, created, erased and blocked users, changed roles, and of what \
             WeChat pushes. Nothing is told without it.",
    chinese: "EventBridge 事件总线：登录、会话结束、用户创建、删除和封禁、角色变更，以及微信推送的消息都会发送到这里；留空则不发送",
};

/// The least level of the lines that are written.
pub const LOG_LEVEL: Setting<Words> = Setting {
    name: "LOG_LEVEL",
    from: From::Parameter("LogLevel", "Running it"),
    readers: EVERY,
    kind: Words { default: "info", words: &["debug", "info", "warn", "error"] },
    effect: "Least level of log lines. Metrics do not depend on it.",
    chinese: "日志的最低级别；不影响指标",
};

/// How much of the client's address is written.
pub const SOURCE_ADDRESS: Setting<Words> = Setting {
    name: "SOURCE_ADDRESS",
    from: From::Parameter("SourceAddress", "Running it"),
    readers: EVERY,
    kind: Words { default: "truncated", words: &["full", "truncated", "off"] },
    effect: "How much of the client's address is logged. truncated is its network, 24 bits of IPv4 and 48 of IPv6.",
    chinese: "日志记录客户端地址的详细程度；`truncated` 只记网段：IPv4 取 24 位，IPv6 取 48 位",
};

const EMULATOR: From = From::Emulators("!If [HasEndpointOverride, !Ref EndpointOverride, !Ref AWS::NoValue]");

/// Read as the AWS SDKs read it.
pub const AWS_ENDPOINT_URL_DYNAMODB: Setting<Given> = Setting {
    name: "AWS_ENDPOINT_URL_DYNAMODB",
    from: EMULATOR,
    readers: EVERY,
    kind: Given,
    effect: "",
    chinese: "",
};

/// Read as the AWS SDKs read it.
pub const AWS_ENDPOINT_URL_SECRETS_MANAGER: Setting<Given> = Setting {
    name: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    from: EMULATOR,
    readers: APPS,
    kind: Given,
    effect: "",
    chinese: "",
};

/// Read as the AWS SDKs read it.
pub const AWS_ENDPOINT_URL_EVENTBRIDGE: Setting<Given> = Setting {
    name: "AWS_ENDPOINT_URL_EVENTBRIDGE",
    from: EMULATOR,
    readers: &[Events],
    kind: Given,
    effect: "",
    chinese: "",
};

/// How the authorizer answers HTTP APIs of other stacks.
pub const HTTP_API_ANSWER: Setting<Words> = Setting {
    name: "HTTP_API_ANSWER",
    from: From::Hand,
    readers: &[Authorizer],
    kind: Words { default: "simple", words: &["simple", "policy"] },
    effect: "",
    chinese: "",
};
