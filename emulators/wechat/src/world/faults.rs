//! Which calls go wrong, and how.

use serde::{Deserialize, Serialize};

/// Calls that will go wrong. The first one that matches a call breaks it; the others wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// Only calls of this path; every path when absent.
    #[serde(default)]
    pub path: Option<String>,
    /// How many calls; all of them, until cleared, when absent.
    #[serde(default)]
    pub count: Option<u32>,
    /// Lets WeChat process the call first (a code is used up), for kinds that would not.
    #[serde(default)]
    pub after_processing: bool,
}

/// The ways an answer can go wrong.
///
/// `Errcode`, `StringErrcode` (not 0), `HttpStatus`, `Html`, `Redirect`, `Raw`, `Silent` and `CloseBeforeProcessing`
/// replace the answer: the call is not processed unless `after_processing` says so. All others process the call and
/// then spoil its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// A business error, with WeChat's usual text unless given.
    Errcode {
        /// -1 is "WeChat is busy".
        errcode: i64,
        /// Without the request id.
        #[serde(default)]
        errmsg: Option<String>,
    },
    /// `errcode` as a string. With 0, a success that has `"errcode":"0"`.
    StringErrcode {
        /// The code.
        errcode: i64,
    },
    /// Trouble in WeChat's gateway: this status and an empty body.
    HttpStatus {
        /// 412, 500, 502, …
        status: u16,
    },
    /// The right answer, cut in the middle, in a complete HTTP message.
    TruncatedJson,
    /// HTTP 200 and an error page.
    Html,
    /// Processes at once, answers late.
    Slow {
        /// How late.
        delay_ms: u64,
    },
    /// Takes the call and never answers, until the caller gives up. Ends after ten minutes.
    Silent,
    /// The right answer, one byte at a time.
    Drip {
        /// The pause before every byte.
        #[serde(default = "one_second")]
        interval_ms: u64,
    },
    /// The right answer in ten megabytes of valid JSON.
    HugeBody,
    /// The right answer, as a hundred megabytes of JSON that gzip made small.
    GzipBomb,
    /// Strings become numbers, numbers become strings, objects become lists.
    WrongTypes,
    /// Every key twice, the second time with another value.
    DuplicateKeys,
    /// The answer lacks one field (`openid`, `session_key`, …).
    MissingField {
        /// Its name.
        field: String,
    },
    /// Fields nobody knows, `expires_in` among them, as WeChat once had.
    ExtraFields,
    /// 302 to another place, with the query (and so the secret) of the call.
    Redirect {
        /// The absolute URL without its query.
        location: String,
    },
    /// The connection closes without an answer; nothing was processed.
    CloseBeforeProcessing,
    /// The connection closes without an answer, and the code is used up.
    CloseAfterProcessing,
    /// The connection closes in the middle of the answer.
    CloseMidBody,
    /// A byte order mark in front of the right answer.
    Bom,
    /// Whatever you like.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The Content-Type.
        content_type: String,
        /// The body.
        body: String,
    },
}

fn one_second() -> u64 {
    1000
}

impl Fault {
    /// Breaks every call until cleared.
    #[must_use]
    pub fn always(kind: FaultKind) -> Self {
        Self { kind, path: None, count: None, after_processing: false }
    }

    /// Breaks so many calls.
    #[must_use]
    pub fn times(count: u32, kind: FaultKind) -> Self {
        Self { count: Some(count), ..Self::always(kind) }
    }

    /// Breaks the next call.
    #[must_use]
    pub fn once(kind: FaultKind) -> Self {
        Self::times(1, kind)
    }

    /// Only calls of this path.
    #[must_use]
    pub fn on(self, path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// After WeChat processed the call.
    #[must_use]
    pub fn after_processing(self) -> Self {
        Self { after_processing: true, ..self }
    }
}

/// The faults that wait, in order.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one behind the others. One with a count of 0 does nothing.
    pub(crate) fn add(&mut self, fault: Fault) {
        if fault.count != Some(0) {
            self.0.push(fault);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn all(&self) -> &[Fault] {
        &self.0
    }

    /// The fault for this call, used up by one.
    pub(crate) fn take(&mut self, path: &str) -> Option<Fault> {
        let matches = |fault: &&mut Fault| fault.path.as_deref().is_none_or(|only| only == path);
        let fault = self.0.iter_mut().find(matches)?;
        let taken = fault.clone();
        fault.count = fault.count.map(|count| count.saturating_sub(1));
        self.0.retain(|fault| fault.count != Some(0));
        Some(taken)
    }
}
