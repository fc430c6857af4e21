//! `DynamoDB` tables of the template.

use serde_json::{Map, Value, json};

use super::TemplateError;
use super::functions::is_wanted;
use super::intrinsics::Scope;

/// What `CreateTable` is told. Everything else (encryption, backups, deletion protection) protects data that a local
/// table does not hold.
const CREATE_TABLE: [&str; 5] =
    ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode"];

/// One key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Name of the attribute.
    pub name: String,
    /// `S`, `N` or `B`.
    pub kind: String,
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    /// `TableName`, or the logical id where `CloudFormation` would make a name up.
    pub name: String,
    /// The partition key.
    pub hash_key: Key,
    /// The sort key, if any.
    pub range_key: Option<Key>,
    /// The attribute that native TTL looks at, if it is on.
    pub ttl_attribute: Option<String>,
    /// The `CreateTable` request.
    pub create_request: Value,
}

pub(super) fn read(document: &Value, scope: &Scope) -> Result<Vec<Table>, TemplateError> {
    let mut tables = Vec::new();
    for (id, resource) in document["Resources"].as_object().into_iter().flatten() {
        if resource["Type"] == "AWS::DynamoDB::Table" && is_wanted(resource, scope)? {
            tables.push(table(id, &resource["Properties"], scope)?);
        }
    }
    Ok(tables)
}

fn table(id: &str, properties: &Value, scope: &Scope) -> Result<Table, TemplateError> {
    let part = |name: &str| -> Result<Option<Value>, TemplateError> {
        Ok(properties.get(name).map(|value| scope.resolve(value)).transpose()?.flatten())
    };
    let name =
        part("TableName")?.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_else(|| id.to_owned());
    let mut request = Map::from_iter([("TableName".to_owned(), json!(name))]);
    for property in CREATE_TABLE {
        request.extend(part(property)?.map(|value| (property.to_owned(), value)));
    }
    if let Some(Value::Object(mut stream)) = part("StreamSpecification")? {
        // CreateTable wants to be told what CloudFormation takes for granted.
        stream.insert("StreamEnabled".to_owned(), json!(true));
        request.insert("StreamSpecification".to_owned(), Value::Object(stream));
    }
    let create_request = Value::Object(request);
    let ttl = part("TimeToLiveSpecification")?.unwrap_or(Value::Null);
    let ttl_attribute =
        ttl["AttributeName"].as_str().filter(|_| super::intrinsics::plain(&ttl["Enabled"]) == "true");
    Ok(Table {
        hash_key: key(&create_request, "HASH").ok_or_else(|| shape(id, "a HASH key with its attribute"))?,
        range_key: key(&create_request, "RANGE"),
        ttl_attribute: ttl_attribute.map(str::to_owned),
        name,
        create_request,
    })
}

fn key(request: &Value, role: &str) -> Option<Key> {
    let element = request["KeySchema"].as_array()?.iter().find(|element| element["KeyType"] == role)?;
    let name = element["AttributeName"].as_str()?;
    let definitions = request["AttributeDefinitions"].as_array()?;
    let definition = definitions.iter().find(|definition| definition["AttributeName"] == name)?;
    Some(Key { name: name.to_owned(), kind: definition["AttributeType"].as_str()?.to_owned() })
}

fn shape(id: &str, expected: &'static str) -> TemplateError {
    TemplateError::Shape { place: format!("Resources.{id}.Properties"), expected }
}
