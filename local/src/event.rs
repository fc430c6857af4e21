//! Fills a sample event with what the running service knows: a code works once, and a token has to be somebody's.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use wechat_simulator::DEFAULT_APP;

/// What stands in `events/` for what is filled in.
pub mod sample {
    /// A code of `wx.login()`.
    pub const CODE: &str = "083tjT000WK8kM17Dw000FdPPi4tjT0F";
    /// A session token.
    pub const TOKEN: &str = "wxs_ErvwhPBjhhubIFG7ovkwcgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f3EAkZi";
    /// Whose it is.
    pub const USER: &str = "12bbf084-f063-861b-9b20-51bba2f93072";
    /// WeChat's name of the user.
    pub const OPENID: &str = "oTEST0000000000000000000001A";
    /// The session's public name.
    pub const SESSION: &str = "019aa9c3-7c00-7000-8000-000000000001";
}

/// The event with a fresh code of the WeChat simulator at `wechat_url`, and with the token and the names of a user who
/// has just logged in at the service at `url`.
///
/// # Errors
///
/// When one of the two does not answer, or the file is no JSON.
pub async fn filled(event: &str, url: &str, wechat_url: &str) -> Result<Value, String> {
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(wxsession::aws::tls_config()).no_proxy();
    let client = client.build().map_err(|error| error.to_string())?;
    let mint = async || {
        post(&client, &format!("{wechat_url}/_control/codes"), &json!({"app_id": DEFAULT_APP.0})).await
    };
    let mut fresh = vec![(sample::CODE, text(&mint().await?["code"])?)];
    if [sample::TOKEN, sample::USER, sample::SESSION].iter().any(|sample| event.contains(sample)) {
        let minted = mint().await?;
        let login = post(&client, &format!("{url}/login"), &json!({"code": minted["code"]})).await?;
        fresh.extend([
            (sample::TOKEN, text(&login["token"])?),
            (sample::USER, text(&login["user"]["id"])?),
            (sample::SESSION, text(&login["session"]["id"])?),
            (sample::OPENID, text(&minted["openid"])?),
        ]);
    }
    let fill =
        |text: &str| fresh.iter().fold(text.to_owned(), |text, (sample, fresh)| text.replace(sample, fresh));
    let mut event: Value = serde_json::from_str(&fill(event)).map_err(|error| error.to_string())?;
    if event["isBase64Encoded"] == true {
        let body =
            STANDARD.decode(event["body"].as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
        event["body"] = STANDARD.encode(fill(&String::from_utf8_lossy(&body))).into();
    }
    Ok(event)
}

async fn post(client: &reqwest::Client, url: &str, body: &Value) -> Result<Value, String> {
    let request = client.post(url).header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.and_then(reqwest::Response::error_for_status);
    let bytes = async { answer?.bytes().await }.await;
    let bytes = bytes.map_err(|error| format!("{url}: {error}. Is `cargo run -p local` running?"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{url}: {error}"))
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("expected a text, got {value}"))
}
