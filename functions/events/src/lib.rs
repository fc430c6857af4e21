//! Tells an EventBridge bus what happened, and what WeChat pushed, from the streams of both tables: no event is written by a
//! login, and a login waits for none. At least once, in the order of each user's records; an event that comes again has the same
//! `id`. docs/events.md is the contract. Nothing is told where the stack has no bus.

mod bus;
mod record;
mod told;

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use wxsession::{
    Clock,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem},
    serve::{Function, guarded},
    store::item::Damaged,
    telemetry::Line,
};

use crate::{
    bus::{Bus, Entry},
    record::Record,
};
pub use record::Batch;

/// The function with its clients, built once per environment.
pub struct Events {
    bus: Option<Bus>,
    tables: Tables,
}

/// Which records are to be sent again: from the first of them on.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    batch_item_failures: Vec<Failed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    item_identifier: String,
}

impl Events {
    /// Reads the settings and builds the client, with the caller's own account.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn with_account(account: &Account, env: &impl Source) -> Result<Self, EnvError> {
        let (tables, name) = (Tables::read(env)?, config::event_bus(env)?);
        let mut own = aws_sdk_eventbridge::config::Builder::from(&account.service(Budget::WRITE));
        own.set_endpoint_url(account.endpoint_url(env, facts::settings::AWS_ENDPOINT_URL_EVENTBRIDGE.name));
        let client = aws_sdk_eventbridge::Client::from_conf(own.build());
        Ok(Self { bus: name.map(|name| Bus::new(client, name)), tables })
    }

    async fn tell(&self, batch: &Batch, line: &mut Line) -> Result<Answer, Problem> {
        let nothing = Answer { batch_item_failures: Vec::new() };
        let Some(bus) = &self.bus else { return Ok(nothing) };
        let (mut entries, mut unreadable) = (Vec::new(), 0_usize);
        for (number, record) in batch.records.iter().enumerate() {
            match told::told(record, &self.tables) {
                Ok(told) => {
                    entries.extend(told.into_iter().map(|told| Entry {
                        record: number,
                        at: record.at(),
                        told,
                    }));
                }
                // It is no clearer the next time, and what is behind it must not wait.
                Err(damaged) => {
                    unreadable += 1;
                    note(line, record, damaged);
                }
            }
        }
        if unreadable > 0 {
            line.put("unreadable", unreadable);
        }
        line.put("told", entries.len());
        if entries.is_empty() {
            return Ok(nothing);
        }
        let now = line.now();
        let failed = match line.timed("bus_ms", bus.look(now)).await? {
            None => line.timed("bus_ms", bus.put(&entries)).await,
            Some(why) => entries.iter().map(|entry| (entry.record, why.clone())).collect(),
        };
        if let Some((_, why)) = failed.first() {
            line.put("bus_error", why.as_str());
            line.warn();
        }
        let mut numbers: Vec<usize> = failed.into_iter().map(|(number, _)| number).collect();
        numbers.dedup();
        let failures = numbers.into_iter().filter_map(|number| batch.records.get(number));
        let failures = failures.map(|record| Failed { item_identifier: record.sequence_number().to_owned() });
        Ok(Answer { batch_item_failures: failures.collect() })
    }
}

/// Says of the last record that cannot be read what an operator needs to find it.
fn note(line: &mut Line, record: &Record, damaged: Damaged) {
    let cause = format!("a record of {} whose {} cannot be read", record.table(), damaged.0);
    let fix = "mend the record; what happened to it was not told";
    Problem::new(Code::Internal).operator(cause, fix).note_in(line);
    if let Some(user) = told::user(record) {
        line.put("user_id", user);
    }
}

impl Function for Events {
    const NAME: &'static str = "events";
    type Event = Batch;

    fn from_env(env: &impl Source, _: Clock) -> Result<Self, EnvError> {
        Self::with_account(&Account::read(env)?, env)
    }

    async fn answer(
        &self,
        batch: Batch,
        _: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let done = guarded(&mut line, async |line| self.tell(&batch, line).await).await;
        let code = match &done {
            Err(problem) => Some(problem.code),
            Ok(answer) if answer.batch_item_failures.is_empty() => None,
            Ok(_) => Some(Code::StoreUnavailable),
        };
        line.end(code.map_or("ok", Code::as_str));
        done.map_err(|problem| Diagnostic {
            error_type: problem.code.as_str().to_owned(),
            error_message: "the batch was not told".to_owned(),
        })
    }
}
