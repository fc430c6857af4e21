//! Trading the code at WeChat, for one of this deployment's Mini Programs.

use std::sync::Arc;

use wxsession::{
    Secret,
    http::{Code, Problem},
    secrets::Apps,
    telemetry::Line,
    vault::KeyRing,
    wechat::{WechatError, WechatSession},
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
    /// Seals the session_key; `None` when it is not stored.
    pub key_ring: Option<Arc<KeyRing>>,
}

impl Login {
    pub(crate) async fn trade(&self, wanted: &Wanted, line: &mut Line) -> Result<Traded, Problem> {
        // Both secrets before the code is spent: without them the login could not be finished.
        let ring = async {
            match &self.key_ring {
                Some(ring) => ring.value().await.map(Some),
                None => Ok(None),
            }
        };
        let secrets = async { tokio::try_join!(self.apps.value(), ring) };
        let (apps, key_ring) = line.timed("secrets_ms", secrets).await?;
        let (app_id, app_secret) = choose(&apps, wanted.app_id.as_deref())?;
        line.put("app_id", app_id);
        let wechat = line.timed("wechat_ms", self.code2session(app_id, app_secret, wanted)).await?;
        Ok(Traded { app_id: app_id.to_owned(), wechat, key_ring })
    }

    /// An AppSecret that was reset is fetched again, once; WeChat refuses before it spends the code.
    async fn code2session(
        &self,
        app_id: &str,
        app_secret: &Secret,
        wanted: &Wanted,
    ) -> Result<WechatSession, WechatError> {
        let first = self.wechat.code2session(app_id, app_secret, &wanted.code).await;
        if !matches!(first, Err(WechatError::Refused { errcode: WRONG_APP_SECRET, .. })) {
            return first;
        }
        match self.apps.refetched().await {
            Ok(Some(apps)) => match apps.get(app_id).filter(|fresh| *fresh != app_secret) {
                Some(fresh) => self.wechat.code2session(app_id, fresh, &wanted.code).await,
                None => first,
            },
            _ => first,
        }
    }
}

/// The Mini Program that is meant: the only one, or the one that is named.
fn choose<'a>(apps: &'a Apps, wanted: Option<&str>) -> Result<(&'a str, &'a Secret), Problem> {
    let found = match wanted {
        Some(app_id) => apps.get_key_value(app_id).ok_or_else(|| Problem::new(Code::WrongApp))?,
        None if apps.len() == 1 => apps.first_key_value().ok_or_else(|| Problem::new(Code::WrongApp))?,
        None => return Err(Problem::malformed("app_id_needed")),
    };
    Ok((found.0, found.1))
}
