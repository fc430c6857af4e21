use facts::Route;

use super::*;

#[test]
fn every_route_is_an_event_of_its_function_and_of_no_other() {
    let events: Vec<_> = Function::ALL.iter().flat_map(|function| events(*function)).collect();
    for Route { path, method, .. } in ALL {
        let members = [format!("      Path: {path}"), format!("      Method: {method}")];
        assert_eq!(events.windows(2).filter(|lines| *lines == members).count(), 1, "{method} {path}");
    }
}

#[test]
fn only_what_the_authorizer_guards_is_not_said_to_be_open() {
    let open = "      Auth: {Authorizer: NONE}".to_owned();
    assert!(!events(Function::Sessions).contains(&open));
    assert_eq!(events(Function::Push).iter().filter(|line| **line == open).count(), 2);
}

#[test]
fn a_function_without_a_route_has_no_events_of_ours() {
    assert_eq!(
        properties("events").unwrap().last().unwrap(),
        "    AWS_ENDPOINT_URL_EVENTBRIDGE: !If [HasEndpointOverride, !Ref EndpointOverride, !Ref AWS::NoValue]"
    );
    assert!(events(Function::Accounts).is_empty());
    assert_eq!(properties("nobody"), None);
}
