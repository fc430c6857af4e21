//! A Mini Program's view of the service: JSON requests to a base URL, for the tour, the conversations
//! and the operator.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as JSON; `null` when it is empty or not JSON.
    pub body: Value,
    /// The body as text.
    pub text: String,
}

impl Reply {
    /// The stable code of a problem, or an empty text.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// A request to be sent. Built with [`HttpClient::request`].
#[derive(Clone, Debug)]
pub struct Outgoing {
    client: reqwest::Client,
    method: reqwest::Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// Talks to one base URL.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    base_url: String,
}

impl HttpClient {
    /// A client of `base_url`, which may end in a stage.
    ///
    /// # Panics
    ///
    /// Never: the settings are fixed.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self::with_tls(base_url, wxsession::aws::tls_config())
    }

    /// The same, trusting whom `tls` trusts.
    ///
    /// # Panics
    ///
    /// Never: the settings are fixed.
    #[must_use]
    pub fn with_tls(base_url: &str, tls: rustls::ClientConfig) -> Self {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(35))
            .build()
            .expect("the settings are fixed and known to be good");
        Self { client, base_url: base_url.trim_end_matches('/').to_owned() }
    }

    /// The base URL without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A request without body and token.
    ///
    /// # Panics
    ///
    /// When `method` is not an HTTP method.
    #[must_use]
    pub fn request(&self, method: &str, path: &str) -> Outgoing {
        Outgoing {
            client: self.client.clone(),
            method: method.parse().expect("a method written in this program"),
            url: format!("{}{path}", self.base_url),
            headers: Vec::new(),
            body: None,
        }
    }
}

impl Outgoing {
    /// With a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", body.to_string())
    }

    /// With a body of another kind.
    #[must_use]
    pub fn text(mut self, content_type: &str, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self.header("Content-Type", content_type)
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// When no answer came back: of what, and why.
    pub async fn send(self) -> Result<Reply, String> {
        let asked = format!("{} {}", self.method, self.url);
        self.answered().await.map_err(|why| format!("{asked}: {why}"))
    }

    /// The same, where the reader knows of what.
    pub(crate) async fn answered(self) -> Result<Reply, String> {
        let mut request = self.client.request(self.method, self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let answer = request.send().await.map_err(root_of)?;
        let status = answer.status().as_u16();
        let readable = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), readable(value))).collect();
        let bytes = answer.bytes().await.map_err(root_of)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, headers, body, text })
    }
}

/// What is behind "error sending request": `Connection refused (os error 111)`.
fn root_of(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut root: &dyn std::error::Error = &error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}
