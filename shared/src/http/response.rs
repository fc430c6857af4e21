//! The response as API Gateway wants it; the same form serves REST APIs and HTTP APIs.

use std::collections::BTreeMap;

use serde::Serialize;

/// An HTTP response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    status_code: u16,
    headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

impl Response {
    /// A response without a body. It is never to be stored and never to be sniffed.
    #[must_use]
    pub fn new(status_code: u16) -> Self {
        let headers = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
            .map(|(k, v)| (k, v.to_owned()));
        Self { status_code, headers: headers.into(), body: None, is_base64_encoded: false }
    }

    /// 200 with a JSON body.
    ///
    /// # Panics
    ///
    /// Never for the plain structs of this crate: strings, numbers and maps with text keys.
    #[must_use]
    pub fn json(body: &impl Serialize) -> Self {
        let text = serde_json::to_string(body).expect("plain structs always serialise");
        Self::new(200).with_body("application/json", text)
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(204)
    }

    #[must_use]
    pub(crate) fn with_body(mut self, content_type: &str, body: String) -> Self {
        self.body = Some(body);
        self.with_header("Content-Type", content_type)
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.to_owned());
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status_code
    }
}
