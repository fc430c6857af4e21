use super::*;

#[test]
fn the_forms_are_those_of_the_template() {
    assert!(
        is_app_id("wx0123456789abcdef")
            && !is_app_id("wx0123456789ABCDEF")
            && !is_app_id("gh_0123456789abcde")
    );
    let is_secret = |text: &str| is_app_secret(&Secret::new(text));
    assert!(is_secret("0123456789abcdef0123456789abcdef"));
    assert!(!is_secret("0123456789abcdef0123456789abcdef\n") && !is_secret("wx0123456789abcdef"));
}

#[track_caller]
fn says(text: &str, expected: &str) {
    let said = url(text).map_err(|error| error.to_string());
    assert!(said.as_ref().is_err_and(|said| said.contains(expected)), "{text}: {said:?}");
}

#[test]
fn an_address_that_is_not_whole_is_completed() {
    says("127.0.0.1:9", "write http://127.0.0.1:9");
    says("localhost:3000", "write http://localhost:3000");
    says("[::1]:3000", "write http://[::1]:3000");
    says("192.168.1.7:3000/v1", "write http://192.168.1.7:3000/v1");
    says("api.example.com/v1", "write https://api.example.com/v1");
    says("ftp://x", "only http:// and https://");
    says("mailto:somebody", "only http:// and https://");
    says("not a URL", "no address (relative URL without a base)");
    says("https://", "no address (empty host)");
    says("", "no address");
    for good in ["http://127.0.0.1:9", "HTTPS://api.example.com/v1"] {
        assert!(url(good).is_ok() && url_text(good).unwrap() == good, "{good}");
    }
}

#[test]
fn ids_are_of_one_form_each() {
    let uuid = "018bcfe5-6800-7000-8000-000000000000";
    assert!(user_id(uuid).is_ok() && session_id(uuid).is_ok() && app_id("wx0123456789abcdef").is_ok());
    assert!(openid("oABC-_").is_ok());
    for wrong in ["nonsense", "", "018BCFE5-6800-7000-8000-000000000000", "wxdeadbeef"] {
        assert!(user_id(wrong).is_err() && session_id(wrong).is_err() && app_id(wrong).is_err(), "{wrong}");
    }
    for wrong in ["", "o BC", "oé", &"o".repeat(49)] {
        assert!(openid(wrong).is_err(), "{wrong}");
    }
}
