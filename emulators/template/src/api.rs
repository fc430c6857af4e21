//! The REST API of the template: stage, authorizers, gateway responses.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::{Value, json};

use super::TemplateError;
use super::intrinsics::{Scope, plain};

/// What API Gateway caches an authorizer's answer for when the template does not say.
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html>
const DEFAULT_REAUTHORIZE_SECONDS: i64 = 300;

/// What an authorizer function is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizerKind {
    /// The value of one header.
    Token,
    /// The whole request without its body.
    Request,
}

/// Where the caller's identity is, and so what the cache key is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySource {
    /// A header, whatever its case.
    Header(String),
    /// A query parameter.
    QueryString(String),
    /// A variable of the stage.
    StageVariable(String),
    /// A value of `requestContext`, such as `httpMethod`.
    Context(String),
}

/// One Lambda authorizer of the API.
#[derive(Debug, Clone)]
pub struct Authorizer {
    /// Its name in the template.
    pub name: String,
    /// Logical id of its function.
    pub function: String,
    /// What the function is given.
    pub kind: AuthorizerKind,
    /// Where the identity is. A TOKEN authorizer has exactly one header here.
    pub identity_sources: Vec<IdentitySource>,
    /// `ValidationExpression`: a token that does not match it never reaches the function (TOKEN only).
    pub validation_expression: Option<Regex>,
    /// `ReauthorizeEvery`: for how long an answer is reused. 0 asks every time.
    pub reauthorize_every_seconds: i64,
}

/// One entry of `GatewayResponses`.
#[derive(Debug, Clone, Default)]
pub struct GatewayResponse {
    /// Status that replaces the type's own.
    pub status: Option<u16>,
    /// Headers: name to mapping expression (`'literal'` or `context.requestId`).
    pub headers: BTreeMap<String, String>,
    /// Bodies: media type to template.
    pub templates: BTreeMap<String, String>,
}

/// What the API itself answers to a browser that asks first (`OPTIONS`), on each path that has no such method: `Cors`.
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-corsconfiguration.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// Headers: name to mapping expression. One whose value is `AWS::NoValue` is not sent.
    pub headers: BTreeMap<String, String>,
    /// The template names no methods, so SAM names those of the path.
    pub names_the_paths_methods: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Api {
    pub(super) stage: String,
    pub(super) stage_variables: BTreeMap<String, String>,
    pub(super) binary_media_types: Vec<String>,
    pub(super) authorizers: BTreeMap<String, Authorizer>,
    pub(super) default_authorizer: Option<String>,
    pub(super) gateway_responses: BTreeMap<String, GatewayResponse>,
    pub(super) cors: Option<Cors>,
    /// The template has an API of its own.
    pub(super) is_declared: bool,
}

impl Api {
    pub(super) fn read(document: &Value, scope: &Scope) -> Result<Self, TemplateError> {
        let resources = document["Resources"].as_object().into_iter().flatten();
        let mut apis = resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Api");
        let declared = apis.next().map(|(_, resource)| &resource["Properties"]);
        let own = declared.unwrap_or(&Value::Null);
        let written = |name: &str| own.get(name).or_else(|| document["Globals"]["Api"].get(name));
        let part = |name: &str| -> Result<Value, TemplateError> {
            let value = written(name).map(|value| scope.resolve(value)).transpose()?;
            Ok(value.flatten().unwrap_or(Value::Null))
        };
        let auth = part("Auth")?;
        let responses = part("GatewayResponses")?;
        Ok(Self {
            stage: part("StageName")?.as_str().unwrap_or("Prod").to_owned(),
            stage_variables: text_map(&part("Variables")?),
            // SAM writes `image~1png` where JSON pointers need the slash escaped.
            binary_media_types: texts(&part("BinaryMediaTypes")?)
                .map(|media| media.replace("~1", "/"))
                .collect(),
            authorizers: entries(&auth["Authorizers"])
                .map(|(name, value)| Ok((name.clone(), authorizer(name, value)?)))
                .collect::<Result<_, TemplateError>>()?,
            default_authorizer: auth["DefaultAuthorizer"].as_str().map(str::to_owned),
            gateway_responses: entries(&responses)
                .map(|(kind, value)| (kind.clone(), response(value)))
                .collect(),
            cors: written("Cors")
                .map(|written| part("Cors").map(|value| cors(written, &value)))
                .transpose()?,
            is_declared: declared.is_some(),
        })
    }
}

fn authorizer(name: &str, value: &Value) -> Result<Authorizer, TemplateError> {
    let identity = &value["Identity"];
    let kind = match value["FunctionPayloadType"].as_str() {
        None | Some("TOKEN") => AuthorizerKind::Token,
        Some("REQUEST") => AuthorizerKind::Request,
        Some(_) => return Err(shape(name, "FunctionPayloadType TOKEN or REQUEST")),
    };
    let arn =
        value["FunctionArn"].as_str().ok_or_else(|| shape(name, "FunctionArn of a Lambda authorizer"))?;
    let reauthorize = &identity["ReauthorizeEvery"];
    let seconds =
        if reauthorize.is_null() { json!(DEFAULT_REAUTHORIZE_SECONDS) } else { reauthorize.clone() };
    let seconds = plain(&seconds).parse().ok().filter(|seconds| (0..=3600).contains(seconds));
    let expression = identity["ValidationExpression"].as_str().map(Regex::new);
    Ok(Authorizer {
        name: name.to_owned(),
        function: arn.rsplit(':').next().unwrap_or(arn).to_owned(),
        kind,
        identity_sources: match kind {
            AuthorizerKind::Token => {
                let header = identity["Header"].as_str().unwrap_or("Authorization");
                vec![IdentitySource::Header(header.to_owned())]
            }
            AuthorizerKind::Request => request_sources(identity),
        },
        validation_expression: expression
            .transpose()
            .map_err(|_| shape(name, "a ValidationExpression that is a regular expression"))?,
        reauthorize_every_seconds: seconds.ok_or_else(|| shape(name, "ReauthorizeEvery from 0 to 3600"))?,
    })
}

fn request_sources(identity: &Value) -> Vec<IdentitySource> {
    let headers = texts(&identity["Headers"]).map(IdentitySource::Header);
    let queries = texts(&identity["QueryStrings"]).map(IdentitySource::QueryString);
    let variables = texts(&identity["StageVariables"]).map(IdentitySource::StageVariable);
    let context = texts(&identity["Context"]).map(IdentitySource::Context);
    headers.chain(queries).chain(variables).chain(context).collect()
}

fn response(value: &Value) -> GatewayResponse {
    GatewayResponse {
        status: plain(&value["StatusCode"]).parse().ok(),
        headers: text_map(&value["ResponseParameters"]["Headers"]),
        templates: text_map(&value["ResponseTemplates"]),
    }
}

/// A text alone is the origin.
fn cors(written: &Value, value: &Value) -> Cors {
    let names = ["AllowOrigin", "AllowHeaders", "AllowMethods", "MaxAge"];
    let headers = names.into_iter().filter_map(|name| {
        let value =
            if value.is_object() { value.get(name) } else { Some(value).filter(|_| name == "AllowOrigin") };
        let header = name.replace("Allow", "Allow-").replace("MaxAge", "Max-Age");
        Some((format!("Access-Control-{header}"), plain(value.filter(|value| !value.is_null())?)))
    });
    Cors { headers: headers.collect(), names_the_paths_methods: written.get("AllowMethods").is_none() }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

pub(super) fn text_map(value: &Value) -> BTreeMap<String, String> {
    entries(value).map(|(key, value)| (key.clone(), plain(value))).collect()
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().map(plain)
}

fn shape(name: &str, expected: &'static str) -> TemplateError {
    TemplateError::Shape { place: format!("authorizer {name}"), expected }
}
