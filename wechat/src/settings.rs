//! Settings of what talks to WeChat, and the client of Secrets Manager.

use facts::settings;
use wxsession::{
    aws::{Account, Budget},
    env::{EnvError, Source},
};

/// Settings of what talks to WeChat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WechatSettings {
    /// The secret with the AppSecrets.
    pub apps_secret_id: String,
    /// The secret with the keys of the vault; `None` when there is none.
    pub key_ring_secret_id: Option<String>,
    /// Where WeChat's API is.
    pub base_url: String,
}

impl WechatSettings {
    /// Reads all of them.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn read(env: &impl Source) -> Result<Self, EnvError> {
        let has_vault = env.word(&settings::STORE_SESSION_KEY)? == "true";
        let ring = has_vault.then(|| env.given(&settings::SESSION_KEY_RING_SECRET_ID)).transpose()?;
        Ok(Self {
            apps_secret_id: env.given(&settings::WECHAT_APPS_SECRET_ID)?,
            key_ring_secret_id: ring,
            base_url: env.text_or_default(&settings::WECHAT_API_BASE_URL).unwrap_or_default(),
        })
    }
}

/// A client of Secrets Manager for this account.
#[must_use]
pub fn secrets_manager(account: &Account, env: &impl Source) -> aws_sdk_secretsmanager::Client {
    let mut config = aws_sdk_secretsmanager::config::Builder::from(&account.service(Budget::SECRET));
    config.set_endpoint_url(account.endpoint_url(env, settings::AWS_ENDPOINT_URL_SECRETS_MANAGER.name));
    aws_sdk_secretsmanager::Client::from_conf(config.build())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_secretsmanager::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
    use futures_util::FutureExt;

    use super::*;

    fn env(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[track_caller]
    fn says<T: std::fmt::Debug>(result: Result<T, EnvError>, message: &str) {
        assert_eq!(result.unwrap_err().to_string(), message);
    }

    #[test]
    fn without_a_vault_no_key_ring_is_asked_for() {
        let settings = [("STORE_SESSION_KEY", "false"), ("WECHAT_APPS_SECRET_ID", "apps")];
        let read = WechatSettings::read(&env(&settings)).unwrap();
        assert_eq!(read.key_ring_secret_id, None);
        assert_eq!(read.base_url, "https://api.weixin.qq.com");
        says(WechatSettings::read(&env(&settings[1..])), "SESSION_KEY_RING_SECRET_ID is not set");
        let neither = env(&[("STORE_SESSION_KEY", "yes")]);
        says(WechatSettings::read(&neither), "STORE_SESSION_KEY must be true or false");
    }

    #[test]
    fn secrets_manager_has_its_own_endpoints_in_china() {
        for region in ["cn-north-1", "cn-northwest-1"] {
            let params = Params::builder().region(region).build().unwrap();
            let resolver = DefaultResolver::new();
            let endpoint =
                ResolveEndpoint::resolve_endpoint(&resolver, &params).now_or_never().unwrap().unwrap();
            assert_eq!(endpoint.url(), format!("https://secretsmanager.{region}.amazonaws.com.cn"));
        }
    }
}
