//! Functions of the template, their environment and the routes that lead to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::TemplateError;
use super::api::text_map;
use super::intrinsics::{Scope, plain};

/// Lambda's own default. <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
const DEFAULT_TIMEOUT_SECONDS: u64 = 3;

/// One Lambda function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name in the template.
    pub logical_id: String,
    /// The Cargo binary that is its code, or the logical id where the template names none.
    pub binary: String,
    /// Its environment, with every reference resolved.
    pub environment: BTreeMap<String, String>,
    /// When Lambda gives up on a call.
    pub timeout_seconds: u64,
}

/// One method of one path of the REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Method in capitals, or `ANY`.
    pub method: String,
    /// Path with its parameters, such as `/sessions/{id}` or `/{proxy+}`.
    pub path: String,
    /// Logical id of the function behind it.
    pub function: String,
    /// Name of the authorizer in front of it.
    pub authorizer: Option<String>,
    /// The template says `Authorizer: NONE`, rather than nothing.
    pub is_public: bool,
}

/// Functions and the routes to them, in the template's order of names.
pub(super) fn read(
    document: &Value,
    scope: &Scope,
    default_authorizer: Option<&str>,
) -> Result<(Vec<Function>, Vec<Route>), TemplateError> {
    let globals = resolved(&document["Globals"]["Function"], scope, &["Timeout", "Environment"])?;
    let (mut functions, mut routes) = (Vec::new(), Vec::new());
    for (id, resource) in document["Resources"].as_object().into_iter().flatten() {
        if resource["Type"] != "AWS::Serverless::Function" || !is_wanted(resource, scope)? {
            continue;
        }
        let own = resolved(&resource["Properties"], scope, &["Timeout", "Environment", "Events"])?;
        functions.push(function(id, resource, &own, &globals)?);
        for (name, event) in own["Events"].as_object().into_iter().flatten() {
            if event["Type"] == "Api" {
                routes.push(route(id, name, &event["Properties"], default_authorizer)?);
            }
        }
    }
    Ok((functions, routes))
}

/// Whether the resource's `Condition`, if any, holds.
pub(super) fn is_wanted(resource: &Value, scope: &Scope) -> Result<bool, TemplateError> {
    resource["Condition"].as_str().map_or(Ok(true), |condition| scope.condition(condition))
}

/// Only the named properties, resolved. Others may use intrinsics that make no sense on one machine.
fn resolved(properties: &Value, scope: &Scope, names: &[&str]) -> Result<Value, TemplateError> {
    let mut kept = serde_json::Map::new();
    for name in names {
        if let Some(value) = properties.get(name).map(|value| scope.resolve(value)).transpose()?.flatten() {
            kept.insert((*name).to_owned(), value);
        }
    }
    Ok(Value::Object(kept))
}

fn function(id: &str, resource: &Value, own: &Value, globals: &Value) -> Result<Function, TemplateError> {
    let mut environment = text_map(&globals["Environment"]["Variables"]);
    environment.extend(text_map(&own["Environment"]["Variables"]));
    let timeout = own.get("Timeout").or_else(|| globals.get("Timeout"));
    let timeout_seconds = match timeout {
        None => DEFAULT_TIMEOUT_SECONDS,
        Some(value) => plain(value).parse().map_err(|_| shape(id, "Timeout", "whole seconds"))?,
    };
    let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap_or(id).to_owned();
    Ok(Function { logical_id: id.to_owned(), binary, environment, timeout_seconds })
}

fn route(
    function: &str,
    name: &str,
    event: &Value,
    default_authorizer: Option<&str>,
) -> Result<Route, TemplateError> {
    let text = |property: &'static str| {
        event[property].as_str().ok_or_else(|| shape(&format!("{function}.Events.{name}"), property, "text"))
    };
    let authorizer = event["Auth"]["Authorizer"].as_str();
    let is_public = authorizer == Some("NONE");
    let authorizer = authorizer.or(default_authorizer).filter(|_| !is_public);
    Ok(Route {
        method: text("Method")?.to_ascii_uppercase(),
        path: text("Path")?.to_owned(),
        function: function.to_owned(),
        authorizer: authorizer.map(str::to_owned),
        is_public,
    })
}

fn shape(id: &str, property: &str, expected: &'static str) -> TemplateError {
    TemplateError::Shape { place: format!("Resources.{id}.{property}"), expected }
}
