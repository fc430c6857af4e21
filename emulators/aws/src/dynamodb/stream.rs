//! The stream of a table: what was written, in order. The engine has one shard for each.

use dynoxide::Database;
use serde_json::{Value, json};

use super::Error;

/// A place in a table's stream.
pub struct Stream {
    database: Database,
    iterator: String,
}

impl Stream {
    pub(super) fn of(database: Database, table: &str) -> Result<Option<Self>, Error> {
        let described = database.describe_table(serde_json::from_value(json!({ "TableName": table }))?)?;
        let described = serde_json::to_value(described)?;
        let Some(arn) = described["Table"]["LatestStreamArn"].as_str() else { return Ok(None) };
        let stream = database.describe_stream(serde_json::from_value(json!({ "StreamArn": arn }))?)?;
        let Some(shard) = stream.stream_description.shards.into_iter().next() else { return Ok(None) };
        let iterator = database.get_shard_iterator(serde_json::from_value(json!({
            "StreamArn": arn, "ShardId": shard.shard_id, "ShardIteratorType": "TRIM_HORIZON",
        }))?)?;
        Ok(iterator.shard_iterator.map(|iterator| Self { database, iterator }))
    }

    /// The next records, at most a thousand, as a function is given them; none when there are no more by now.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn read(&mut self) -> Result<Vec<Value>, Error> {
        let request = serde_json::from_value(json!({ "ShardIterator": self.iterator }))?;
        let found = self.database.get_records(request)?;
        if let Some(next) = found.next_shard_iterator {
            self.iterator = next;
        }
        found.records.iter().map(|record| Ok(serde_json::to_value(record)?)).collect()
    }
}
