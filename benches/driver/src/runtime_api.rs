//! The Lambda Runtime API: hands out the event, and times each until its answer.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::http::{Connection, answer};
use crate::plan::{Expected, judge};
use crate::stand_ins::{accept, listen};

/// Called with each `GET next` by its number, before the event goes out.
pub(crate) type OnNext = Box<dyn Fn(usize) -> Result<(), String> + Send + Sync>;

/// What the function is given.
pub(crate) struct Script {
    pub(crate) event: Vec<u8>,
    pub(crate) expected: Vec<Expected>,
    /// How many times the event is handed out.
    pub(crate) total: usize,
    pub(crate) on_next: OnNext,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Progress {
    /// From each event to its answer.
    pub(crate) latencies: Vec<Duration>,
    asked: usize,
    handed_out: Option<Instant>,
    ended: Option<Result<(), String>>,
}

/// A running Runtime API.
pub(crate) struct RuntimeApi {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    script: Script,
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl RuntimeApi {
    pub(crate) fn start(script: Script) -> io::Result<Self> {
        let (listener, port) = listen()?;
        let shared = Arc::new(Shared { script, progress: Mutex::default(), changed: Condvar::new() });
        accept(listener, Arc::clone(&shared), Shared::serve);
        Ok(Self { port, shared })
    }

    /// Waits for the last answer, or for something wrong. `alive` is asked now and then.
    pub(crate) fn wait(
        &self,
        limit: Duration,
        mut alive: impl FnMut() -> bool,
    ) -> Result<Vec<Duration>, String> {
        let begun = Instant::now();
        let mut progress = self.shared.lock();
        loop {
            if let Some(ended) = progress.ended.take() {
                return ended.map(|()| std::mem::take(&mut progress.latencies));
            }
            if !alive() {
                return Err("the function has ended".to_owned());
            }
            if begun.elapsed() > limit {
                return Err(format!("no end after {} s", limit.as_secs()));
            }
            let waited = self.shared.changed.wait_timeout(progress, Duration::from_millis(200));
            progress = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, mut progress: MutexGuard<'_, Progress>, how: Result<(), String>) {
        progress.ended.get_or_insert(how);
        self.changed.notify_all();
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut connection = Connection::new(stream);
        while let Some(request) = connection.request()? {
            let arrived = Instant::now();
            if request.path.ends_with("/invocation/next") {
                match self.next() {
                    Some(event) => connection.write(&event)?,
                    // Unanswered, as when Lambda freezes the environment, until the function is ended.
                    None => return connection.request().map(drop),
                }
            } else if request.path.ends_with("/response") {
                self.answered(arrived, &request.body);
                connection.write(&answer("202 Accepted", &[], br#"{"status":"OK"}"#))?;
            } else {
                let said = String::from_utf8_lossy(&request.body).into_owned();
                self.end(self.lock(), Err(format!("{} {}: {said}", request.method, request.path)));
                connection.write(&answer("202 Accepted", &[], b"{}"))?;
            }
        }
        Ok(())
    }

    fn next(&self) -> Option<Vec<u8>> {
        let mut progress = self.lock();
        let number = progress.asked;
        progress.asked += 1;
        if let Err(wrong) = (self.script.on_next)(number) {
            self.end(progress, Err(wrong));
            return None;
        }
        if number >= self.script.total {
            self.end(progress, Ok(()));
            return None;
        }
        let event = self.event(number);
        progress.handed_out = Some(Instant::now());
        Some(event)
    }

    fn event(&self, number: usize) -> Vec<u8> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = (now + Duration::from_secs(30)).as_millis().to_string();
        let id = format!("c6af9ac6-7b61-11e6-9a41-{number:012x}");
        let headers = [
            ("content-type", "application/json"),
            ("lambda-runtime-aws-request-id", id.as_str()),
            ("lambda-runtime-deadline-ms", deadline.as_str()),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:bench"),
            (
                "lambda-runtime-trace-id",
                "Root=1-67000000-000000000000000000000000;Parent=0000000000000000;Sampled=0",
            ),
        ];
        answer("200 OK", &headers, &self.script.event)
    }

    fn answered(&self, arrived: Instant, body: &[u8]) {
        let mut progress = self.lock();
        if let Some(handed_out) = progress.handed_out.take() {
            progress.latencies.push(arrived.saturating_duration_since(handed_out));
        }
        if let Err(wrong) = judge(&self.script.expected, body) {
            self.end(progress, Err(wrong));
        }
    }
}
