//! The page in a real browser. Needs node, a Chromium and `npm ci` in `local/page/test`; without them it says so by
//! name, and with CI=true it fails.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use acceptance::leaks::scanned;
use local::{service::Service, settings::Settings};
use wxsession::Clock;

const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../local/page/test")
}

/// What is missing, by name.
fn missing() -> Vec<&'static str> {
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    let has_library = folder().join("node_modules/playwright-core").is_dir();
    let has_browser =
        std::env::var_os("CHROMIUM").is_some() || BROWSERS.iter().any(|path| Path::new(path).exists());
    [
        (has_node, "node"),
        (has_library, "playwright-core (run `npm ci` in local/page/test)"),
        (has_browser, "Chromium (install the package chromium, or set CHROMIUM)"),
    ]
    .into_iter()
    .filter_map(|(is_there, name)| (!is_there).then_some(name))
    .collect()
}

fn visit(file: &str, url: &str) -> Output {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap", file]);
    node.current_dir(folder()).env("WXSESSION_PAGE_URL", url).env_remove("NODE_TEST_CONTEXT");
    node.output().expect("node was there a moment ago")
}

/// Each file has a service of its own: what goes wrong there, and its clock, are the same for all who look.
async fn pass(file: &'static str, at_least: u32) {
    let missing = missing();
    if !missing.is_empty() {
        let message = format!("NOT RUN: the page in a browser, {file}; missing: {}", missing.join(", "));
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{message}");
        // Past the test harness, which hides what a passing test prints.
        writeln!(std::io::stderr(), "{message}").expect("standard error is open");
        return;
    }
    // A bus, and a clock that runs and can be moved, as `cargo run -p local` has.
    let parameters = [("EventBusName".to_owned(), "local".to_owned())].into();
    let settings = Settings { web_view_port: Some(0), parameters, ..scanned(Clock::shifted()) };
    let service = Service::start(&settings).await.expect("the service starts");
    let url = service.url.clone();
    let output = tokio::task::spawn_blocking(move || visit(file, &url)).await.expect("the thread ends");
    service.stop().await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let count = |name: &str| {
        let line = said.lines().rev().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
        line.and_then(|number| number.trim().parse::<u32>().ok())
    };
    assert!(count("pass ").is_some_and(|passed| passed >= at_least), "{said}");
    assert_eq!(count("skipped "), Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_the_login_flow_in_a_real_browser() {
    pass("page.test.mjs", 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_on_the_page_can_be_read() {
    pass("reading.test.mjs", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_diagram_follows_what_is_drawn() {
    pass("following.test.mjs", 18).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_continues_the_session() {
    pass("web_view.test.mjs", 4).await;
}
