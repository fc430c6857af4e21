//! A function as a process of its own, as Lambda runs it.

use std::{
    ffi::OsString,
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use parking_lot::Mutex;

use crate::runtime_api::{Answer, RuntimeApi};

/// Far longer than any function may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running process. It is killed when this is dropped.
pub struct Process {
    api: RuntimeApi,
    child: Mutex<Child>,
    readers: Mutex<Vec<JoinHandle<Vec<u8>>>>,
}

/// All that a function wrote.
pub struct Written {
    /// Its log.
    pub stdout: Vec<u8>,
    /// What goes into the log, too.
    pub stderr: Vec<u8>,
    /// What it reported instead of starting.
    pub start_error: Vec<u8>,
}

impl Process {
    /// Starts the program with this environment and no other.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub async fn start(
        mut command: Command,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> io::Result<Self> {
        let api = RuntimeApi::start().await?;
        // The dynamic linker of a build with sanitizers or a coverage tool finds its libraries by this.
        let libraries =
            std::env::var_os("LD_LIBRARY_PATH").map(|path| (OsString::from("LD_LIBRARY_PATH"), path));
        command
            .env_clear()
            .envs(libraries)
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let stderr = child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let readers = [stdout, stderr].into_iter().flatten().map(read).collect();
        Ok(Self { api, child: Mutex::new(child), readers: Mutex::new(readers) })
    }

    /// Has the function serve an event.
    ///
    /// # Panics
    ///
    /// When no answer comes.
    pub async fn invoke(&self, event: &[u8]) -> Answer {
        let answer = tokio::time::timeout(PATIENCE, self.api.invoke(event)).await;
        answer.unwrap_or_else(|_| panic!("no answer in time; the function: {:?}", self.status()))
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub async fn ended(&self) -> ExitStatus {
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
    ///
    /// # Panics
    ///
    /// Never: pipes can be read to their end.
    pub fn stop(&self) -> Written {
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

impl Drop for Process {
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
