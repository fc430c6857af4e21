//! Looking into a table, and changing it, as an administrator would: past the faults.

use dynoxide::Database;
use serde_json::Value;

use super::Error;

/// The tables of a running engine.
#[derive(Clone)]
pub struct Items(pub(super) Database);

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
}
