//! The bus that is told what happens, and whether it is told of users.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{StreamViewType, TableDescription};
use facts::settings::{EVENT_BUS_NAME, USERS_TABLE};
use wxsession::env::Source as _;

use super::{
    aws::{Aws, failed},
    environment::Settings,
    report::{Finding, Report},
    texts::{BUS_MISSING, BUS_OK, STREAM_OFF, STREAM_OK, STREAM_UNNAMED},
};
use crate::access::kind_of;

const BUS: &str = "bus";
const USERS: &str = "bus.users";

/// `parameters`: of the stack, where one is named.
pub(super) async fn check(
    aws: &Aws,
    settings: &Settings,
    parameters: &BTreeMap<String, String>,
    report: &mut Report,
) {
    let Some(bus) = settings.all.text(EVENT_BUS_NAME.name) else { return };
    report.add(match aws.event_bridge.describe_event_bus().name(&bus).send().await {
        Ok(_) => Finding::ok(BUS, BUS_OK).with("bus", &bus),
        Err(error) => match kind_of(&error).as_str() {
            "ResourceNotFoundException" => Finding::fail(BUS, BUS_MISSING).with("bus", &bus),
            kind => failed(BUS, "events:DescribeEventBus", kind),
        },
    });
    // The template knows the stream of the table that it makes.
    let given = |name: &str| parameters.get(name).filter(|value| !value.is_empty());
    let (Some(_), Some(table)) = (given("ExistingUsersTable"), settings.all.text(USERS_TABLE.name)) else {
        return;
    };
    // Why it cannot be described is said of the table itself.
    if let Ok(answer) = aws.dynamodb.describe_table().table_name(&table).send().await {
        let found = stream(answer.table.as_ref(), given("ExistingUsersTableStreamArn"));
        report.add(found.with("table", &table));
    }
}

fn stream(table: Option<&TableDescription>, given: Option<&String>) -> Finding {
    let view = table.and_then(|table| table.stream_specification()?.stream_view_type());
    let arn = table.and_then(TableDescription::latest_stream_arn);
    let Some(arn) = arn.filter(|_| view == Some(&StreamViewType::NewAndOldImages)) else {
        return Finding::warn(USERS, STREAM_OFF);
    };
    if given.is_some_and(|given| given == arn) {
        return Finding::ok(USERS, STREAM_OK);
    }
    Finding::warn(USERS, STREAM_UNNAMED).with("arn", arn)
}
