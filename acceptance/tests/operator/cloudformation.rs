//! `DescribeStacks` for one stack, as CloudFormation answers.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>

use axum::{Router, extract::State, http::StatusCode};
use tokio::net::TcpListener;

use crate::support::Stack;

pub(crate) const NAME: &str = "login-backend";

#[derive(Clone)]
struct Described {
    outputs: Vec<(String, String)>,
    parameters: Vec<(String, String)>,
}

/// Serves the description of the deployment; the endpoint.
pub(crate) async fn of(stack: &Stack, more: &[(&str, &str)]) -> String {
    described(stack, more, &[]).await
}

/// The same with more parameters than every deployment has.
pub(crate) async fn described(stack: &Stack, more: &[(&str, &str)], parameters: &[(&str, &str)]) -> String {
    let given = parameters;
    let of = |name: &str| stack.env[name].clone();
    let mut outputs = vec![
        ("ApiUrl".to_owned(), stack.service.url.clone()),
        ("UsersTableName".to_owned(), of("USERS_TABLE")),
        ("SessionsTableName".to_owned(), of("SESSIONS_TABLE")),
        ("AppsSecretArn".to_owned(), of("WECHAT_APPS_SECRET_ID")),
        ("SessionKeyRingSecretArn".to_owned(), of("SESSION_KEY_RING_SECRET_ID")),
    ];
    outputs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    outputs.retain(|(_, value)| !value.is_empty());
    let parameters = [
        ("IdleSeconds", "86400"),
        ("WechatApiBaseUrl", &stack.service.wechat_url),
        ("WechatAppSecret", "****"),
        ("WechatAppId", "wx0123456789abcdef"),
    ];
    let parameters = parameters.iter().chain(given);
    let parameters = parameters.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let router = Router::new().fallback(answer).with_state(Described { outputs, parameters });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn answer(State(described): State<Described>, body: String) -> (StatusCode, String) {
    assert!(body.contains("Action=DescribeStacks"), "{body}");
    if !body.contains(&format!("StackName={NAME}")) {
        let message = "<Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not exist</Message>";
        return (StatusCode::BAD_REQUEST, format!("<ErrorResponse><Error>{message}</Error></ErrorResponse>"));
    }
    let list = |pairs: &[(String, String)], kind: &str| -> String {
        let member = |(name, value): &(String, String)| {
            format!("<member><{kind}Key>{name}</{kind}Key><{kind}Value>{value}</{kind}Value></member>")
        };
        format!("<{kind}s>{}</{kind}s>", pairs.iter().map(member).collect::<String>())
    };
    let stack = format!(
        "<StackName>{NAME}</StackName><CreationTime>2026-11-22T06:30:00Z</CreationTime>\
         <StackStatus>CREATE_COMPLETE</StackStatus>{}{}",
        list(&described.outputs, "Output"),
        list(&described.parameters, "Parameter"),
    );
    let result =
        format!("<DescribeStacksResult><Stacks><member>{stack}</member></Stacks></DescribeStacksResult>");
    let namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
    (
        StatusCode::OK,
        format!("<DescribeStacksResponse xmlns=\"{namespace}\">{result}</DescribeStacksResponse>"),
    )
}
