//! Creating the tables of the template.

use dynoxide::{Database, DynoxideError};
use sam_template::Table;
use serde_json::json;

use super::Error;

/// Creates what does not exist yet and switches TTL on where the template says so.
pub(super) fn create(database: &Database, tables: &[Table]) -> Result<(), Error> {
    for table in tables {
        match database.create_table(serde_json::from_value(table.create_request.clone())?) {
            // A data file from an earlier run has it already.
            Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(attribute) = &table.ttl_attribute {
            enable_ttl(database, &table.name, attribute)?;
        }
    }
    Ok(())
}

/// AWS refuses to enable what is enabled, so it is asked first.
fn enable_ttl(database: &Database, table: &str, attribute: &str) -> Result<(), Error> {
    let request = serde_json::from_value(json!({ "TableName": table }))?;
    let described = database.describe_time_to_live(request)?.time_to_live_description;
    if described.time_to_live_status == "ENABLED" && described.attribute_name.as_deref() == Some(attribute) {
        return Ok(());
    }
    database.update_time_to_live(serde_json::from_value(json!({
        "TableName": table,
        "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
    }))?)?;
    Ok(())
}
