//! The bus: at most ten events in a call, and each is looked at by itself, because a call can succeed and an event not. An event
//! for a bus that is not there is dropped, and the answer says that all is well: so the bus is looked at first.
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_eventbridge::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::DateTime,
    types::PutEventsRequestEntry,
};
use wxsession::http::{Code, Problem};

use crate::told::Told;

/// What every event says of where it comes from.
pub(crate) const SOURCE: &str = "wxsession";
/// In one call.
const MOST_ENTRIES: usize = 10;
/// In one call: 256 KB, less what the service counts beside the texts.
const MOST_BYTES: usize = 200 * 1024;

/// How long a bus that was there is taken to be there.
const SEEN_SECONDS: i64 = 60;

/// Why an event is not on the bus: the service's word, or the kind of failure.
pub(crate) type Undelivered = String;

pub(crate) struct Bus {
    client: Client,
    name: String,
    seen_until: AtomicI64,
}

/// An event, with the place of its record in the batch.
pub(crate) struct Entry {
    pub(crate) record: usize,
    pub(crate) at: i64,
    pub(crate) told: Told,
}

impl Bus {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name, seen_until: AtomicI64::new(i64::MIN) }
    }

    /// Looks whether it is there, at the start and then once a minute; why that cannot be told now. Nothing may be put on it then.
    ///
    /// # Errors
    ///
    /// When an operator must act.
    pub(crate) async fn look(&self, now: i64) -> Result<Option<Undelivered>, Problem> {
        if now < self.seen_until.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let asked = self.client.describe_event_bus().name(&self.name).send().await;
        let Err(error) = asked else {
            self.seen_until.store(now.saturating_add(SEEN_SECONDS), Ordering::Relaxed);
            return Ok(None);
        };
        let why = kind_of(&error);
        let (cause, fix) = match why.as_str() {
            "ResourceNotFoundException" => {
                ("there is no bus of the name in EVENT_BUS_NAME", "create it, or change EventBusName")
            }
            "AccessDeniedException" => (
                "the role of events may not look at the bus",
                "allow events:DescribeEventBus and events:PutEvents on it",
            ),
            _ => return Ok(Some(why)),
        };
        Err(Problem::new(Code::ServiceMisconfigured).operator(cause, fix).with("bus_error", why))
    }

    /// Puts them there; the records of those that are not there now, with why.
    pub(crate) async fn put(&self, entries: &[Entry]) -> Vec<(usize, Undelivered)> {
        let mut failed = Vec::new();
        let mut rest = entries;
        while !rest.is_empty() {
            let (call, after) = rest.split_at(fitting(rest));
            failed.extend(self.call(call).await);
            rest = after;
        }
        failed
    }

    async fn call(&self, entries: &[Entry]) -> Vec<(usize, Undelivered)> {
        let requested = entries.iter().map(|entry| self.request(entry)).collect();
        let answer = match self.client.put_events().set_entries(Some(requested)).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let why = kind_of(&error);
                return entries.iter().map(|entry| (entry.record, why.clone())).collect();
            }
        };
        if answer.failed_entry_count() == 0 {
            return Vec::new();
        }
        let results = answer.entries().iter().map(Some).chain(std::iter::repeat(None));
        let failed = entries.iter().zip(results).filter_map(|(entry, result)| {
            let is_there = result.is_some_and(|result| result.event_id().is_some());
            let why = result.and_then(|result| result.error_code()).unwrap_or("no_answer");
            (!is_there).then(|| (entry.record, why.to_owned()))
        });
        failed.collect()
    }

    fn request(&self, entry: &Entry) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(entry.told.kind)
            .detail(entry.told.detail.to_string())
            .time(DateTime::from_secs(entry.at))
            .build()
    }
}

/// How many of the first ones go into one call; at least one.
fn fitting(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let fits = entries.iter().take(MOST_ENTRIES).take_while(|entry| {
        bytes += entry.told.detail.to_string().len() + 256;
        bytes <= MOST_BYTES
    });
    fits.count().max(1)
}

fn kind_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown_error").to_owned(),
        SdkError::TimeoutError(_) => "timeout".to_owned(),
        _ => "connection".to_owned(),
    }
}
