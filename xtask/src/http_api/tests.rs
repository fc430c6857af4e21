use super::*;

const REST: &str = include_str!("../../../template.yaml");
const OURS: &str = include_str!("../../http-api.yaml");

#[test]
fn nothing_that_only_a_rest_api_has_is_left() {
    let text = template(REST, OURS).unwrap();
    assert!(text.starts_with(HEAD));
    for word in ["Type: Api\n", "WAFv2", "WebAcl", "SetsAccountRole", "GatewayResponses"] {
        assert!(REST.contains(word), "{word}");
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn every_route_is_there_and_sends_events_of_the_second_form() {
    let text = template(REST, OURS).unwrap();
    let routes = REST.matches("  Type: Api\n").count();
    assert!(routes >= 12);
    assert_eq!(text.matches("Type: HttpApi\n").count(), routes);
    assert_eq!(text.matches("PayloadFormatVersion: '2.0'\n").count(), routes + 1, "and the authorizer");
}

#[test]
fn a_part_of_the_rest_api_that_the_patch_forgot_is_named() {
    let forgotten = OURS.replace("  GatewayResponses: null", "").replace("      RestApiId: null\n", "");
    let said = template(REST, &forgotten).unwrap_err();
    assert_eq!(said, "template.yaml: `Type: Api` and `RestApiId: !Ref Api` do not come in pairs");
    let lines = REST.replace("\"Stage\", \"${StageName}\"", "\"Stage\", \"x\"");
    assert!(
        template(&lines, OURS)
            .unwrap_err()
            .starts_with("template.yaml does not have once: [[\"AWS/ApiGateway\"")
    );
    let domain = OURS.replace("    Type: AWS::ApiGatewayV2::DomainName\n", "");
    let said = template(REST, &domain).unwrap_err();
    assert_eq!(said, "of the REST API, and not replaced by xtask/http-api.yaml: AWS::ApiGateway::");
}
