//! Looking into a table, and changing it, as an administrator would: past the faults.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::{Database, ImportOptions};
use serde_json::Value;

use super::Error;

/// An item, as the SDK has it.
type Item = HashMap<String, AttributeValue>;

/// The tables of a running engine.
#[derive(Clone)]
pub struct Items(pub(super) Database);

/// How much a table holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableSize {
    /// Items.
    pub items: u64,
    /// Their size as DynamoDB counts it.
    pub bytes: u64,
}

impl Items {
    /// What a `Query` finds: its `Items`.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn query(&self, request: Value) -> Result<Vec<Value>, Error> {
        let answer = self.0.query(serde_json::from_value(request)?)?;
        let mut answer = serde_json::to_value(answer)?;
        Ok(match answer["Items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        })
    }

    /// Does an `UpdateItem`.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn update(&self, request: Value) -> Result<(), Error> {
        self.0.update_item(serde_json::from_value(request)?)?;
        Ok(())
    }

    /// Does a `DeleteItem`.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn delete(&self, request: Value) -> Result<(), Error> {
        self.0.delete_item(serde_json::from_value(request)?)?;
        Ok(())
    }

    /// Writes many items at once, much faster than one request for each.
    ///
    /// # Errors
    /// When the engine refuses; then none is written.
    pub fn import(&self, table: &str, items: Vec<Item>) -> Result<(), Error> {
        let items = items.into_iter().map(engine_item).collect();
        self.0.import_items(table, items, ImportOptions::default())?;
        Ok(())
    }

    /// How much each table holds.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn sizes(&self) -> Result<BTreeMap<String, TableSize>, Error> {
        let tables = self.0.table_stats()?.into_iter();
        let size = |table: dynoxide::TableStats| {
            let items = u64::try_from(table.item_count).unwrap_or(0);
            (table.table_name, TableSize { items, bytes: table.size_bytes })
        };
        Ok(tables.map(size).collect())
    }

    /// How many bytes the engine keeps its tables in.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn bytes(&self) -> Result<u64, Error> {
        Ok(self.0.db_size_bytes()?)
    }
}

fn engine_item(item: Item) -> dynoxide::Item {
    item.into_iter().map(|(name, value)| (name, engine_value(value))).collect()
}

/// The three types that a record of ours is made of; anything else is NULL, which no reader of ours takes.
fn engine_value(value: AttributeValue) -> dynoxide::AttributeValue {
    match value {
        AttributeValue::S(text) => dynoxide::AttributeValue::S(text),
        AttributeValue::N(number) => dynoxide::AttributeValue::N(number),
        AttributeValue::B(bytes) => dynoxide::AttributeValue::B(bytes.into_inner()),
        _ => dynoxide::AttributeValue::NULL(true),
    }
}
