//! What WeChat says of AppID and AppSecret.
//!
//! `code2Session` with a code that cannot exist: WeChat looks at the address, the AppID and the AppSecret first,
//! so "invalid code" means that all of them are accepted. That costs nobody a login and no access token.
//! <https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session>

use serde_json::{Value, json};
use wxsession::{Secret, env::Source as _};
use wxsession_wechat::{
    api::{Call, JsCode, Meaning, Wechat, WechatError},
    secrets::Push,
};

use super::{
    Args, Surroundings, clock,
    environment::Settings,
    report::{Finding, Report},
    texts::{
        self, TOKEN_AFTER, TOKEN_NOT_ASKED, TOKEN_OK, TOKEN_SHAPE, WECHAT_ACCEPTED, WECHAT_AFTER,
        WECHAT_BUSY, WECHAT_FORM, WECHAT_MISCONFIGURED, WECHAT_NONE, WECHAT_OTHER, WECHAT_QUOTA,
        WECHAT_UNREACHABLE, WECHAT_YES,
    },
};
use crate::form::{is_app_id, is_app_secret};

const CREDENTIALS: &str = "wechat.credentials";
const TOKEN: &str = "wechat.stable_token";
/// Printable, of the length of a real one, and never minted: those have no hyphens.
pub(super) const PROBE_CODE: &str = "doctor-probe-this-is-not-a-code0";

/// A Mini Program to ask about.
pub(super) struct App {
    pub(super) id: String,
    pub(super) secret: Secret,
    /// Message push, where the apps secret has it.
    pub(super) push: Option<Push>,
}

/// The pair in `WECHAT_APP_ID` and `WECHAT_APP_SECRET`.
pub(super) fn of_environment(settings: &Settings) -> Vec<App> {
    let (id, secret) = (settings.all.text("WECHAT_APP_ID"), settings.all.text("WECHAT_APP_SECRET"));
    id.zip(secret)
        .map(|(id, secret)| App { id, secret: Secret::new(secret), push: None })
        .into_iter()
        .collect()
}

pub(super) async fn check(
    mut apps: Vec<App>,
    args: &Args,
    settings: &Settings,
    around: &Surroundings,
    report: &mut Report,
) {
    apps.retain(|app| args.app_id.as_ref().is_none_or(|only| *only == app.id));
    let mut seen: Vec<App> = Vec::new();
    for app in apps {
        if !seen.iter().any(|known| known.id == app.id && known.secret == app.secret) {
            seen.push(app);
        }
    }
    let base = settings.all.text_or_default(&facts::settings::WECHAT_API_BASE_URL).unwrap_or_default();
    if seen.is_empty() {
        let is_named = settings.all.text(facts::settings::WECHAT_APPS_SECRET_ID.name).is_some();
        report.add(Finding::skipped(CREDENTIALS, if is_named { WECHAT_AFTER } else { WECHAT_NONE }));
        return;
    }
    // A malformed base URL is a finding of the parameters already.
    let Ok(wechat) = Wechat::new(&base) else { return };
    clock::check_wechat(&base, &around.clock, report).await;
    for app in &seen {
        check_app(&wechat, app, args.stable_token, report).await;
    }
}

async fn check_app(wechat: &Wechat, app: &App, asks_for_token: bool, report: &mut Report) {
    // What is of another form is not sent, and not shown: its halves may be swapped.
    if !is_app_id(&app.id) || !is_app_secret(&app.secret) {
        report.add(Finding::fail(CREDENTIALS, WECHAT_FORM));
        return;
    }
    let code = JsCode::new(&Secret::new(PROBE_CODE)).expect("the probe is printable and short");
    let accepted = match wechat.code2session(&app.id, &app.secret, &code).await {
        Ok(_) => Finding::warn(CREDENTIALS, WECHAT_YES),
        Err(error) => refused(CREDENTIALS, &error),
    };
    let is_accepted = accepted.state == super::State::Ok;
    report.add(accepted.with("app", &app.id));
    let token = match (asks_for_token, is_accepted) {
        (false, _) => Finding::skipped(TOKEN, TOKEN_NOT_ASKED),
        (true, false) => Finding::skipped(TOKEN, TOKEN_AFTER),
        (true, true) => stable_token(wechat, app).await,
    };
    report.add(token.with("app", &app.id));
}

/// Normal mode: everybody gets the same token, so the functions' own is not disturbed.
async fn stable_token(wechat: &Wechat, app: &App) -> Finding {
    let body = json!({"grant_type": "client_credential", "appid": app.id, "secret": app.secret.expose()});
    let answer =
        match wechat.call(&Call { path: "/cgi-bin/stable_token", query: &[], body: Some(&body) }).await {
            Ok(answer) => answer,
            Err(error) => return refused(TOKEN, &error),
        };
    let token = answer.get("access_token").and_then(Value::as_str).filter(|token| !token.is_empty());
    let seconds = answer.get("expires_in").and_then(Value::as_i64).filter(|seconds| *seconds > 0);
    match token.and(seconds) {
        Some(seconds) => Finding::ok(TOKEN, TOKEN_OK).with("seconds", &seconds),
        None => Finding::fail(TOKEN, TOKEN_SHAPE),
    }
}

fn refused(check: &'static str, error: &WechatError) -> Finding {
    let WechatError::Refused { errcode, meaning, rid, ip } = error else {
        return Finding::fail(check, WECHAT_UNREACHABLE).with("kind", error);
    };
    let finding = match *meaning {
        // The code is refused, or the one who used it: then AppID, AppSecret and address were not.
        Meaning::Client(_) => Finding::ok(check, WECHAT_ACCEPTED),
        Meaning::MinuteQuota | Meaning::DayQuota(..) => Finding::warn(check, WECHAT_QUOTA),
        Meaning::Busy => Finding::warn(check, WECHAT_BUSY),
        Meaning::Misconfigured(cause, fix) | Meaning::Defect(cause, fix) => {
            let (cause_zh, fix_zh) = texts::meaning_in_chinese(*errcode).unwrap_or((cause, fix));
            let finding = Finding::fail(check, WECHAT_MISCONFIGURED);
            finding.with_words("cause", cause, cause_zh).with_words("fix", fix, fix_zh)
        }
        _ => Finding::fail(check, WECHAT_OTHER),
    };
    let (en, zh) =
        ip.map_or_else(Default::default, |ip| (format!(" (address {ip})"), format!("（地址 {ip}）")));
    let rid = rid.as_ref().map_or_else(String::new, |rid| format!(", rid {rid}"));
    finding.with_words("address", en, zh).with("errcode", errcode).with("rid", &rid)
}
