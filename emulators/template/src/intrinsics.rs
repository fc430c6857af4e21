//! Intrinsic functions to values, with the names `CloudFormation` would give things replaced by stable local ones.
//!
//! A resource's `Ref` is its logical id, so the table `SessionsTable` is called `SessionsTable` here. Parameters take
//! the value given for them or their default.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::TemplateError;

mod conditions;
mod lists;
mod substitution;

/// The account in every local ARN.
pub const ACCOUNT_ID: &str = "123456789012";
/// The region in every local ARN.
pub const REGION: &str = "us-east-1";
/// The id of the local REST API.
pub const API_ID: &str = "a1b2c3d4e5";

/// What the stack is called here. The sample template in `examples/` imports from a stack of this name.
const STACK_NAME: &str = "wxsession";

/// Everything a name can stand for.
pub(super) struct Scope {
    /// Parameters with a value.
    values: BTreeMap<String, Value>,
    /// Every declared parameter, also those without a value.
    declared: Vec<String>,
    conditions: Map<String, Value>,
    mappings: Value,
    /// Resource type by logical id.
    resources: BTreeMap<String, String>,
    /// What `Fn::ImportValue` finds.
    imports: BTreeMap<String, String>,
}

impl Scope {
    pub(super) fn of(
        document: &Value,
        overrides: &BTreeMap<String, String>,
        imports: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let parameters = document["Parameters"].as_object().cloned().unwrap_or_default();
        let mut values = BTreeMap::new();
        for (name, declaration) in &parameters {
            let given = overrides.get(name).map(|text| json!(text));
            if let Some(value) = given.as_ref().or_else(|| declaration.get("Default")) {
                values.insert(name.clone(), parameter_value(declaration, value));
            }
        }
        if let Some(name) = overrides.keys().find(|name| !parameters.contains_key(*name)) {
            return Err(TemplateError::UnknownName { name: name.clone() });
        }
        let resources = document["Resources"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(id, resource)| (id.clone(), resource["Type"].as_str().unwrap_or_default().to_owned()));
        Ok(Self {
            values,
            declared: parameters.keys().cloned().collect(),
            conditions: document["Conditions"].as_object().cloned().unwrap_or_default(),
            mappings: document["Mappings"].clone(),
            resources: resources.collect(),
            imports: imports.clone(),
        })
    }

    pub(super) fn into_parameters(self) -> BTreeMap<String, Value> {
        self.values
    }

    /// `value` with every intrinsic function replaced; `None` when it is `AWS::NoValue`.
    pub(super) fn resolve(&self, value: &Value) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Array(items) => {
                let kept = items.iter().filter_map(|item| self.resolve(item).transpose());
                kept.collect::<Result<Vec<_>, _>>().map(|items| Some(Value::Array(items)))
            }
            Value::Object(map) => match single(map) {
                Some((name, argument)) if is_intrinsic(name) => self.call(name, argument),
                _ => self.resolve_object(map).map(Some),
            },
            plain => Ok(Some(plain.clone())),
        }
    }

    fn resolve_object(&self, map: &Map<String, Value>) -> Result<Value, TemplateError> {
        let mut resolved = Map::new();
        for (key, value) in map {
            if let Some(value) = self.resolve(value)? {
                resolved.insert(key.clone(), value);
            }
        }
        Ok(Value::Object(resolved))
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Option<Value>, TemplateError> {
        match name {
            "Ref" => self.reference(text(argument, name)?),
            "Fn::GetAtt" => self.attribute(argument).map(Some),
            "Fn::Sub" => self.substitute(argument).map(Some),
            "Fn::If" => {
                let [condition, yes, no] = parts(argument, name)?;
                let branch = if self.condition(text(condition, name)?)? { yes } else { no };
                self.resolve(branch)
            }
            "Fn::Join" | "Fn::Split" | "Fn::Select" => self.list_function(name, argument).map(Some),
            "Fn::FindInMap" => {
                let [map, first, second] = parts(argument, name)?;
                let keys = [self.required(map)?, self.required(first)?, self.required(second)?]
                    .map(|key| plain(&key));
                let found = keys.iter().try_fold(&self.mappings, |level, key| level.get(key));
                found.cloned().map(Some).ok_or_else(|| unknown(&keys.join(".")))
            }
            "Fn::ImportValue" => {
                let export = plain(&self.required(argument)?);
                let value = self.imports.get(&export).ok_or_else(|| unknown(&export))?;
                Ok(Some(json!(value)))
            }
            "Condition" => self.condition(text(argument, name)?).map(|holds| Some(json!(holds))),
            "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" => {
                self.evaluate(name, argument).map(|holds| Some(json!(holds)))
            }
            other => Err(TemplateError::UnsupportedIntrinsic { name: other.to_owned() }),
        }
    }

    fn reference(&self, name: &str) -> Result<Option<Value>, TemplateError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = pseudo_parameter(name).or_else(|| self.values.get(name).cloned()) {
            return Ok(Some(value));
        }
        if self.declared.iter().any(|declared| declared == name) {
            return Err(TemplateError::ParameterWithoutValue { name: name.to_owned() });
        }
        match self.resources.get(name).map(String::as_str) {
            Some("AWS::Serverless::Api") => Ok(Some(json!(API_ID))),
            Some(_) => Ok(Some(json!(name))),
            None => Err(unknown(name)),
        }
    }

    fn attribute(&self, argument: &Value) -> Result<Value, TemplateError> {
        let [resource, attribute] = parts(argument, "Fn::GetAtt")?;
        let (resource, attribute) = (text(resource, "Fn::GetAtt")?, plain(attribute));
        let kind = self.resources.get(resource).ok_or_else(|| unknown(resource))?;
        if attribute != "Arn" {
            return Ok(json!(format!("{resource}.{attribute}")));
        }
        Ok(json!(match kind.as_str() {
            "AWS::Serverless::Function" =>
                format!("arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{resource}"),
            "AWS::DynamoDB::Table" => format!("arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{resource}"),
            _ => format!("arn:aws:local:{REGION}:{ACCOUNT_ID}:{resource}"),
        }))
    }

    fn required(&self, value: &Value) -> Result<Value, TemplateError> {
        self.resolve(value)?.ok_or_else(|| shape("AWS::NoValue", "a value"))
    }
}

/// Scalars as `CloudFormation` passes them on: as text.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn parameter_value(declaration: &Value, value: &Value) -> Value {
    let kind = declaration["Type"].as_str().unwrap_or_default();
    let value = plain(value);
    if kind == "CommaDelimitedList" || kind.starts_with("List<") {
        return value.split(',').map(|item| json!(item.trim())).collect();
    }
    json!(value)
}

fn pseudo_parameter(name: &str) -> Option<Value> {
    Some(json!(match name {
        "AWS::AccountId" => ACCOUNT_ID,
        "AWS::Region" => REGION,
        "AWS::Partition" => "aws",
        "AWS::URLSuffix" => "amazonaws.com",
        "AWS::StackName" => STACK_NAME,
        "AWS::StackId" =>
            "arn:aws:cloudformation:us-east-1:123456789012:stack/wxsession/00000000-0000-0000-0000-000000000000",
        "AWS::NotificationARNs" => return Some(json!([])),
        _ => return None,
    }))
}

fn single(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = map.iter();
    let (name, argument) = entries.next()?;
    entries.next().is_none().then_some((name.as_str(), argument))
}

/// `Condition` is also a property name (IAM statements), but there its value is a mapping.
fn is_intrinsic(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::") || name == "Condition"
}

fn parts<'a, const N: usize>(argument: &'a Value, place: &str) -> Result<&'a [Value; N], TemplateError> {
    let list = argument.as_array().map(Vec::as_slice).unwrap_or_default();
    list.try_into().map_err(|_| shape(place, "a list of the right length"))
}

fn text<'a>(value: &'a Value, place: &str) -> Result<&'a str, TemplateError> {
    value.as_str().ok_or_else(|| shape(place, "text"))
}

fn unknown(name: &str) -> TemplateError {
    TemplateError::UnknownName { name: name.to_owned() }
}

fn shape(place: &str, expected: &'static str) -> TemplateError {
    TemplateError::Shape { place: place.to_owned(), expected }
}
