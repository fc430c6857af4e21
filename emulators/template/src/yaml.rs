//! YAML text to JSON, with `CloudFormation`'s short tags written out.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

use super::TemplateError;

/// The first document of `text`.
pub(super) fn load(text: &str) -> Result<Value, TemplateError> {
    let documents = Yaml::load_from_str(text)?;
    let value = documents.first().map(to_json).transpose()?.unwrap_or(Value::Null);
    if value.is_object() { Ok(value) } else { Err(shape("the template", "a mapping")) }
}

fn to_json(node: &Yaml) -> Result<Value, TemplateError> {
    Ok(match node {
        Yaml::Value(scalar) => scalar_to_json(scalar),
        Yaml::Sequence(items) => items.iter().map(to_json).collect::<Result<_, _>>()?,
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                map.insert(key_text(key)?, to_json(value)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tag, inner) => long_form(&tag.suffix, to_json(inner)?),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            return Err(shape("the template", "values that YAML's core schema can read"));
        }
    })
}

fn scalar_to_json(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => json!(value),
        Scalar::Integer(value) => json!(value),
        Scalar::FloatingPoint(value) => json!(value.into_inner()),
        Scalar::String(value) => json!(value),
    }
}

/// Keys are text in `CloudFormation`, whatever YAML makes of them (`200:` is a status code).
fn key_text(key: &Yaml) -> Result<String, TemplateError> {
    match to_json(key)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        _ => Err(shape("a mapping key", "text")),
    }
}

/// `!Ref X` and `!Condition X` keep their name, `!GetAtt A.B` becomes a pair, every other `!X` is `Fn::X`.
fn long_form(tag: &str, value: Value) -> Value {
    match (tag, value) {
        ("Ref" | "Condition", value) => json!({ tag: value }),
        ("GetAtt", Value::String(text)) => match text.split_once('.') {
            Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
            None => json!({ "Fn::GetAtt": [text] }),
        },
        (tag, value) => json!({ format!("Fn::{tag}"): value }),
    }
}

fn shape(place: &str, expected: &'static str) -> TemplateError {
    TemplateError::Shape { place: place.to_owned(), expected }
}
