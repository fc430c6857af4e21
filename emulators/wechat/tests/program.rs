//! The program, and the page that describes it: what is written there is run here.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

const PAGE: &str = include_str!("../../../docs/wechat-simulator.md");
const CONTROL: &str = include_str!("../src/control.rs");
const FAULTS: &str = include_str!("../src/world/faults.rs");

struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wechat-simulator"));
        let command = command.args(["--port", "0"]).args(options).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut first = String::new();
        let said = child.stdout.as_mut().expect("it is piped");
        BufReader::new(said).read_line(&mut first).expect("it says something");
        Self { child, url: first.trim_end().to_owned() }
    }

    fn get(&self, target: &str) -> String {
        let address = self.url.strip_prefix("http://").expect("an http address");
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(stream, "GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Every block of commands but the first, which starts the program.
fn commands() -> String {
    let blocks = PAGE.split("```sh\n").skip(2).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.collect()
}

fn in_a_shell(script: &str) -> Output {
    Command::new("sh").args(["-euc", script]).output().expect("there is a shell")
}

#[test]
fn every_line_of_the_page_works() {
    if Command::new("curl").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "curl is missing");
        writeln!(std::io::stderr(), "NOT RUN: the lines of docs/wechat-simulator.md; missing: curl").unwrap();
        return;
    }
    let program = Program::start(&[]);
    let script = commands().replace("http://127.0.0.1:3001", &program.url);
    let done = in_a_shell(&script);
    let (said, wrong) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && wrong.is_empty(), "{said}\n{wrong}");
    assert!(said.contains(r#""openid":"oPAT""#) && !said.contains("errcode\":4"), "{said}");
    // What comes after a line that is refused is not run: the test would see one that is wrong.
    let refused = in_a_shell(&script.replace("always_rotate", "always_rotat"));
    assert!(!refused.status.success());
}

#[test]
fn the_page_names_every_route_and_every_fault() {
    let routes: Vec<_> =
        CONTROL.split("route(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(routes.len() > 15, "{routes:?}");
    for route in routes {
        assert!(commands().contains(route), "{route}");
    }
    let kinds =
        FAULTS.split("pub enum FaultKind {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    let kinds = kinds
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase));
    let kinds: Vec<_> = kinds.map(|line| snake(line.trim_end_matches([' ', '{', ',']))).collect();
    assert!(kinds.len() > 15, "{kinds:?}");
    for kind in kinds {
        assert!(PAGE.contains(&format!("`{kind}`")), "{kind}");
    }
}

fn snake(name: &str) -> String {
    let words = name.chars().map(|letter| {
        if letter.is_uppercase() { format!("_{}", letter.to_ascii_lowercase()) } else { letter.to_string() }
    });
    words.collect::<String>().trim_start_matches('_').to_owned()
}

#[test]
fn a_mini_program_of_ones_own_takes_the_place_of_those_built_in() {
    let program = Program::start(&["--app", "wxMINE=secret=with=signs"]);
    let trade = |app: &str, secret: &str| {
        program.get(&format!(
            "/sns/jscode2session?appid={app}&secret={secret}&js_code=x&grant_type=authorization_code"
        ))
    };
    assert!(trade("wxMINE", "secret%3Dwith%3Dsigns").contains("\"errcode\":40029"));
    assert!(trade("wxMINE", "other").contains("\"errcode\":40125"));
    assert!(trade("wx0123456789abcdef", "x").contains("\"errcode\":40013"));
}

#[test]
fn what_keeps_it_from_starting_is_said() {
    let taken = Program::start(&[]);
    let port = taken.url.rsplit(':').next().unwrap();
    let refused = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wechat-simulator"));
        let done = command.args(options).output().expect("the program starts");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let (code, said) = refused(&["--port", port]);
    assert_eq!(
        (code, said),
        (Some(1), format!("wechat-simulator: port {port} is taken: choose another with --port\n"))
    );
    let (code, said) = refused(&["--host", "192.0.2.1", "--port", "0"]);
    assert_eq!(code, Some(1));
    assert_eq!(said, "wechat-simulator: 192.0.2.1 is no address of this machine: see --host\n");
    for wrong in [["--app", "wx1"], ["--app", "=secret"], ["--app", "wx1="], ["--port", "x"]] {
        assert_eq!(refused(&wrong).0, Some(2), "{wrong:?}");
    }
}

#[cfg(unix)]
#[test]
fn it_stops_when_told_to_also_while_a_call_is_kept_silent() {
    let mut program = Program::start(&[]);
    let address = program.url.strip_prefix("http://").unwrap().to_owned();
    let body = "{\"kind\":\"silent\"}";
    let post = "POST /_control/faults HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nconnection: close";
    let mut control = TcpStream::connect(&address).unwrap();
    write!(control, "{post}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut accepted = String::new();
    control.read_to_string(&mut accepted).unwrap();
    assert!(accepted.starts_with("HTTP/1.1 204"), "{accepted}");
    let mut waiting = TcpStream::connect(&address).unwrap();
    write!(waiting, "GET /cgi-bin/token HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").unwrap();
    assert!(in_a_shell(&format!("sleep 0.2; kill -TERM {}", program.child.id())).status.success());
    for _ in 0..100 {
        if let Some(status) = program.child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("it still runs after ten seconds");
}
