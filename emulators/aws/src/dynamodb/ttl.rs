//! Time to live, by our clock.
//!
//! The engine has a sweep of its own, but with a data file it reads the system's time. This one asks the service's
//! clock in every case, so a test or a developer who moves the clock sees items go.

use dynoxide::{Database, DynoxideError};
use emulator_harness::Clock;
use sam_template::Table;
use serde_json::{Value, json};

use super::Error;

/// AWS leaves items alone whose time is this long ago: more likely a mistake than an expiry.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html>
const FIVE_YEARS_SECONDS: i64 = 5 * 365 * 86_400;

/// "Expired" is strictly before now. An attribute that is not a number never is.
const IS_EXPIRED: &str = "#ttl < :now AND #ttl > :ignored";

pub(super) struct Sweeper {
    database: Database,
    tables: Vec<Table>,
    clock: Clock,
}

impl Sweeper {
    pub(super) fn new(database: Database, tables: &[Table], clock: Clock) -> Self {
        Self { database, tables: tables.to_vec(), clock }
    }

    /// Deletes every expired item; says how many there were.
    pub(super) fn sweep(&self) -> Result<usize, Error> {
        let now = (self.clock)();
        let mut deleted = 0;
        for table in &self.tables {
            if let Some(attribute) = &table.ttl_attribute {
                deleted += self.sweep_table(table, attribute, now)?;
            }
        }
        Ok(deleted)
    }

    fn sweep_table(&self, table: &Table, attribute: &str, now: i64) -> Result<usize, Error> {
        let keys: Vec<&str> = [Some(&table.hash_key), table.range_key.as_ref()]
            .into_iter()
            .flatten()
            .map(|key| &*key.name)
            .collect();
        let condition = json!({
            ":now": { "N": now.to_string() },
            ":ignored": { "N": (now - FIVE_YEARS_SECONDS).to_string() },
        });
        let (mut deleted, mut start) = (0, Value::Null);
        loop {
            let mut scan = json!({
                "TableName": table.name,
                "FilterExpression": IS_EXPIRED,
                "ExpressionAttributeNames": { "#ttl": attribute },
                "ExpressionAttributeValues": condition,
            });
            if !start.is_null() {
                scan["ExclusiveStartKey"] = start;
            }
            let page = serde_json::to_value(self.database.scan(serde_json::from_value(scan)?)?)?;
            for item in page["Items"].as_array().into_iter().flatten() {
                deleted += usize::from(self.delete(table, attribute, &keys, item, &condition)?);
            }
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                return Ok(deleted);
            }
        }
    }

    /// Deletes one item, unless it was renewed since it was read.
    fn delete(
        &self,
        table: &Table,
        attribute: &str,
        keys: &[&str],
        item: &Value,
        condition: &Value,
    ) -> Result<bool, Error> {
        let key: serde_json::Map<_, _> =
            keys.iter().map(|name| ((*name).to_owned(), item[name].clone())).collect();
        let request = json!({
            "TableName": table.name,
            "Key": key,
            "ConditionExpression": IS_EXPIRED,
            "ExpressionAttributeNames": { "#ttl": attribute },
            "ExpressionAttributeValues": condition,
        });
        match self.database.delete_item(serde_json::from_value(request)?) {
            Ok(_) => Ok(true),
            Err(DynoxideError::ConditionalCheckFailedException(..)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
