//! A browser asks before it sends: `Cors` of a template, and the headers by which a page may read the gateway's own answers.

use super::harness::{Answer, Service, TOKEN, template};

const PAGE: &str = "https://m.example.com";

/// The template of the other tests, with `Cors`.
fn with_cors(cors: &str) -> String {
    template(TOKEN, "").replace("      Auth:\n", &format!("      Cors: {cors}\n      Auth:\n"))
}

async fn ask(service: &Service, path: &str) -> Answer {
    let line = format!("OPTIONS {path} HTTP/1.1");
    let asked = [&line, "Origin: https://m.example.com", "Access-Control-Request-Method: GET"];
    service.send(&asked, b"").await
}

fn allowed(answer: &Answer) -> Vec<(&str, &str)> {
    let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    headers.filter_map(|(name, value)| Some((name.strip_prefix("access-control-")?, value))).collect()
}

#[tokio::test]
async fn an_api_without_cors_has_no_options() {
    let service = Service::start(&template(TOKEN, "")).await;
    assert_eq!(ask(&service, "/sessions").await.status, 403);
}

#[tokio::test]
async fn answers_itself_and_asks_neither_authorizer_nor_function() {
    let cors = r#"{AllowOrigin: "'https://m.example.com'", AllowHeaders: "'Authorization'", AllowMethods: "'GET'", MaxAge: "'600'"}"#;
    let service = Service::start(&with_cors(cors)).await;
    for path in ["/login", "/sessions", "/prod/sessions/7", "/files/a/b"] {
        let answer = ask(&service, path).await;
        assert_eq!((answer.status, answer.json()), (200, serde_json::json!({})), "{path}");
        let mut headers = allowed(&answer);
        headers.sort_unstable();
        let expected = [
            ("allow-headers", "Authorization"),
            ("allow-methods", "GET"),
            ("allow-origin", PAGE),
            ("max-age", "600"),
        ];
        assert_eq!(headers, expected, "{path}");
    }
    assert_eq!((service.guard.calls(), service.echo.calls()), (0, 0));
    assert_eq!(ask(&service, "/nowhere").await.status, 403);
}

#[tokio::test]
async fn names_the_methods_of_the_path_where_the_template_names_none() {
    let service = Service::start(&with_cors(r#""'*'""#)).await;
    for (path, methods) in
        [("/sessions", "GET,OPTIONS"), ("/files/a", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT")]
    {
        let answer = ask(&service, path).await;
        assert_eq!(allowed(&answer), [("allow-origin", "*"), ("allow-methods", methods)], "{path}");
    }
}

#[tokio::test]
async fn a_path_with_options_of_its_own_keeps_it() {
    let own = "        Own: {Type: Api, Properties: {Path: /login, Method: OPTIONS, Auth: {Authorizer: NONE}}}\n        Login:";
    let service = Service::start(&with_cors(r#""'*'""#).replace("        Login:", own)).await;
    let answer = ask(&service, "/login").await;
    assert_eq!((answer.status, allowed(&answer), service.echo.calls()), (200, vec![], 1));
}
