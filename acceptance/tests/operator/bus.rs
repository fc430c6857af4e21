//! The bus that is told, and the stream of a users table that was there before the stack.

use operator::{
    doctor::{Args, Report},
    lang::Lang,
    place::Where,
};
use serde_json::json;

use crate::{
    cloudformation,
    exit_codes::{said, wxsession},
    support::{Stack, nothing_else_fails, says},
};

const BUS: &[(&str, &str)] = &[("EventBusName", "business")];

async fn deployed() -> Stack {
    let mut stack = Stack::deployed_with(BUS).await;
    let endpoint = stack.service.event_bridge.endpoint().to_owned();
    stack.set("AWS_ENDPOINT_URL_EVENTBRIDGE", &endpoint);
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_is_not_there_is_found() {
    let mut stack = deployed().await;
    stack.set("EVENT_BUS_NAME", "business");
    says(&stack.examined(Args::default()).await, "bus", "ok", "the bus business is there");
    stack.service.event_bridge.delete_bus("business");
    let report = stack.examined(Args::default()).await;
    says(&report, "bus", "FAIL", "there is no bus business in this account and Region");
    nothing_else_fails(&report, &["bus"]);
    assert!(report.text(Lang::Zh).contains("没有事件总线 business"));
}

/// The report on a stack with a bus and these parameters besides.
async fn of_stack(stack: &mut Stack, parameters: &[(&str, &str)]) -> Report {
    let parameters = [BUS, parameters].concat();
    let endpoint = cloudformation::described(stack, &[], &parameters).await;
    stack.set("AWS_ENDPOINT_URL_CLOUDFORMATION", &endpoint);
    let place = Where { stack: Some(cloudformation::NAME.to_owned()), ..Where::default() };
    stack.examined(Args { place, ..Args::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_users_table_whose_stream_is_not_given_is_a_warning() {
    let mut stack = deployed().await;
    let report = of_stack(&mut stack, &[]).await;
    says(&report, "bus", "ok", "the bus business is there");
    assert!(!report.text(Lang::En).contains("bus.users"), "the template made the table");
    let table = stack.dynamodb("DescribeTable", json!({"TableName": "UsersTable"})).await;
    let stream = table["Table"]["LatestStreamArn"].as_str().expect("it has a stream").to_owned();
    let existing = ("ExistingUsersTable", "UsersTable");
    for given in
        ["", "arn:aws:dynamodb:us-east-1:123456789012:table/UsersTable/stream/2020-01-01T00:00:00.000"]
    {
        let report = of_stack(&mut stack, &[existing, ("ExistingUsersTableStreamArn", given)]).await;
        says(&report, "bus.users", "warn", "no event of users is told");
        says(&report, "bus.users", "warn", &format!("ExistingUsersTableStreamArn={stream}"));
        nothing_else_fails(&report, &[]);
    }
    let report = of_stack(&mut stack, &[existing, ("ExistingUsersTableStreamArn", &stream)]).await;
    says(&report, "bus.users", "ok", "the stream of UsersTable is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_users_table_without_such_a_stream_is_a_warning() {
    let mut stack = deployed().await;
    stack.recreate("UsersTable", &[("user_id", "HASH", "S")], Some("ttl")).await;
    let report = of_stack(&mut stack, &[("ExistingUsersTable", "UsersTable")]).await;
    says(&report, "bus.users", "warn", "UsersTable has no stream with new and old images");
    says(&report, "bus.users", "warn", "StreamViewType=NEW_AND_OLD_IMAGES");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bus_of_the_local_service_is_looked_at() {
    let mut stack = deployed().await;
    stack.env.clear();
    let text = said(&wxsession(&stack, &["doctor", "--local", &stack.service.url]));
    assert!(text.contains("ok      bus "), "{text}");
}
