//! One function as a process of its own, as Lambda runs it.

use std::{
    ffi::OsString,
    io::Read,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use parking_lot::Mutex;

use crate::runtime_api::{Answer, RuntimeApi};

/// The longest timeout of the template is eight seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// What Lambda tells a function, its credentials and the endpoints aside. The runtime and the SDK are told to say as
/// much as they can.
const LAMBDA: [(&str, &str); 16] = [
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
    ("AWS_LAMBDA_FUNCTION_NAME", "f"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
    ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]f"),
    ("_HANDLER", "bootstrap"),
    ("TZ", ":UTC"),
    ("RUST_LOG", "trace"),
    ("RUST_BACKTRACE", "full"),
    ("RUST_LIB_BACKTRACE", "full"),
];

/// A running function. It is killed when this is dropped.
pub(crate) struct Function {
    api: RuntimeApi,
    child: Mutex<Child>,
    readers: Mutex<Vec<JoinHandle<Vec<u8>>>>,
}

/// All that a function wrote.
pub(crate) struct Written {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// What it reported instead of starting.
    pub(crate) start_error: Vec<u8>,
}

/// The binary of a function: the one that cargo built from its `main.rs` for this test, or a release build of SAM
/// in the folder `LEAK_SCAN_BUILD`.
pub(crate) fn program(name: &str) -> PathBuf {
    let (built, logical_id) = match name {
        "accounts" => (env!("CARGO_BIN_EXE_function-accounts"), "AccountsFunction"),
        "authorizer" => (env!("CARGO_BIN_EXE_function-authorizer"), "AuthorizerFunction"),
        "check-session" => (env!("CARGO_BIN_EXE_function-check-session"), "CheckSessionFunction"),
        "login" => (env!("CARGO_BIN_EXE_function-login"), "LoginFunction"),
        "open-data" => (env!("CARGO_BIN_EXE_function-open-data"), "OpenDataFunction"),
        "sessions" => (env!("CARGO_BIN_EXE_function-sessions"), "SessionsFunction"),
        // A sample, deployed from another folder.
        _ => return env!("CARGO_BIN_EXE_function-me").into(),
    };
    let release = std::env::var_os("LEAK_SCAN_BUILD").map(PathBuf::from);
    release.map_or_else(|| built.into(), |folder| folder.join(logical_id).join("bootstrap"))
}

impl Function {
    pub(crate) async fn start(
        mut command: Command,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let api = RuntimeApi::start().await;
        // The dynamic linker of a build with sanitizers or a coverage tool finds its libraries by this.
        let libraries =
            std::env::var_os("LD_LIBRARY_PATH").map(|path| (OsString::from("LD_LIBRARY_PATH"), path));
        command
            .env_clear()
            .envs(libraries)
            .envs(LAMBDA)
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the function was built");
        let stdout = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let stderr = child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let readers = [stdout, stderr].into_iter().flatten().map(read).collect();
        Self { api, child: Mutex::new(child), readers: Mutex::new(readers) }
    }

    /// Has the function serve an event.
    pub(crate) async fn invoke(&self, event: &[u8]) -> Answer {
        let answer = tokio::time::timeout(PATIENCE, self.api.invoke(event)).await;
        answer.unwrap_or_else(|_| panic!("no answer in time; the function: {:?}", self.status()))
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&self) -> ExitStatus {
        let ended = async {
            loop {
                if let Some(status) = self.status() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("a function that cannot start ends")
    }

    fn status(&self) -> Option<ExitStatus> {
        self.child.lock().try_wait().expect("the process is ours")
    }

    /// Ends it and gives what it wrote.
    pub(crate) fn stop(&self) -> Written {
        self.kill();
        let readers = std::mem::take(&mut *self.readers.lock());
        let mut written =
            readers.into_iter().map(|reader| reader.join().expect("reading a pipe does not panic"));
        let mut next = || written.next().unwrap_or_default();
        let (stdout, stderr) = (next(), next());
        Written { stdout, stderr, start_error: self.api.start_error().unwrap_or_default().into() }
    }

    fn kill(&self) {
        let mut child = self.child.lock();
        // It may have ended by itself; then there is nothing to do.
        drop(child.kill());
        drop(child.wait());
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read(mut pipe: Box<dyn Read + Send>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).expect("a pipe can be read to its end");
        text
    })
}
