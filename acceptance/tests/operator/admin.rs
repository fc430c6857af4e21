//! What an operator does to one user: the program, the function `accounts`, and what the phone meets afterwards.

mod erasing;
mod sessions;

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use operator::http_client::{HttpClient, Reply};
use serde_json::{Value, json};
use wechat_simulator::{NewCode, SECOND_APP};

use crate::support::{APP, Stack};

const OPENID: &str = "oCANARYopenidOfTheAdminTests";
const PAGE: &str = "https://m.example.com";
const DONE: i32 = 0;
const NOT_CONFIRMED: i32 = 1;
const MISUNDERSTOOD: i32 = 2;
const NOT_FOUND: i32 = 3;
const UNAVAILABLE: i32 = 4;
const REFUSED: i32 = 5;

/// A logged-in phone.
struct Phone {
    token: String,
    session: String,
    user: String,
}

impl Phone {
    /// What `POST /login` answered.
    fn of(body: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Self {
            token: text(&body["token"]),
            session: text(&body["session"]["id"]),
            user: text(&body["user"]["id"]),
        }
    }
}

struct Desk {
    stack: Stack,
    api: HttpClient,
}

impl Desk {
    async fn open() -> Self {
        Self::at(Stack::deployed().await)
    }

    fn at(mut stack: Stack) -> Self {
        stack.env.clear();
        let api = HttpClient::new(&stack.service.url);
        Self { stack, api }
    }

    async fn log_in_at(&self, app_id: &str) -> (u16, Value) {
        let new = NewCode {
            app_id: app_id.to_owned(),
            openid: Some(OPENID.to_owned()),
            unionid: Some("uCANARYunionid".to_owned()),
            ..NewCode::default()
        };
        let body = json!({"code": self.stack.service.simulator.mint(new).code});
        let reply = self.api.request("POST", "/login").json(&body).send().await.expect("an answer");
        (reply.status, reply.body)
    }

    async fn log_in(&self) -> Phone {
        let (mut status, mut body) = self.log_in_at(APP).await;
        // On a busy machine the tables may be late.
        for _ in 0..4 {
            if status == 503 {
                (status, body) = self.log_in_at(APP).await;
            }
        }
        assert_eq!(status, 200, "{body}");
        Phone::of(&body)
    }

    /// Opens a page in the phone's web-view: its token is a phone's here.
    async fn open_page(&self, phone: &Phone) -> Phone {
        let made = self.api.request("POST", "/tickets").bearer(&phone.token).json(&json!({"audience": PAGE}));
        let made = made.send().await.expect("an answer").body;
        let redeemed = self.api.request("POST", "/tickets/redeem");
        let redeemed = redeemed.json(&json!({"ticket": made["ticket"], "audience": PAGE}));
        let Reply { status, body, .. } = redeemed.send().await.expect("an answer");
        assert_eq!(status, 200, "{made} {body}");
        Phone::of(&body)
    }

    async fn passes(&self, phone: &Phone) -> bool {
        let status = self.asked("GET", "/me", phone).await;
        assert!([200, 401].contains(&status), "{status}");
        status == 200
    }

    async fn asked(&self, method: &str, path: &str, phone: &Phone) -> u16 {
        let mut status = 503;
        for _ in 0..5 {
            if status == 503 {
                let request = self.api.request(method, path).bearer(&phone.token);
                status = request.send().await.expect("an answer").status;
            }
        }
        status
    }

    /// Gives the command, types `typed`, and says how it ended and what it printed.
    fn typed(&self, words: &[&str], typed: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_operator-wxsession"));
        command.arg("admin").args(words).args(["--local", &self.stack.service.url]).env_clear();
        command.envs(&self.stack.env).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().expect("the command runs");
        running.stdin.take().expect("it is piped").write_all(typed.as_bytes()).expect("it is read");
        let done = running.wait_with_output().expect("it ends");
        let said =
            String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(!said.contains("CANARY"), "no name of WeChat's is printed: {said}");
        (done.status.code().expect("it was not killed"), said)
    }

    #[track_caller]
    fn ends(&self, words: &[&str], code: i32, expected: &str) -> String {
        let (mut ended, mut said) = self.typed(words, "");
        for _ in 0..4 {
            // On a busy machine the tables may be late; then the command is to be given again.
            if ended == UNAVAILABLE && code != UNAVAILABLE {
                (ended, said) = self.typed(words, "");
            }
        }
        assert_eq!(ended, code, "{said}");
        assert!(said.contains(expected), "{expected:?} in {said}");
        said
    }
}

const BY_OPENID: [&str; 4] = ["--app-id", APP, "--openid", OPENID];

fn of<'a>(verb: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[verb], &BY_OPENID[..], more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_account_by_each_of_its_names() {
    let desk = Desk::open().await;
    let phone = desk.log_in().await;
    for words in
        [of("show", &[]), vec!["show", "--user-id", &phone.user], vec!["show", "--session", &phone.session]]
    {
        let said = desk.ends(&words, DONE, &format!("user: {}\n", phone.user));
        assert!(said.contains("blocked: none\n") && said.contains("sessions: 1\n"), "{said}");
    }
    let chinese = of("show", &["--lang", "zh"]);
    desk.ends(&chinese, DONE, &format!("用户：{}\n", phone.user));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_does_not_pass_and_cannot_log_in_until_it_is_lifted() {
    let desk = Desk::open().await;
    let phone = desk.log_in().await;
    desk.ends(&of("block", &["--yes", "--reason", "spam", "--until", "2999-01-01T00:00:00Z"]), DONE, "Done.");
    assert!(!desk.passes(&phone).await);
    let (status, body) = desk.log_in_at(APP).await;
    assert_eq!((status, &body["code"]), (403, &json!("user_blocked")));
    desk.ends(&of("show", &[]), DONE, "until 2999-01-01T00:00:00Z, reason spam");
    desk.ends(&of("unblock", &["--yes"]), DONE, "Done.");
    desk.ends(&of("unblock", &["--yes"]), DONE, "There was nothing left to do.");
    desk.log_in().await;
    assert!(!desk.passes(&phone).await, "what ended stays ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_claims_and_the_external_id_hold_at_the_next_request() {
    let desk = Desk::open().await;
    let phone = desk.log_in().await;
    assert_eq!(desk.asked("GET", "/staff", &phone).await, 403);
    let (ended, said) = desk.typed(&of("roles", &["staff", "editor"]), "yes\n");
    assert_eq!(ended, DONE, "{said}");
    assert!(said.contains("from none to staff editor"), "{said}");
    desk.ends(&of("claims", &["--yes", "level=3", "city=Xi'an"]), DONE, "Done.");
    desk.ends(&of("external-id", &["--yes", "customer-7"]), DONE, "Done.");
    assert_eq!(desk.asked("GET", "/staff", &phone).await, 200);
    let said = desk.ends(&of("show", &[]), DONE, "roles: editor staff\n");
    assert!(
        said.contains("claims: city=\"Xi'an\" level=3\n") && said.contains("external id: customer-7\n"),
        "{said}"
    );
    let found = desk.ends(&["find", "--external-id", "customer-7"], DONE, &phone.user);
    assert!(!found.contains("no account"), "{found}");
    for verb in ["roles", "claims", "external-id"] {
        desk.ends(&of(verb, &["--yes", "--none"]), DONE, "Done.");
    }
    assert_eq!(desk.asked("GET", "/staff", &phone).await, 403);
    desk.ends(&of("show", &[]), DONE, "roles: none\nclaims: none\nexternal id: none\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn tells_an_unknown_user_from_what_cannot_be_asked_and_from_what_cannot_be_done() {
    let desk = Desk::open().await;
    desk.log_in().await;
    let unknown = ["show", "--app-id", SECOND_APP.0, "--openid", "oNOBODY"];
    desk.ends(&unknown, NOT_FOUND, "there is no such user");
    let session = "018bcfe5-6800-7000-8000-000000000000";
    desk.ends(&["show", "--session", session], NOT_FOUND, "no session on record has this id");
    desk.ends(
        &of("block", &["--yes", "--reason", "spam", "--until", "2020-01-01T00:00:00Z"]),
        REFUSED,
        "later than now",
    );
    desk.ends(&of("block", &["--yes", "--reason", "not a code"]), REFUSED, "reason_form");
    desk.ends(
        &of("block", &["--yes", "--reason", "spam", "--until", "soon"]),
        REFUSED,
        "a time is written like",
    );
    desk.ends(&["show"], MISUNDERSTOOD, "--user-id");
    // What cannot be an id is not looked for.
    let calls = || desk.stack.service.dynamodb.proxy().calls().len();
    let before = calls();
    for (option, value) in [("--user-id", "nonsense"), ("--session", "nonsense"), ("--app-id", "wxdeadbeef")]
    {
        let said = desk.ends(&["sign-out", option, value, "--openid", "oABC"], MISUNDERSTOOD, value);
        assert!(said.contains(&format!("for '{option} <")), "{said}");
    }
    assert_eq!(calls(), before);
    desk.ends(&["show", "--app-id", APP], MISUNDERSTOOD, "--openid");
    desk.ends(&["find", "--external-id", "nobody"], NOT_FOUND, "no such user");
    desk.ends(&["find", "--unionid", "oNOBODY"], NOT_FOUND, "no such user");
    desk.stack.service.dynamodb.proxy().inject(aws_emulator::dynamodb::Fault::Refuse).await;
    desk.ends(&of("show", &[]), UNAVAILABLE, "the tables did not answer");
    desk.ends(&of("sign-out", &["--yes", "--lang", "zh"]), UNAVAILABLE, "表没有响应");
    let nowhere = desk.typed(&[&of("show", &[])[..], &["--function", "no-such-function"]].concat(), "");
    assert_eq!(nowhere.0, UNAVAILABLE, "{}", nowhere.1);
    assert!(nowhere.1.contains("there is no function no-such-function"), "{}", nowhere.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn says_of_a_mistyped_openid_that_there_is_no_account() {
    let desk = Desk::open().await;
    let mistyped = ["--yes", "--app-id", APP, "--openid", "oNEVER"];
    let given = |verb: &'static str, more: &[&'static str]| [&[verb], &mistyped[..], more].concat();
    let said = desk.ends(&given("block", &["--reason", "spam"]), DONE, "Done.");
    assert!(said.contains("has no account: a block stands for whoever logs in as this user later"), "{said}");
    for verb in ["sign-out", "erase"] {
        let said = desk.ends(&given(verb, &[]), DONE, "There was nothing left to do.");
        assert!(said.contains("has no account"), "{verb}: {said}");
    }
    desk.log_in().await;
    for words in [of("sign-out", &["--yes"]), of("block", &["--yes", "--reason", "spam"])] {
        let said = desk.ends(&words, DONE, "Done.");
        assert!(!said.contains("no account"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tells_a_table_that_refuses_for_good_from_one_that_does_not_answer() {
    let desk = Desk::open().await;
    desk.log_in().await;
    desk.stack.recreate("UsersTable", &[("user_id", "HASH", "S")], Some("ttl")).await;
    let by_name = ["find", "--external-id", "customer-7"];
    desk.ends(&by_name, UNAVAILABLE, "a table refuses the function: the table, an index of it or a right");
    let unprotected = json!({"TableName": "UsersTable", "DeletionProtectionEnabled": false});
    desk.stack.dynamodb("UpdateTable", unprotected).await;
    desk.stack.dynamodb("DeleteTable", json!({"TableName": "UsersTable"})).await;
    let said = desk.ends(&of("show", &[]), UNAVAILABLE, "a table refuses the function");
    assert!(said.contains("wxsession doctor"), "{said}");
}
