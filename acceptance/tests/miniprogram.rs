//! The Mini Program's half: its own tests, and the same library against this service. Needs node;
//! without it the tests say so by name, and with CI=true they fail. Types, size and demo need
//! `npm ci` and are run by `npm test` in `miniprogram/`.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use acceptance::leaks::scanned;
use local::{service::Service, settings::Settings};
use wxsession::Clock;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../miniprogram")
}

/// Whether what the tests need is there; says by name what is not.
fn can_run(what: &str, needs_esbuild: bool) -> bool {
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    let has_esbuild = !needs_esbuild || folder().join("node_modules/esbuild").is_dir();
    if has_node && has_esbuild {
        return true;
    }
    let missing = if has_node { "esbuild (run `npm ci` in miniprogram)" } else { "node" };
    let message = format!("NOT RUN: {what}; missing: {missing}");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{message}");
    // Past the test harness, which hides what a passing test prints.
    writeln!(std::io::stderr(), "{message}").expect("standard error is open");
    false
}

/// Runs the test files of a folder and gives how many tests passed; none may fail or be skipped.
fn node_tests(tests: &str, environment: &[(&str, &str)]) -> u32 {
    let files = fs::read_dir(folder().join("test").join(tests)).expect("a folder of tests");
    let files = files.map(|file| file.expect("a file").path());
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).env_remove("NODE_TEST_CONTEXT").current_dir(folder());
    node.args(files.filter(|path| path.to_string_lossy().ends_with(".test.mjs")));
    node.envs(environment.iter().copied());
    let output = node.output().expect("node was there a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let count = |name: &str| {
        let line = said.lines().rev().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
        line.and_then(|number| number.trim().parse::<u32>().ok()).expect("node's closing lines")
    };
    assert_eq!((count("fail "), count("skipped ")), (0, 0), "{said}");
    count("pass ")
}

#[test]
fn the_library_passes_its_own_tests_and_fault_scenarios() {
    if can_run("the client library's tests and fault scenarios", true) {
        assert!(node_tests("unit", &[]) >= 250);
        assert!(node_tests("scenarios", &[]) >= 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_logs_in_once_however_many_requests_wait_for_this_service() {
    if !can_run("the client library against the local service", false) {
        return;
    }
    let settings = Settings { web_view_port: Some(0), ..scanned(Clock::shifted()) };
    let service = Service::start(&settings).await.expect("the service starts");
    let (url, wechat) = (service.url.clone(), service.wechat_url.clone());
    let page = service.web_view.clone().expect("a page is served");
    let passed = tokio::task::spawn_blocking(move || {
        node_tests(
            "live",
            &[
                ("WXSESSION_BASE_URL", &url),
                ("WXSESSION_SIM_URL", &wechat),
                ("WXSESSION_PAGE_ORIGIN", &page),
                ("WXSESSION_LIVE", "required"),
            ],
        )
    });
    let passed = passed.await.expect("the live tests pass");
    service.stop().await;
    assert!(passed >= 14, "{passed} live tests");
}
