//! Calling functions the way Lambda does: under their timeout, and a panic is an error of that one call.

use std::collections::HashMap;
use std::time::Duration;

use sam_template::{Function, Template};
use serde_json::Value;

use crate::invoke::{Event, Invoke, InvokeError};

/// The functions of the template, each with the code that runs it.
pub(super) struct Functions {
    entries: Vec<(Function, Option<Invoke>)>,
}

impl Functions {
    /// `code` is keyed by binary name.
    pub(super) fn new(template: &Template, code: &HashMap<String, Invoke>) -> Self {
        let functions = template.functions().iter();
        let entries = functions.map(|function| (function.clone(), code.get(&function.binary).cloned()));
        Self { entries: entries.collect() }
    }

    /// The function with this logical id or binary name, if it has code.
    pub(super) fn find(&self, name: &str) -> Option<Callable<'_>> {
        let entry = self
            .entries
            .iter()
            .find(|(function, _)| function.logical_id == name || function.binary == name)?;
        Some(Callable { function: &entry.0, code: entry.1.as_ref()? })
    }
}

pub(super) struct Callable<'a> {
    pub(super) function: &'a Function,
    code: &'a Invoke,
}

impl Callable<'_> {
    /// Calls it. The call goes on when the caller stops waiting, as it does in Lambda.
    pub(super) async fn call(&self, event: impl Into<Event>) -> Result<Value, InvokeError> {
        let seconds = self.function.timeout_seconds;
        let invocation = (self.code)(event.into());
        let run = tokio::spawn(tokio::time::timeout(Duration::from_secs(seconds), invocation));
        match run.await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => {
                let message = format!("Task timed out after {seconds}.00 seconds");
                Err(InvokeError::new("Sandbox.Timedout", message))
            }
            Err(_) => Err(InvokeError::new("Runtime.ExitError", "the function panicked")),
        }
    }
}
