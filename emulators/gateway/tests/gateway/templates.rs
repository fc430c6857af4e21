//! What is read out of a template, and which of its mistakes are named.

use std::collections::BTreeMap;

use sam_template::{AuthorizerKind, IdentitySource, Template, TemplateError};

const TEMPLATE: &str = include_str!("samples/every-intrinsic.yaml");

fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn resolves_a_functions_environment() {
    let template = Template::parse(TEMPLATE).unwrap();
    let guard = template.function("authorizer").unwrap();
    let expected = given(&[
        ("SHARED", "all"),
        ("OWN", "function"),
        ("IDLE", "86400"),
        ("TABLE", "Sessions"),
        ("TABLE_ARN", "arn:aws:dynamodb:us-east-1:123456789012:table/Sessions"),
        ("STAGE", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/${Literal}"),
        ("PAIR", "b-86400"),
        ("JOINED", "p+q"),
        ("SIZE", "1"),
        ("EITHER", "none"),
        ("BOTH", "fewer"),
        ("FLAG", "true"),
    ]);
    assert_eq!((&guard.environment, guard.timeout_seconds), (&expected, 3));
    assert_eq!(template.functions().len(), 1, "a function whose condition does not hold is not there");
}

#[test]
fn takes_given_parameters_over_defaults() {
    let parameters = given(&[("Override", "http://127.0.0.1:8000"), ("Production", "yes"), ("Cache", "0")]);
    let template = Template::parse_with(TEMPLATE, &parameters).unwrap();
    let environment = &template.function("Guard").unwrap().environment;
    assert_eq!(environment["ENDPOINT"], "http://127.0.0.1:8000");
    assert_eq!((environment["EITHER"].as_str(), environment["BOTH"].as_str()), ("one", "two"));
    assert_eq!(template.authorizers()["Token"].reauthorize_every_seconds, 0);
    let absent = template.function("Absent").unwrap();
    assert_eq!(
        (absent.binary.as_str(), absent.timeout_seconds, absent.environment["OWN"].as_str()),
        ("Absent", 7, "global")
    );
}

#[test]
fn reads_routes_and_their_authorizers() {
    let template = Template::parse(TEMPLATE).unwrap();
    let routes = template.routes().iter();
    let routes: Vec<_> =
        routes.map(|route| (&*route.method, &*route.path, route.authorizer.as_deref())).collect();
    assert_eq!(routes, [("GET", "/a", Some("Request")), ("ANY", "/b", None), ("POST", "/a", Some("Token"))]);
    assert_eq!(template.stage(), "live");
    assert_eq!(template.stage_variables(), &given(&[("color", "blue")]));
}

#[test]
fn reads_both_kinds_of_authorizer() {
    let template = Template::parse(TEMPLATE).unwrap();
    let token = template.default_authorizer().unwrap();
    assert_eq!(
        (token.kind, token.function.as_str(), token.reauthorize_every_seconds),
        (AuthorizerKind::Token, "Guard", 30)
    );
    assert_eq!(token.identity_sources, [IdentitySource::Header("X-Token".into())]);
    assert!(token.validation_expression.as_ref().unwrap().is_match("aaa"));
    let request = &template.authorizers()["Request"];
    assert_eq!((request.kind, request.function.as_str()), (AuthorizerKind::Request, "Guard"));
    assert_eq!(request.reauthorize_every_seconds, 300, "API Gateway's default");
    let expected = [
        IdentitySource::Header("A".into()),
        IdentitySource::QueryString("b".into()),
        IdentitySource::StageVariable("c".into()),
        IdentitySource::Context("httpMethod".into()),
    ];
    assert_eq!(request.identity_sources, expected);
}

#[test]
fn reads_tables() {
    let template = Template::parse(TEMPLATE).unwrap();
    let [sessions, users] = template.tables() else { panic!("two tables") };
    assert_eq!((sessions.name.as_str(), sessions.hash_key.name.as_str()), ("Sessions", "pk"));
    let range_key = sessions.range_key.as_ref().unwrap();
    assert_eq!((range_key.name.as_str(), range_key.kind.as_str()), ("sk", "B"));
    assert_eq!(sessions.ttl_attribute.as_deref(), Some("ttl"));
    assert!(sessions.create_request.get("DeletionProtectionEnabled").is_none());
    assert_eq!(
        (users.name.as_str(), &users.range_key, &users.ttl_attribute),
        ("wxsession-users", &None, &None)
    );
}

#[test]
fn reads_streams_of_tables_that_are_its_own_or_named_by_an_arn() {
    let of = |stream: &str| {
        let mapping = format!(
            "Feed: {{Type: AWS::Lambda::EventSourceMapping, Properties: {{FunctionName: !Ref Guard, EventSourceArn: {stream}}}}}"
        );
        let template =
            Template::parse(&TEMPLATE.replace("\nResources:\n", &format!("\nResources:\n  {mapping}\n")));
        template.map(|template| template.stream_sources()[0].table.clone()).map_err(|error| error.to_string())
    };
    assert_eq!(of("!GetAtt Sessions.StreamArn"), Ok("Sessions".to_owned()));
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/users.1/stream/2026-11-22T00:00:00.000";
    assert_eq!(of(arn), Ok("users.1".to_owned()));
    let expected =
        "Resources.Guard.Properties.Events.Feed.Stream: expected !GetAtt Table.StreamArn or a stream's ARN";
    for other in [
        "arn:aws:dynamodb:us-east-1:123456789012:table/users.1",
        "arn:aws:kinesis:us-east-1:123456789012:stream/x",
    ] {
        assert_eq!(of(other), Err(expected.to_owned()));
    }
}

#[test]
fn a_second_template_joins_the_api_and_imports_from_the_first() {
    let second = r"
Parameters: {LoginStack: {Type: String, Default: wxsession}}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: other
      Auth:
        DefaultAuthorizer: Imported
        Authorizers:
          Imported: {FunctionArn: {'Fn::ImportValue': !Sub '${LoginStack}-Guard'}}
  Me:
    Type: AWS::Serverless::Function
    Properties:
      Events: {Me: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /me, Method: GET}}}
";
    let mut template = Template::parse(TEMPLATE).unwrap();
    template.extend(second, &BTreeMap::new()).unwrap();
    let me = template.routes().last().unwrap();
    assert_eq!(
        (me.path.as_str(), me.function.as_str(), me.authorizer.as_deref()),
        ("/me", "Me", Some("Imported"))
    );
    assert_eq!(template.authorizers()["Imported"].function, "Guard");
    assert_eq!(template.stage(), "live");
    let missing = template.extend(second, &given(&[("LoginStack", "nobody")])).unwrap_err();
    assert_eq!(missing.to_string(), "`nobody-Guard` is not defined in the template");
}

#[test]
fn a_second_template_without_an_api_gets_our_default_authorizer() {
    let second = r"
Resources:
  Me:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Me: {Type: Api, Properties: {Path: /me, Method: GET}}
        Open: {Type: Api, Properties: {Path: /open, Method: GET, Auth: {Authorizer: NONE}}}
";
    let mut template = Template::parse(TEMPLATE).unwrap();
    template.extend(second, &BTreeMap::new()).unwrap();
    let authorizer =
        |path: &str| template.routes().iter().find(|route| route.path == path).unwrap().authorizer.clone();
    assert_eq!((authorizer("/me").as_deref(), authorizer("/open")), (Some("Token"), None));
}

#[track_caller]
fn assert_mistake(from: &str, to: &str, message: &str) {
    assert!(TEMPLATE.contains(from));
    let error = Template::parse(&TEMPLATE.replace(from, to)).expect_err("the template has a mistake");
    assert_eq!(error.to_string(), message);
}

#[test]
fn names_the_mistake() {
    assert_mistake("!Ref Sessions", "!Ref Sesions", "`Sesions` is not defined in the template");
    assert_mistake("!Ref Sessions", "!Ref AppId", "parameter `AppId` has no default and no value was given");
    assert_mistake("!Ref Sessions", "!Base64 x", "intrinsic function `Fn::Base64` is not supported locally");
    assert_mistake(
        "'^a+$'",
        "'['",
        "authorizer Token: expected a ValidationExpression that is a regular expression",
    );
    assert_mistake(
        "Default: 30",
        "Default: 3601",
        "authorizer Token: expected ReauthorizeEvery from 0 to 3600",
    );
    assert_mistake("Condition: IsProduction", "Condition: Nope", "`Nope` is not defined in the template");
    assert!(matches!(Template::parse("- a list"), Err(TemplateError::Shape { .. })));
    assert!(matches!(Template::parse("a: [b"), Err(TemplateError::Yaml(_))));
    let unknown = Template::parse_with(TEMPLATE, &given(&[("Idel", "1")])).unwrap_err();
    assert_eq!(unknown.to_string(), "`Idel` is not defined in the template");
}
