use super::*;

#[test]
fn a_gateway_response_has_the_form_of_our_own_problems() {
    let lines = gateway_responses("all").unwrap();
    let bodies: Vec<_> = lines.iter().filter(|line| line.contains("application/json:")).collect();
    assert_eq!(bodies.len(), GATEWAY.len());
    let problem = r#"'{"type":"about:blank","title":"Not Found","status":404,"code":"not_found","instance":"$context.requestId"}'"#;
    assert!(bodies.iter().any(|body| body.ends_with(problem)));
    assert!(lines.contains(
        &r#"      WWW-Authenticate: "'Bearer realm=\"wxs\", error=\"invalid_token\"'""#.to_owned()
    ));
}

#[test]
fn where_the_gateway_keeps_its_status_neither_it_nor_the_body_is_said() {
    let lines = gateway_responses("all").unwrap();
    let last = lines.iter().rposition(|line| line == "DEFAULT_5XX:").unwrap();
    assert!(lines[last..].iter().all(|line| !line.contains("status") && !line.contains("StatusCode")));
}

#[test]
fn only_the_four_of_the_authorizer_stand_before_functions_of_others() {
    let kinds: Vec<_> = gateway_responses("the four of the authorizer").unwrap();
    let kinds: Vec<_> = kinds.into_iter().filter(|line| !line.starts_with([' ', '#'])).collect();
    assert_eq!(
        kinds,
        ["UNAUTHORIZED:", "ACCESS_DENIED:", "AUTHORIZER_FAILURE:", "AUTHORIZER_CONFIGURATION_ERROR:"]
    );
}

#[test]
fn every_code_of_an_answer_has_its_status_but_for_what_the_gateway_keeps() {
    for Refusal { name, status, codes, .. } in REFUSALS {
        for code in *codes {
            assert!(
                code.status() == *status || (*code == Code::Internal && [502, 504].contains(status)),
                "{name} {code:?}"
            );
        }
    }
}

#[test]
fn examples_are_what_a_function_answers() {
    let line = example("session_invalid with more", Code::SessionInvalid, "ended: expired, ");
    assert!(line.contains("title: Unauthorized, status: 401, detail: 'The session is over: log in again', code: session_invalid, ended: expired, instance"), "{line}");
    assert!(
        example("by API Gateway", Code::Internal, "")
            .contains("title: Internal Server Error, code: internal, instance")
    );
    assert!(example("x", Code::UpstreamInvalid, "").contains("detail: 'WeChat''s answer cannot be read', "));
}
