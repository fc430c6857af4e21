//! WeChat's words for its errcodes.

/// WeChat's words for a code. They are not stable there either: branch on the number.
pub(crate) fn text(errcode: i64) -> &'static str {
    match errcode {
        -1 => "system error",
        1 => "not found",
        1000 => "system err",
        1001 => "invalid params",
        1003 => "request too fast",
        1005 => "plugin appid not match",
        1022 => "parse json failed",
        40001 => {
            "invalid credential, access_token is invalid or not latest, could get access_token by \
             getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
        }
        40002 => "invalid grant_type",
        40003 => "invalid openid",
        40013 => "invalid appid",
        40014 => "invalid access_token",
        40029 => "invalid code",
        40066 => "invalid url",
        40097 => "invalid args",
        40125 => "invalid appsecret",
        40163 => "code been used",
        40226 => "code blocked",
        40243 => "AppSecret is frozen",
        41001 => "access_token missing",
        41002 => "appid missing",
        41004 => "appsecret missing",
        41008 => "missing code",
        41018 => "missing component_appid",
        41021 => "missing component_access_token",
        42001 => "access_token expired",
        43001 => "require GET method",
        43002 => "require POST method",
        44002 => "empty post data",
        45009 => "reach max api daily quota limit",
        45011 => "api minute-quota reach limit must slower retry next minute",
        47001 => "data format error",
        48001 => "api unauthorized",
        48006 => "forbid to clear quota because of reaching the limit",
        48017 => "invalid api ip",
        50004 => "forbid to use token api",
        50007 => "account is frozen",
        61003 => "component is not authorized by this account",
        87007 => "session_key is not existed or expired",
        87008 => "invalid sig_method",
        87009 => "invalid signature",
        89503 => "this ip is waiting for the administrator's confirmation",
        89506 => "this ip was refused by the administrator, retry in 24 hours",
        89507 => "this ip was refused by the administrator, retry in 1 hour",
        // 1007 really comes without words, only the request id.
        _ => "",
    }
}
