//! Mini Programs and third-party platforms as WeChat's consoles have them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::wire::Refusal;

/// Everything that administrators set up.
pub(crate) struct Console {
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) component: Option<Component>,
}

/// A Mini Program.
pub(crate) struct App {
    pub(crate) secret: String,
    pub(crate) secret_frozen: bool,
    /// `None`: the whitelist is off, as it is by default.
    pub(crate) ip_whitelist: Option<Vec<String>>,
    /// Stands in for the caller's real address.
    pub(crate) caller_ip: Option<String>,
}

/// A third-party platform and the Mini Programs that authorised it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The platform's own id.
    pub component_appid: String,
    /// Its access token.
    pub component_access_token: String,
    /// The Mini Programs that authorised it.
    pub authorized_app_ids: Vec<String>,
}

impl Console {
    pub(super) fn new(apps: &[(String, String)]) -> Self {
        let app = |secret: &str| App {
            secret: secret.to_owned(),
            secret_frozen: false,
            ip_whitelist: None,
            caller_ip: None,
        };
        let apps = apps.iter().map(|(app_id, secret)| (app_id.clone(), app(secret))).collect();
        Self { apps, component: None }
    }

    /// The account's IP whitelist, when an administrator turned it on, guards login as well as tokens.
    pub(crate) fn check_caller_ip(&self, app_id: &str, caller_ip: Option<&str>) -> Result<(), Refusal> {
        let Some(app) = self.apps.get(app_id) else { return Ok(()) };
        let Some(allowed) = &app.ip_whitelist else { return Ok(()) };
        let ip = app.caller_ip.as_deref().or(caller_ip).unwrap_or("127.0.0.1");
        if allowed.iter().any(|entry| entry == ip) {
            return Ok(());
        }
        let text = format!("invalid ip {ip} ipv6 ::ffff:{ip}, not in whitelist");
        Err(Refusal { errcode: 40164, text: Some(text) })
    }

    /// Whether the secret belongs to the Mini Program; unknown and frozen ones are refused here.
    pub(crate) fn secret_is_right(&self, app_id: &str, secret: &str) -> Result<bool, Refusal> {
        let app = self.apps.get(app_id).ok_or(40013)?;
        if app.secret != secret {
            return Ok(false);
        }
        if app.secret_frozen { Err(40243.into()) } else { Ok(true) }
    }
}
