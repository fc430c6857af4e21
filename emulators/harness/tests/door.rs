//! Whose requests are answered, and whose are not.

use emulator_harness::door::refusal;

fn is_refused(host: Option<&str>, origin: Option<&str>) -> bool {
    are_refused(host.as_slice(), origin.as_slice())
}

fn are_refused(hosts: &[&str], origins: &[&str]) -> bool {
    let lines = |name: &str| match name {
        "host" => hosts,
        "origin" => origins,
        _ => &[],
    };
    refusal(|name| lines(name).iter().map(|line| line.as_bytes())).is_some()
}

#[test]
fn an_address_and_a_name_of_this_machine_are_answered() {
    for host in [
        "127.0.0.1",
        "127.0.0.1:3000",
        "localhost:3000",
        "LocalHost",
        "[::1]:3000",
        "192.168.1.20:3001",
        "host.docker.internal:8000",
        "wechat:3001",
        "wechat_simulator-1",
    ] {
        assert!(!is_refused(Some(host), None), "{host}");
        assert!(!is_refused(Some(host), Some(&format!("http://{host}"))), "{host}: the page's own");
    }
}

#[test]
fn a_name_that_somebody_can_own_is_not() {
    for host in [
        "evil.example",
        "evil.example:3000",
        "127.0.0.1.evil.example",
        "127.0.0.1.evil.example:3000",
        "localhost.evil.example",
        "evil.localhost",
        "evil.example:localhost",
        "::1",
        "[::1].evil.example",
        "[evil]",
        "127.0.0.1:evil",
        "127.0.0.1:3000:3000",
        "",
        ":3000",
    ] {
        assert!(is_refused(Some(host), None), "{host}");
        assert!(is_refused(Some(host), Some(&format!("http://{host}"))), "{host}");
    }
    assert!(is_refused(None, None));
}

#[test]
fn another_origin_is_refused_also_one_of_this_machine() {
    for origin in [
        "http://evil.example",
        "https://127.0.0.1:3000",
        "http://127.0.0.1",
        "http://127.0.0.1:5173",
        "http://localhost:3000",
        "http://127.0.0.1:3000.evil.example",
        "null",
        "",
    ] {
        assert!(is_refused(Some("127.0.0.1:3000"), Some(origin)), "{origin}");
    }
}

#[test]
fn a_second_line_of_host_or_origin_is_refused() {
    for hosts in [["localhost", "evil.example"], ["evil.example", "localhost"], ["localhost", "localhost"]] {
        assert!(are_refused(&hosts, &[]), "{hosts:?}");
    }
    assert!(are_refused(&["localhost"], &["http://localhost", "http://evil.example"]));
}
