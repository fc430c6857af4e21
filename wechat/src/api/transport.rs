//! One HTTPS client for WeChat: no redirects, no proxy, a time budget, a size limit.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode, Url, redirect::Policy};
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep, timeout_at};

use super::{WechatError, errcode};
use wxsession::{aws::tls_config, env::EnvError};

/// Everything a call may take, retries included.
const BUDGET: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// A second attempt needs at least this much of the budget.
const RETRY_NEEDS: Duration = Duration::from_millis(1200);
const BUSY_PAUSE: Duration = Duration::from_millis(100);
/// Answers are a few hundred bytes.
const MOST_BYTES: usize = 64 * 1024;
/// WeChat is busy: <https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session>
const BUSY: i64 = -1;

/// A client of WeChat's server API. No `Debug`: its URLs are built with secrets.
#[derive(Clone)]
pub struct Wechat {
    http: Client,
    base: Url,
}

/// One call to be made. No `Debug`: the query holds secrets.
pub struct Call<'a> {
    /// The path below the base URL.
    pub path: &'static str,
    /// The query, not yet encoded.
    pub query: &'a [(&'a str, &'a str)],
    /// The JSON body of a `POST`; without one it is a `GET`.
    pub body: Option<&'a Value>,
}

impl Wechat {
    /// A client of the API at `base_url`. Plain `http` is taken for this machine only: loopback addresses, and the name that
    /// a container of `sam local` has for the machine it runs on, which leads nowhere on Lambda.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming `WECHAT_API_BASE_URL`.
    pub fn new(base_url: &str) -> Result<Self, EnvError> {
        let malformed = || {
            EnvError::Malformed(
                "WECHAT_API_BASE_URL",
                "an https URL without path and query (http for loopback addresses)".to_owned(),
            )
        };
        let base = Url::parse(base_url).map_err(|_| malformed())?;
        let loopback = match base.host_str() {
            Some("localhost" | "[::1]" | "host.docker.internal") => true,
            Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
            None => false,
        };
        let fits = base.scheme() == "https" || (base.scheme() == "http" && loopback);
        if !fits || base.path() != "/" || base.query().is_some() || !base.username().is_empty() {
            return Err(malformed());
        }
        let http = Client::builder()
            .tls_backend_preconfigured(tls_config())
            // The secret travels in the query: a followed redirect would hand it on in `Referer`.
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            // A connection that slept through a freeze breaks the first call after it.
            .pool_idle_timeout(Duration::from_secs(20))
            .build()
            .map_err(|_| malformed())?;
        Ok(Self { http, base })
    }

    /// Opens the connection before the first event. A failure is ignored.
    pub async fn prime(&self) {
        let opened = self.http.request(Method::HEAD, self.base.clone()).send();
        drop(tokio::time::timeout(Duration::from_millis(800), opened).await);
    }

    /// Makes a call and gives WeChat's answer when it says yes. Tries again only when no byte was
    /// sent, and once when WeChat says it is busy; never after a timeout, when a one-time code may
    /// be spent.
    ///
    /// # Errors
    ///
    /// [`WechatError`].
    pub async fn call(&self, call: &Call<'_>) -> Result<Map<String, Value>, WechatError> {
        let deadline = Instant::now() + BUDGET;
        let first = self.attempt(call, deadline).await;
        let again = match &first {
            Err(WechatError::Connect) => true,
            Err(WechatError::Refused { errcode, .. }) => *errcode == BUSY,
            _ => false,
        };
        if !again || deadline.saturating_duration_since(Instant::now()) < RETRY_NEEDS {
            return first;
        }
        sleep(BUSY_PAUSE).await;
        self.attempt(call, deadline).await
    }

    async fn attempt(&self, call: &Call<'_>, deadline: Instant) -> Result<Map<String, Value>, WechatError> {
        let (status, bytes) =
            timeout_at(deadline, self.exchange(call)).await.map_err(|_| WechatError::Timeout)??;
        // WeChat's own answers, refusals too, come with 200; the rest is a gateway in between.
        if status != StatusCode::OK {
            return Err(WechatError::Status(status.as_u16()));
        }
        errcode::checked(call.path, &bytes)
    }

    async fn exchange(&self, call: &Call<'_>) -> Result<(StatusCode, Vec<u8>), WechatError> {
        let mut url = self.base.clone();
        url.set_path(call.path);
        url.query_pairs_mut().extend_pairs(call.query);
        let request = match call.body {
            None => self.http.get(url),
            // A body of known length: WeChat answers 412 to a chunked one.
            Some(body) => {
                self.http.post(url).header("Content-Type", "application/json").body(body.to_string())
            }
        };
        let mut answer = request.send().await.map_err(|error| kind(&error))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| kind(&error))? {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(WechatError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((status, bytes))
    }
}

/// The kind of a transport failure. Its text holds the URL, so it goes no further.
fn kind(error: &reqwest::Error) -> WechatError {
    if error.is_connect() {
        WechatError::Connect
    } else if error.is_timeout() {
        WechatError::Timeout
    } else {
        WechatError::Broken
    }
}
