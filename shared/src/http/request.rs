//! The request inside an API Gateway event: REST API (payload 1.0) and HTTP API (2.0).
//!
//! Only the fields that are used, each of them optional or null, because the shapes differ and
//! tests, consoles and `sam local` leave fields out.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// One HTTP request as API Gateway hands it on. No `Debug`: it carries the bearer token.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    http_method: Option<String>,
    resource: Option<String>,
    path: Option<String>,
    raw_path: Option<String>,
    route_key: Option<String>,
    headers: Option<HashMap<String, Option<String>>>,
    multi_value_headers: Option<HashMap<String, Option<Vec<String>>>>,
    path_parameters: Option<HashMap<String, Option<String>>>,
    #[serde(rename = "requestContext")]
    context: Option<Context>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    request_id: Option<String>,
    authorizer: Option<Value>,
    http: Option<Http>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Http {
    method: Option<String>,
}

impl Request {
    /// The verb, upper case as sent.
    #[must_use]
    pub fn method(&self) -> &str {
        let context = self.context.as_ref().and_then(|context| context.http.as_ref());
        let method = self.http_method.as_deref().or_else(|| context?.method.as_deref());
        method.unwrap_or_default()
    }

    /// The route as written in the template, `/sessions/{id}`: not the path, so neither a stage nor
    /// a custom domain's prefix gets in the way.
    #[must_use]
    pub fn route(&self) -> &str {
        let key = self.route_key.as_deref().and_then(|key| key.split_once(' ')).map(|(_, path)| path);
        let path = self.path.as_deref().or(self.raw_path.as_deref());
        self.resource.as_deref().or(key).or(path).unwrap_or_default()
    }

    /// A `{name}` of the route.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path_parameters.as_ref()?.get(name)?.as_deref()
    }

    /// Every value of a header; names are compared without regard to case.
    #[must_use]
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        if let Some(headers) = &self.multi_value_headers {
            let same = headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
            return same.flat_map(|(_, values)| values.iter().flatten().map(String::as_str)).collect();
        }
        let headers = self.headers.iter().flatten();
        let same = headers.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        same.filter_map(|(_, value)| value.as_deref()).collect()
    }

    /// API Gateway's name of this request, which the client sees too.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.context.as_ref()?.request_id.as_deref()
    }

    /// What the authorizer handed on. The only source of identity: nothing that a client can write
    /// gets here.
    #[must_use]
    pub fn authorizer(&self) -> Option<&Value> {
        self.context.as_ref()?.authorizer.as_ref()
    }

    pub(crate) fn raw_body(&self) -> (&str, bool) {
        (self.body.as_deref().unwrap_or_default(), self.is_base64_encoded.unwrap_or(false))
    }
}

#[cfg(test)]
mod tests;
