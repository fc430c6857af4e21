//! The two secrets: readable, and of the documented form. Their values are looked at and never shown; nor are
//! their names, because a name that was mistaken for the value is a secret too.

use wxsession::{Secret, env::Source as _};
use wxsession_wechat::{
    secrets::{Apps, Cause, SecretValue as _},
    vault::KeyRing,
};

use super::{
    aws::{Aws, failed},
    environment::Settings,
    report::{Finding, Report},
    texts::{
        APPS_EMPTY, APPS_ENTRY, APPS_FORM, APPS_MALFORMED, APPS_OK, RING_MALFORMED, RING_NOT_NEEDED, RING_OK,
        SECRET_DELETED, SECRET_DENIED, SECRET_MISSING,
    },
    wechat::App,
};
use crate::{
    access::kind_of,
    form::{is_app_id, is_app_secret},
};

const APPS: &str = "secrets.apps";
const RING: &str = "secrets.key_ring";

/// Checks both; the Mini Programs in the first are what WeChat is asked about.
pub(super) async fn check(aws: &Aws, settings: &Settings, report: &mut Report) -> Vec<App> {
    let apps = check_apps(aws, settings, report).await.unwrap_or_default();
    if settings.all.get(facts::settings::STORE_SESSION_KEY.name).is_some_and(|stored| stored == "false") {
        report.add(Finding::skipped(RING, RING_NOT_NEEDED));
    } else if let Some(text) =
        read(aws, settings, RING, facts::settings::SESSION_KEY_RING_SECRET_ID.name, report).await
    {
        report.add(match KeyRing::read(text.expose()) {
            Ok(_) => Finding::ok(RING, RING_OK),
            Err(_) => Finding::fail(RING, RING_MALFORMED),
        });
    }
    apps
}

async fn check_apps(aws: &Aws, settings: &Settings, report: &mut Report) -> Option<Vec<App>> {
    let text = read(aws, settings, APPS, facts::settings::WECHAT_APPS_SECRET_ID.name, report).await?;
    let apps = match Apps::read(text.expose()) {
        Ok(apps) => apps,
        Err(cause) => {
            let what = match &cause {
                Cause::WrongForm(what) => what,
                Cause::WrongEntries(flaws) => flaws.first().map_or("", |flaw| flaw.what),
                _ => "",
            };
            report.add(match what {
                "no_app" => Finding::fail(APPS, APPS_EMPTY),
                what if what.starts_with("bad_") => Finding::fail(APPS, APPS_FORM).with("what", what),
                _ => Finding::fail(APPS, APPS_MALFORMED),
            });
            return None;
        }
    };
    let count = apps.count();
    // An entry of another form is not sent to anybody: its halves may be swapped.
    let fitting = apps.iter().filter(|(id, app)| is_app_id(id) && is_app_secret(&app.secret));
    let fitting: Vec<App> = fitting
        .map(|(id, app)| App {
            id: id.to_owned(),
            secret: app.secret.clone(),
            push: app.push.clone().unwrap_or_default(),
        })
        .collect();
    let bad = count - fitting.len();
    report.add(match apps.flaw() {
        _ if bad > 0 => Finding::fail(APPS, APPS_ENTRY).with("bad", &bad).with("count", &count),
        // A part beside an AppSecret that is good.
        Some(Cause::WrongEntries(flaws)) if !flaws.is_empty() => {
            Finding::fail(APPS, APPS_FORM).with("what", &flaws[0].what)
        }
        _ => Finding::ok(APPS, APPS_OK).with("count", &count),
    });
    Some(fitting)
}

/// The secret's text; a finding when there is none.
async fn read(
    aws: &Aws,
    settings: &Settings,
    check: &'static str,
    variable: &'static str,
    report: &mut Report,
) -> Option<Secret> {
    let id = settings.all.text(variable)?;
    let error = match aws.secrets_manager.get_secret_value().secret_id(id).send().await {
        // A binary secret has no text; as an empty one it is of no documented form.
        Ok(answer) => return Some(Secret::new(answer.secret_string.unwrap_or_default())),
        Err(error) => kind_of(&error),
    };
    report.add(match error.as_str() {
        "ResourceNotFoundException" => Finding::fail(check, SECRET_MISSING).with("variable", &variable),
        "AccessDeniedException" | "DecryptionFailure" => {
            Finding::fail(check, SECRET_DENIED).with("variable", &variable).with("kind", &error)
        }
        "InvalidRequestException" => Finding::fail(check, SECRET_DELETED).with("variable", &variable),
        kind => failed(check, "secretsmanager:GetSecretValue", kind),
    });
    None
}
