//! The two tables: keys, TTL, and what saves them from a mistake.

use aws_sdk_dynamodb::types::{
    IndexStatus, KeySchemaElement, KeyType, PointInTimeRecoveryStatus, TableDescription, TableStatus,
    TimeToLiveStatus,
};
use wxsession::{env::Source as _, store::sessions::TTL_ATTRIBUTE};

use super::{
    aws::{Aws, failed},
    environment::Settings,
    report::{Finding, Report},
    texts::{
        BACKUPS_LOCAL, BACKUPS_OFF, BACKUPS_OK, BACKUPS_UNKNOWN, PROTECTION_OFF, PROTECTION_OK, TABLE_INDEX,
        TABLE_KEYS, TABLE_MISSING, TABLE_OK, TABLE_STATUS, TTL_OFF, TTL_OK, TTL_OTHER, TTL_SETTLING,
    },
};
use crate::access::kind_of;

struct Expected {
    variable: &'static str,
    resource: &'static str,
    keys: &'static str,
    /// Each with its key.
    indexes: &'static [(&'static str, &'static str)],
    check: &'static str,
    ttl: &'static str,
    /// Of a table that is kept: the checks of its backups and of its protection.
    kept: Option<(&'static str, &'static str)>,
}

const USERS: Expected = Expected {
    variable: facts::settings::USERS_TABLE.name,
    resource: "UsersTable",
    keys: "user_id HASH S",
    indexes: &[("by_unionid", "unionid HASH S"), ("by_external_id", "external_id HASH S")],
    check: "tables.users",
    ttl: "tables.users.ttl",
    kept: Some(("tables.users.pitr", "tables.users.protect")),
};

const SESSIONS: Expected = Expected {
    variable: facts::settings::SESSIONS_TABLE.name,
    resource: "SessionsTable",
    keys: "pk HASH S, sk RANGE S",
    indexes: &[],
    check: "tables.sessions",
    ttl: "tables.sessions.ttl",
    // Sessions are never restored: everyone just logs in again.
    kept: None,
};

pub(super) async fn check(aws: &Aws, settings: &Settings, report: &mut Report) {
    for expected in [&USERS, &SESSIONS] {
        if let Some(name) = settings.all.text(expected.variable) {
            check_table(aws, &name, expected, report).await;
        }
    }
}

async fn check_table(aws: &Aws, name: &str, expected: &Expected, report: &mut Report) {
    let table = match aws.dynamodb.describe_table().table_name(name).send().await {
        Ok(answer) => answer.table.unwrap_or_else(|| TableDescription::builder().build()),
        Err(error) => {
            report.add(match kind_of(&error).as_str() {
                "ResourceNotFoundException" => Finding::fail(expected.check, TABLE_MISSING)
                    .with("table", &name)
                    .with("variable", &expected.variable)
                    .with("resource", &expected.resource),
                kind => failed(expected.check, "dynamodb:DescribeTable", kind),
            });
            return;
        }
    };
    report.add(keys_and_status(&table, name, expected));
    report.add(ttl(aws, name, expected).await);
    let Some((backups_check, protection_check)) = expected.kept else { return };
    report.add(backups(aws, name, backups_check).await);
    let protected = table.deletion_protection_enabled == Some(true);
    let protection = if protected {
        Finding::ok(protection_check, PROTECTION_OK)
    } else {
        Finding::warn(protection_check, PROTECTION_OFF)
    };
    report.add(protection.with("table", &name));
}

fn keys_and_status(table: &TableDescription, name: &str, expected: &Expected) -> Finding {
    let found = keys_of(table, table.key_schema());
    let missing = expected.indexes.iter().find(|(index, keys)| !has_index(table, index, keys));
    let finding = match table.table_status() {
        _ if found != expected.keys => Finding::fail(expected.check, TABLE_KEYS).with("found", &found),
        Some(TableStatus::Active) => match missing {
            None => Finding::ok(expected.check, TABLE_OK),
            Some((index, key)) => {
                Finding::fail(expected.check, TABLE_INDEX).with("index", index).with("key", key)
            }
        },
        status => Finding::warn(expected.check, TABLE_STATUS)
            .with("status", &status.map_or("unknown", TableStatus::as_str)),
    };
    finding.with("table", &name).with("keys", &expected.keys).with("resource", &expected.resource)
}

/// Whether the table can be asked by this index.
fn has_index(table: &TableDescription, name: &str, keys: &str) -> bool {
    table.global_secondary_indexes().iter().any(|index| {
        let is_ready = index.index_status().is_none_or(|status| *status == IndexStatus::Active);
        is_ready && index.index_name() == Some(name) && keys_of(table, index.key_schema()) == keys
    })
}

/// `pk HASH S, sk RANGE S`, the partition key first.
fn keys_of(table: &TableDescription, schema: &[KeySchemaElement]) -> String {
    let kind = |name: &str| {
        let mut definitions = table.attribute_definitions().iter();
        definitions
            .find(|known| known.attribute_name() == name)
            .map_or("?", |known| known.attribute_type().as_str())
    };
    let mut keys: Vec<_> = schema.iter().collect();
    keys.sort_by_key(|key| *key.key_type() != KeyType::Hash);
    let key = |key: &&KeySchemaElement| {
        let name = key.attribute_name();
        format!("{name} {} {}", key.key_type().as_str(), kind(name))
    };
    keys.iter().map(key).collect::<Vec<_>>().join(", ")
}

async fn ttl(aws: &Aws, name: &str, expected: &Expected) -> Finding {
    let check = expected.ttl;
    let answer = match aws.dynamodb.describe_time_to_live().table_name(name).send().await {
        Ok(answer) => answer.time_to_live_description,
        Err(error) => return failed(check, "dynamodb:DescribeTimeToLive", &kind_of(&error)),
    };
    let status = answer.as_ref().and_then(|ttl| ttl.time_to_live_status());
    let attribute = answer.as_ref().and_then(|ttl| ttl.attribute_name()).unwrap_or_default();
    let is_on = matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
    let finding = if !is_on {
        Finding::fail(check, TTL_OFF)
    } else if attribute != TTL_ATTRIBUTE {
        Finding::fail(check, TTL_OTHER)
    } else if status == Some(&TimeToLiveStatus::Enabling) {
        Finding::warn(check, TTL_SETTLING)
    } else {
        Finding::ok(check, TTL_OK)
    };
    finding.with("table", &name).with("attribute", &attribute).with("wanted", &TTL_ATTRIBUTE)
}

async fn backups(aws: &Aws, name: &str, check: &'static str) -> Finding {
    let answer = match aws.dynamodb.describe_continuous_backups().table_name(name).send().await {
        Ok(answer) => answer.continuous_backups_description,
        Err(error) => {
            return match kind_of(&error).as_str() {
                "UnknownOperationException" => Finding::skipped(check, BACKUPS_LOCAL).with("table", &name),
                // A role that may see the table need not see its backups.
                kind @ "AccessDeniedException" => {
                    Finding::skipped(check, BACKUPS_UNKNOWN).with("table", &name).with("kind", &kind)
                }
                kind => failed(check, "dynamodb:DescribeContinuousBackups", kind),
            };
        }
    };
    let recovery = answer.and_then(|backups| backups.point_in_time_recovery_description);
    let status = recovery.and_then(|recovery| recovery.point_in_time_recovery_status);
    let finding = match status {
        Some(PointInTimeRecoveryStatus::Enabled) => Finding::ok(check, BACKUPS_OK),
        _ => Finding::warn(check, BACKUPS_OFF),
    };
    finding.with("table", &name)
}
