//! Message push of the deployed API, as WeChat would use it: the check of the URL, a sealed message, a forged one, and one that
//! is not sealed. The message is one that WeChat's own console sends to try an URL: it is stored nowhere and told to nobody.

use wxsession::{Random, Secret, env::Source as _};
use wxsession_wechat::{envelope::Envelope, secrets::Push};

use super::{
    Args, Surroundings,
    environment::Settings,
    report::{Finding, Report},
    texts::{
        ANSWER_NONE, PUSH_FORGED_OK, PUSH_FORGED_TAKEN, PUSH_KEY, PUSH_NO_ROUTE, PUSH_OFF, PUSH_OTHER,
        PUSH_PLAIN_OK, PUSH_PLAIN_TAKEN, PUSH_SEALED_OK, PUSH_SEALED_REFUSED, PUSH_STORE, PUSH_TOKEN,
        PUSH_URL_OK,
    },
    wechat::App,
};
use crate::http_client::{HttpClient, Reply};

const URL: &str = "push.url";
const SEALED: &str = "push.sealed";
const FORGED: &str = "push.forged";
const PLAIN: &str = "push.plain";

/// Whose messages are tried: of the apps secret, or of the environment where that cannot be read.
pub(super) struct Tried {
    app_id: String,
    push: Push,
}

/// Those of `apps` that take pushed messages.
pub(super) fn of(apps: &[App], settings: &Settings, args: &Args) -> Vec<Tried> {
    let said = |name: &str| settings.all.text(name);
    let pair = said("WECHAT_PUSH_TOKEN").zip(said("WECHAT_PUSH_ENCODING_AES_KEY"));
    let named = args.app_id.clone().or_else(|| said("WECHAT_APP_ID"));
    if let Some(((token, key), app_id)) = pair.zip(named) {
        return vec![Tried { app_id, push: Push::of(&token, Secret::new(key).expose()) }];
    }
    let is_meant = |app: &&App| args.app_id.as_ref().is_none_or(|only| *only == app.id);
    let mut tried: Vec<Tried> = Vec::new();
    for app in apps.iter().filter(is_meant) {
        if let Some(push) = app.push.as_ref().filter(|_| tried.iter().all(|known| known.app_id != app.id)) {
            tried.push(Tried { app_id: app.id.clone(), push: push.clone() });
        }
    }
    tried
}

pub(super) async fn check(tried: &[Tried], url: &reqwest::Url, around: &Surroundings, report: &mut Report) {
    let client = HttpClient::with_tls(url.as_str(), around.tls.clone());
    for Tried { app_id, push } in tried {
        let Some(envelope) = Envelope::new(push, app_id) else {
            report.add(Finding::fail(SEALED, PUSH_KEY).with("app", app_id));
            continue;
        };
        let try_out = Try { client: &client, app_id, envelope, now: around.clock.now() };
        let sealed = [try_out.url().await, try_out.sealed().await, try_out.forged().await];
        for finding in sealed.into_iter().chain([try_out.plain().await]) {
            report.add(finding.with("app", app_id));
        }
    }
}

struct Try<'a> {
    client: &'a HttpClient,
    app_id: &'a str,
    envelope: Envelope,
    now: i64,
}

impl Try<'_> {
    async fn url(&self) -> Finding {
        let (timestamp, nonce, echo) = (self.now.to_string(), digits(), digits());
        let signature = self.envelope.signature(&[&timestamp, &nonce]);
        let query = format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&echostr={echo}");
        let path = format!("/wechat/push/{}?{query}", self.app_id);
        match self.client.request("GET", &path).answered().await {
            Err(kind) => Finding::fail(URL, ANSWER_NONE).with("kind", &kind),
            Ok(reply) if reply.status == 200 && reply.text == echo => Finding::ok(URL, PUSH_URL_OK),
            Ok(reply) => refused(URL, &reply),
        }
    }

    async fn sealed(&self) -> Finding {
        match self.post(true).await {
            Err(kind) => Finding::fail(SEALED, ANSWER_NONE).with("kind", &kind),
            Ok(reply) if reply.status == 200 && reply.text == "success" => {
                Finding::ok(SEALED, PUSH_SEALED_OK)
            }
            Ok(reply) if reply.status == 403 && reply.code() == "push_refused" => {
                told(Finding::fail(SEALED, PUSH_SEALED_REFUSED), &reply)
            }
            Ok(reply) => refused(SEALED, &reply),
        }
    }

    async fn forged(&self) -> Finding {
        match self.post(false).await {
            Err(kind) => Finding::fail(FORGED, ANSWER_NONE).with("kind", &kind),
            Ok(reply) if reply.status == 403 && reply.code() == "push_refused" => {
                Finding::ok(FORGED, PUSH_FORGED_OK)
            }
            Ok(reply) if reply.status == 200 => Finding::fail(FORGED, PUSH_FORGED_TAKEN),
            Ok(reply) => refused(FORGED, &reply),
        }
    }

    /// Not sealed, and signed as WeChat signs such a message: without what stands in it.
    async fn plain(&self) -> Finding {
        let (timestamp, nonce) = (self.now.to_string(), digits());
        let signature = self.envelope.signature(&[&timestamp, &nonce]);
        let path =
            format!("/wechat/push/{}?signature={signature}&timestamp={timestamp}&nonce={nonce}", self.app_id);
        match self.client.request("POST", &path).json(&self.message()).answered().await {
            Err(kind) => Finding::fail(PLAIN, ANSWER_NONE).with("kind", &kind),
            Ok(reply) if reply.status == 403 && reply.code() == "push_refused" => {
                Finding::ok(PLAIN, PUSH_PLAIN_OK)
            }
            Ok(reply) if reply.status == 200 => Finding::warn(PLAIN, PUSH_PLAIN_TAKEN),
            Ok(reply) => refused(PLAIN, &reply),
        }
    }

    fn message(&self) -> serde_json::Value {
        serde_json::json!({"ToUserName": "gh_doctor", "FromUserName": "oDoctor", "CreateTime": self.now,
            "MsgType": "event", "Event": "debug_demo"})
    }

    async fn post(&self, is_signed: bool) -> Result<Reply, String> {
        let encrypted = self.envelope.seal(self.message().to_string().as_bytes(), Random::system().bytes());
        let (timestamp, nonce) = (self.now.to_string(), digits());
        // A forgery is signed, too: with a text that is not in it.
        let covered = if is_signed { encrypted.as_str() } else { "" };
        let signature = self.envelope.signature(&[&timestamp, &nonce, covered]);
        let query = format!("msg_signature={signature}&timestamp={timestamp}&nonce={nonce}&encrypt_type=aes");
        let path = format!("/wechat/push/{}?{query}", self.app_id);
        let body = serde_json::json!({"ToUserName": "gh_doctor", "Encrypt": encrypted});
        self.client.request("POST", &path).json(&body).answered().await
    }
}

fn refused(check: &'static str, reply: &Reply) -> Finding {
    let text = match (reply.status, reply.code()) {
        (404, "not_enabled") => PUSH_OFF,
        (404, _) => PUSH_NO_ROUTE,
        (403, "push_refused") => PUSH_TOKEN,
        (503, "store_unavailable") | (500, "service_misconfigured") => PUSH_STORE,
        _ => PUSH_OTHER,
    };
    told(Finding::fail(check, text), reply)
}

fn told(finding: Finding, reply: &Reply) -> Finding {
    finding.with("status", &reply.status).with("code", reply.code())
}

fn digits() -> String {
    u64::from_be_bytes(Random::system().bytes()).to_string()
}
