//! Trading the code at WeChat, for one of this deployment's Mini Programs.

use std::sync::Arc;

use wxsession::{
    Secret,
    http::{Code, Problem},
    telemetry::Line,
};
use wxsession_wechat::{
    api::{WechatError, WechatSession},
    secrets::{Apps, SecretError},
    vault::Sealer,
};

use crate::{Login, request::Wanted};

/// WeChat does not accept the AppSecret.
const WRONG_APP_SECRET: i64 = 40125;

/// Who logged in, at which Mini Program, and what seals their key.
pub struct Traded {
    /// The Mini Program.
    pub app_id: String,
    /// What WeChat answered.
    pub wechat: WechatSession,
    /// Seals the session_key.
    pub sealer: Sealer,
}

impl Login {
    pub(crate) async fn trade(&self, wanted: &Wanted, line: &mut Line) -> Result<Traded, Problem> {
        // Before the code is spent: without the AppSecret there is no login.
        let secrets = async { tokio::join!(self.apps.value(), self.sealer()) };
        let (apps, sealer) = line.timed("secrets_ms", secrets).await;
        self.apps.report(line);
        let apps = apps?;
        let sealer = sealer.unwrap_or_else(|error| {
            // A login needs no vault. What needs the key will ask for another login.
            Problem::from(error).note_in(line);
            Sealer::Broken
        });
        if let Some(ring) = &self.key_ring {
            ring.report(line);
        }
        let (app_id, app_secret) = choose(&apps, wanted.app_id.as_deref(), self.default_app.as_deref())?;
        line.put("app_id", app_id);
        let wechat = line.timed("wechat_ms", self.code2session(&apps, (app_id, app_secret), wanted)).await?;
        Ok(Traded { app_id: app_id.to_owned(), wechat, sealer })
    }

    async fn sealer(&self) -> Result<Sealer, SecretError> {
        match &self.key_ring {
            Some(ring) => ring.value().await.map(Sealer::Ring),
            None => Ok(Sealer::Off),
        }
    }

    /// An AppSecret that was reset is fetched again, once; WeChat refuses before it spends the code.
    async fn code2session(
        &self,
        apps: &Arc<Apps>,
        (app_id, app_secret): (&str, &Secret),
        wanted: &Wanted,
    ) -> Result<WechatSession, WechatError> {
        let first = self.wechat.code2session(app_id, app_secret, &wanted.code).await;
        if !matches!(first, Err(WechatError::Refused { errcode: WRONG_APP_SECRET, .. })) {
            return first;
        }
        let Some(newer) = self.apps.newer_than(apps).await else { return first };
        match newer.get(app_id).ok().flatten().filter(|(_, app)| app.secret != *app_secret) {
            Some((_, app)) => self.wechat.code2session(app_id, &app.secret, &wanted.code).await,
            None => first,
        }
    }
}

/// The Mini Program that is meant: the one that is named, else the deployment's first, else the only one.
/// Released versions of the first send no name, and a second one must not stop them.
fn choose<'a>(
    apps: &'a Apps,
    wanted: Option<&str>,
    default: Option<&str>,
) -> Result<(&'a str, &'a Secret), Problem> {
    let (app_id, app) = if let Some(app_id) = wanted {
        apps.get(app_id)?.ok_or_else(|| Problem::new(Code::WrongApp))?
    } else {
        let first = default.map(|app_id| apps.get(app_id)).transpose()?.flatten();
        first.or_else(|| apps.only()).ok_or_else(|| Problem::malformed("app_id_needed"))?
    };
    Ok((app_id, &app.secret))
}
