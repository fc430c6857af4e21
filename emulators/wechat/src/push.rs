//! Message push: WeChat calls the Mini Program's server.
//! <https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html>
//!
//! - `seal`: the envelope, written from that page and from nothing else
//! - `sender`: one request, and again while nobody answers

mod seal;
mod sender;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value, json};

use self::seal::Sealed;
use super::Simulator;

/// WeChat waits so long for an answer, and asks so often.
const TRIES: usize = 3;

/// What the console has under message push.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushSettings {
    /// Whose it is.
    pub app_id: String,
    /// Where messages go: plain http, to a server on the same machine.
    pub url: String,
    /// Token.
    pub token: String,
    /// `EncodingAESKey`, 43 characters.
    pub encoding_aes_key: String,
    /// JSON or XML.
    #[serde(default)]
    pub format: PushFormat,
    /// What is sealed.
    #[serde(default)]
    pub mode: PushMode,
}

/// In which form messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PushFormat {
    #[default]
    Json,
    Xml,
}

/// What of a message is sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushMode {
    /// All of it.
    #[default]
    Secure,
    /// It comes twice, sealed and not.
    Compatible,
    /// Nothing.
    Plain,
}

/// What is wrong with a message that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushMistake {
    /// Signed with another Token.
    WrongToken,
    /// Sealed with another key.
    WrongKey,
    /// For another Mini Program.
    WrongReceiveId,
    /// The ciphertext ends early, and is signed so.
    Truncated,
    /// The ciphertext was changed after it was signed.
    Changed,
    /// Not signed at all.
    Unsigned,
}

/// A message to send.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushOrder {
    /// To whom.
    pub app_id: String,
    /// Its members. `CreateTime` is now, and `MsgType` is `event`, unless they are given.
    pub message: Map<String, Value>,
    /// What is wrong with it.
    #[serde(default)]
    pub mistake: Option<PushMistake>,
    /// How often it is sent, whatever the answer.
    #[serde(default = "once")]
    pub copies: usize,
    /// The length of the padding, 1 to 32: the message is filled up with spaces behind it.
    #[serde(default, deserialize_with = "padding")]
    pub padding: Option<u8>,
}

/// Another length cannot be reached, however many spaces there are.
fn padding<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let padding = Option::<u8>::deserialize(deserializer)?;
    let fits = padding.is_none_or(|padding| (1..=32).contains(&padding));
    if fits { Ok(padding) } else { Err(D::Error::custom("padding is 1 to 32")) }
}

fn once() -> usize {
    1
}

/// An answer, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushAnswer {
    /// The HTTP status; `None` when nobody answered within five seconds.
    pub status: Option<u16>,
    /// The body.
    pub body: String,
}

impl PushAnswer {
    /// What WeChat takes for "do not send it again".
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == Some(200) && ["", "success"].contains(&self.body.as_str())
    }
}

impl PushOrder {
    /// The event with these members, sent once, nothing wrong with it.
    #[must_use]
    pub fn event(app_id: &str, event: &str, members: Value) -> Self {
        let mut message = match members {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        message.insert("Event".to_owned(), event.into());
        Self { app_id: app_id.to_owned(), message, mistake: None, copies: 1, padding: None }
    }

    /// The user closed the account.
    #[must_use]
    pub fn cancellation(app_id: &str, openid: &str) -> Self {
        let members = json!({ "OpenID": openid, "AppID": app_id });
        Self::event(app_id, "user_authorization_cancellation", members)
    }

    /// The user withdrew these permissions.
    #[must_use]
    pub fn revocation(app_id: &str, openid: &str, revoke_info: &str) -> Self {
        let members = json!({ "OpenID": openid, "AppID": app_id, "RevokeInfo": revoke_info });
        Self::event(app_id, "user_authorization_revoke", members)
    }
}

impl Simulator {
    /// Sets up message push of a Mini Program, in place of what it had. [`Simulator::reset`] leaves it.
    pub fn set_push(&self, settings: PushSettings) {
        self.wechat().mint.remember("push Token", &settings.token);
        self.wechat().mint.remember("EncodingAESKey", &settings.encoding_aes_key);
        self.pushes.lock().insert(settings.app_id.clone(), settings);
    }

    /// What the console does before it saves: asks the URL. Whether the answer was right; `None` when the Mini Program has no
    /// message push.
    pub async fn check_push(&self, app_id: &str) -> Option<(bool, PushAnswer)> {
        let settings = self.push_settings(app_id)?;
        let (timestamp, nonce, echo) = self.stamp();
        let signature = seal::signature(&[&settings.token, &timestamp, &nonce]);
        let query =
            [("signature", &signature), ("echostr", &echo), ("timestamp", &timestamp), ("nonce", &nonce)];
        let answer = sender::get(&settings.url, &query.map(|(name, value)| (name, value.as_str()))).await;
        Some((answer.status == Some(200) && answer.body == echo, answer))
    }

    /// Sends a message: each copy again, three times in all, while nobody answers. `None` when the Mini Program has no message
    /// push.
    pub async fn push(&self, order: &PushOrder) -> Option<Vec<PushAnswer>> {
        let settings = self.push_settings(&order.app_id)?;
        let message = self.written(&settings, &order.message);
        let mut answers = Vec::new();
        for _ in 0..order.copies {
            for _ in 0..TRIES {
                let (timestamp, nonce, _) = self.stamp();
                let random = self.wechat().mint.bytes();
                let sealed =
                    Sealed { settings: &settings, message: &message, order, random, timestamp, nonce };
                let (query, content_type, body) = sealed.request();
                let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let answer = sender::post(&settings.url, &query, content_type, body).await;
                let is_answered = answer.status.is_some();
                answers.push(answer);
                if is_answered {
                    break;
                }
            }
        }
        Some(answers)
    }

    /// The user closes the account on the phone: WeChat forgets them, and says so.
    pub async fn cancel_authorisation(&self, app_id: &str, openid: &str) -> Option<Vec<PushAnswer>> {
        self.wechat().people.users.remove(&(app_id.to_owned(), openid.to_owned()));
        self.push(&PushOrder::cancellation(app_id, openid)).await
    }

    fn push_settings(&self, app_id: &str) -> Option<PushSettings> {
        self.pushes.lock().get(app_id).cloned()
    }

    /// Timestamp, nonce, and digits for a check.
    fn stamp(&self) -> (String, String, String) {
        let [a, b]: [u32; 2] = {
            let bytes: [u8; 8] = self.wechat().mint.bytes();
            [&bytes[..4], &bytes[4..]]
                .map(|half| half.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
        };
        (self.now().to_string(), a.to_string(), format!("{a}{b}"))
    }

    /// A message in its form, with what every message has.
    fn written(&self, settings: &PushSettings, members: &Map<String, Value>) -> String {
        let usual = [
            ("ToUserName", json!("gh_97417a04a28d")),
            ("FromUserName", json!("oPlatform0000000000000000001")),
            ("CreateTime", json!(self.now())),
            ("MsgType", json!("event")),
        ];
        let mut message = Map::from_iter(usual.map(|(name, value)| (name.to_owned(), value)));
        message.extend(members.clone());
        match settings.format {
            PushFormat::Json => Value::Object(message).to_string(),
            PushFormat::Xml => seal::xml(&message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padding_that_no_message_has_is_refused() {
        let read = |padding: &str| {
            let order = format!(r#"{{"app_id":"wx0123456789abcdef","message":{{}},"padding":{padding}}}"#);
            serde_json::from_str::<PushOrder>(&order).map(|order| order.padding).ok()
        };
        assert_eq!([read("1"), read("32"), read("null")], [Some(Some(1)), Some(Some(32)), Some(None)]);
        for other in ["0", "33", "255", "256", "-1", "1.5"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
