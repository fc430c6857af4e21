//! Error answers: those that `openapi.yaml` gives the routes, and those that API Gateway gives in our place.

use crate::Code::{
    self, AudienceUnknown, BodyTooLarge, CredentialsMissing, Internal, LoginBlocked, LoginCodeInvalid,
    LoginCodeUsed, MalformedRequest, NotEnabled, NotForChild, NotFound, PhoneCodeInvalid, PushRefused,
    RateLimited, RoleMissing, ServiceMisconfigured, SessionInvalid, SessionKeyStale, StoreUnavailable,
    TicketInvalid, UnsupportedMediaType, UpstreamInvalid, UpstreamUnavailable, UserBlocked, WrongApp,
};

/// An answer that routes of `openapi.yaml` refer to.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// Its name there.
    pub name: &'static str,
    /// The HTTP status. API Gateway keeps its own, 502 or 504, where a function failed.
    pub status: u16,
    /// The codes that it may have.
    pub codes: &'static [Code],
    /// What is said after them.
    pub says: &'static str,
    /// A member that an answer of the last code may have, with an example.
    pub member: Option<&'static str>,
}

const fn refusal(name: &'static str, status: u16, codes: &'static [Code], says: &'static str) -> Refusal {
    Refusal { name, status, codes, says, member: None }
}

impl Refusal {
    const fn with(self, member: &'static str) -> Self {
        Self { member: Some(member), ..self }
    }
}

/// All of them.
pub const REFUSALS: &[Refusal] = &[
    refusal("LoginRefused", 400, &[MalformedRequest, LoginCodeInvalid, LoginCodeUsed], ""),
    refusal("PhoneCodeRefused", 400, &[MalformedRequest, PhoneCodeInvalid], ""),
    refusal("TicketRefused", 400, &[MalformedRequest, AudienceUnknown], ""),
    refusal(
        "Malformed",
        400,
        &[MalformedRequest],
        ": the body is not what this file says, path, query or a header cannot be read, or there are several Authorization headers",
    ),
    refusal("Unauthorized", 401, &[CredentialsMissing, SessionInvalid], ": log in again"),
    refusal(
        "SessionOver",
        401,
        &[CredentialsMissing, SessionInvalid],
        ": log in again. `ended` says why a session that there was is over.",
    )
    .with("ended: signed_out_everywhere"),
    refusal("LoginForbidden", 403, &[WrongApp, LoginBlocked, UserBlocked], ": do not try again")
        .with("until: 1795418115"),
    refusal(
        "RoleMissing",
        403,
        &[RoleMissing, NotForChild],
        ": the user has not the role that the route wants, or it is no route for pages",
    ),
    refusal("NotForChild", 403, &[NotForChild], ": the session is that of a page in a web-view"),
    refusal(
        "WrongAppOrPage",
        403,
        &[WrongApp, NotForChild],
        ": the session's Mini Program is no longer served by this deployment, or the session is that of a page",
    ),
    refusal("PushRefused", 403, &[PushRefused], ": no message of WeChat's for this Mini Program"),
    refusal("NotFound", 404, &[NotFound], ""),
    refusal("NotEnabled", 404, &[NotEnabled], ": the deployment has the feature switched off"),
    refusal("SessionKeyStale", 409, &[SessionKeyStale], ": call wx.login, log in, and retry once"),
    refusal("TicketInvalid", 409, &[TicketInvalid], ": open the page again from the Mini Program"),
    refusal("BodyTooLarge", 413, &[BodyTooLarge], ""),
    refusal(
        "UnsupportedMediaType",
        415,
        &[UnsupportedMediaType],
        ": a Content-Type that is not application/json; none at all is accepted",
    ),
    refusal(
        "RateLimited",
        429,
        &[RateLimited],
        ", by API Gateway, a firewall or WeChat: keep the token and wait",
    ),
    refusal("Failed", 500, &[Internal], ": a defect here. Keep the token."),
    refusal(
        "FailedOrMisconfigured",
        500,
        &[Internal, ServiceMisconfigured],
        ". Keep the token; the log tells the operator the cause and the fix.",
    ),
    refusal(
        "BadGateway",
        502,
        &[Internal],
        ", by API Gateway: the function gave no answer it can use. Keep the token.",
    ),
    refusal(
        "UpstreamInvalid",
        502,
        &[UpstreamInvalid, Internal],
        ": WeChat's answer cannot be read; or, by API Gateway, the function's. Keep the token.",
    ),
    refusal("StoreUnavailable", 503, &[StoreUnavailable], ": cannot tell. Keep the token and retry."),
    refusal(
        "UpstreamOrStoreUnavailable",
        503,
        &[UpstreamUnavailable, StoreUnavailable],
        ". Keep the token; before the next login call wx.login for a fresh code.",
    ),
    refusal(
        "GatewayTimeout",
        504,
        &[Internal],
        ", by API Gateway: the function did not answer in time. Keep the token.",
    ),
];

/// An answer that API Gateway gives in our place.
#[derive(Clone, Copy, Debug)]
pub struct Gateway {
    /// What API Gateway calls it:
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>
    pub kind: &'static str,
    /// The code of its body.
    pub code: Code,
    /// For `Retry-After`, in seconds.
    pub retry_after: Option<u16>,
    /// A comment above it, if there is something to say.
    pub why: &'static [&'static str],
}

const fn gateway(kind: &'static str, code: Code, why: &'static [&'static str]) -> Gateway {
    Gateway { kind, code, retry_after: None, why }
}

const fn retry(seconds: u16, gateway: Gateway) -> Gateway {
    Gateway { retry_after: Some(seconds), ..gateway }
}

/// What API Gateway keeps the status of, 500, 502 or 504, so that its body does not repeat it.
pub const KEEPS_ITS_STATUS: &str = "DEFAULT_5XX";

/// All of them. The first four decide whether a client logs in again (401) or waits (503).
pub const GATEWAY: &[Gateway] = &[
    gateway(
        "UNAUTHORIZED",
        CredentialsMissing,
        &["No Authorization header, or one that is not a token of ours. RFC 6750 section 3: no error code."],
    ),
    gateway(
        "ACCESS_DENIED",
        SessionInvalid,
        &["The authorizer answered Deny. One answer for every reason; the reason is in the logs."],
    ),
    retry(
        2,
        gateway(
            "AUTHORIZER_FAILURE",
            StoreUnavailable,
            &["The authorizer could not tell. Never a 401: that would log people out."],
        ),
    ),
    retry(2, gateway("AUTHORIZER_CONFIGURATION_ERROR", StoreUnavailable, &[])),
    gateway(
        "MISSING_AUTHENTICATION_TOKEN",
        NotFound,
        &["API Gateway's name for a path or verb that does not exist."],
    ),
    gateway("RESOURCE_NOT_FOUND", NotFound, &[]),
    gateway(
        "INVALID_SIGNATURE",
        NotFound,
        &["Nobody signs calls to this API, so only a stray header on an unknown path ends here."],
    ),
    gateway("BAD_REQUEST_BODY", MalformedRequest, &[]),
    gateway("BAD_REQUEST_PARAMETERS", MalformedRequest, &[]),
    gateway("REQUEST_TOO_LARGE", BodyTooLarge, &[]),
    gateway("UNSUPPORTED_MEDIA_TYPE", UnsupportedMediaType, &[]),
    retry(
        2,
        gateway(
            "THROTTLED",
            RateLimited,
            &["Throttled, out of quota or stopped by the firewall: keep the token and wait."],
        ),
    ),
    retry(60, gateway("QUOTA_EXCEEDED", RateLimited, &[])),
    retry(60, gateway("WAF_FILTERED", RateLimited, &[])),
    gateway(
        "DEFAULT_4XX",
        NotFound,
        &[
            "What is left of 4xx, with neither API keys nor AWS signatures in use: an unknown path with a Bearer token, which",
            "API Gateway takes for a broken AWS signature. It would be a 403, and tell a client to check its session.",
        ],
    ),
    retry(
        2,
        gateway(
            KEEPS_ITS_STATUS,
            Internal,
            &["Keeps the status API Gateway chose (500, 502 or 504), so the body does not repeat it."],
        ),
    ),
];
