//! Calls functions with what tables' streams have, as Lambda's event source mappings do: in order, by batches, and again
//! until it is done. What Lambda gives up after a day is never given up here.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>

use std::{collections::HashMap, time::Duration};

use aws_emulator::dynamodb::{EmbeddedDynamoDb, Error, Stream};
use gateway_emulator::invoke::Invoke;
use sam_template::{StreamSource, Template};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle, time::sleep};

/// Lambda asks four times a second.
const POLL: Duration = Duration::from_millis(50);
/// Before a batch that failed is sent again: doubled each time, up to the last.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(2)];

/// Starts what feeds the functions of the template that have code here.
///
/// # Errors
///
/// When the engine refuses.
pub(crate) fn start(
    template: &Template,
    dynamodb: &EmbeddedDynamoDb,
    functions: &HashMap<String, Invoke>,
    stop: &watch::Sender<bool>,
) -> Result<Vec<JoinHandle<()>>, Error> {
    let mut started = Vec::new();
    for source in template.stream_sources() {
        let code = template.function(&source.function).and_then(|function| functions.get(&function.binary));
        let (Some(stream), Some(invoke)) = (dynamodb.stream(&source.table)?, code) else { continue };
        let feed = Feed { source: source.clone(), invoke: invoke.clone() };
        let mut stop = stop.subscribe();
        started.push(tokio::spawn(async move {
            tokio::select! {
                () = feed.run(stream) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }));
    }
    Ok(started)
}

/// From one stream to one function.
struct Feed {
    source: StreamSource,
    invoke: Invoke,
}

impl Feed {
    async fn run(&self, mut stream: Stream) {
        loop {
            // A refusal is asked again at the next turn.
            let records = stream.read().unwrap_or_default();
            let is_idle = records.is_empty();
            let arn =
                format!("arn:aws:dynamodb:us-east-1:123456789012:table/{}/stream/local", self.source.table);
            let wanted = records.into_iter().filter(|record| fits_any(&self.source.filters, record)).map(
                |mut record| {
                    record["eventSourceARN"] = arn.as_str().into();
                    record
                },
            );
            let wanted: Vec<Value> = wanted.collect();
            for batch in wanted.chunks(self.source.batch_size.max(1)) {
                self.deliver(batch.to_vec()).await;
            }
            if is_idle {
                sleep(POLL).await;
            }
        }
    }

    /// Returns when every record is done.
    async fn deliver(&self, batch: Vec<Value>) {
        let (mut waiting, mut pause) = (vec![batch], PAUSES[0]);
        while let Some(batch) = waiting.pop() {
            let answer = (self.invoke)(json!({ "Records": batch }).into()).await;
            let left = match answer {
                Ok(answer) if self.source.reports_failures => from_the_first_failure(&batch, &answer),
                Ok(_) => Vec::new(),
                Err(_) => batch.clone(),
            };
            if left.is_empty() {
                pause = PAUSES[0];
                continue;
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES[1]);
            if self.source.bisects && left.len() == batch.len() && left.len() > 1 {
                let (first, second) = left.split_at(left.len() / 2);
                waiting.extend([second.to_vec(), first.to_vec()]);
            } else {
                waiting.push(left);
            }
        }
    }
}

/// The lowest sequence number that the function names is where Lambda begins again. One that is none of the batch's fails it
/// as a whole.
fn from_the_first_failure(batch: &[Value], answer: &Value) -> Vec<Value> {
    let failed: Vec<&str> = answer["batchItemFailures"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|failed| failed["itemIdentifier"].as_str().unwrap_or_default())
        .collect();
    if failed.is_empty() {
        return Vec::new();
    }
    let is_failed =
        |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().is_some_and(|at| failed.contains(&at));
    let first = batch.iter().position(is_failed).unwrap_or(0);
    batch[first..].to_vec()
}

fn fits_any(filters: &[Value], record: &Value) -> bool {
    filters.is_empty() || filters.iter().any(|pattern| fits(pattern, record))
}

/// A pattern of Lambda's filters, as far as ours go: members, lists of values, and prefixes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
fn fits(pattern: &Value, value: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, pattern)| fits(pattern, &value[name.as_str()])),
        Value::Array(rules) => rules.iter().any(|rule| match rule["prefix"].as_str() {
            Some(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
            None => rule == value,
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use gateway_emulator::invoke::{InvokeError, invoke_with};

    use super::*;

    fn record(number: u64) -> Value {
        json!({"dynamodb": {"SequenceNumber": number.to_string()}})
    }

    /// What a function that answers so was called with.
    async fn called(answers: Vec<Result<Value, ()>>, records: u64) -> Vec<Vec<String>> {
        let (calls, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(answers.into_iter())));
        let seen = Arc::clone(&calls);
        let invoke = invoke_with(move |event| {
            let numbers = event.value()["Records"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|record| record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>();
            seen.lock().unwrap().push(numbers);
            let answer =
                answers.lock().unwrap().next().unwrap_or_else(|| Ok(json!({"batchItemFailures": []})));
            async move { answer.map_err(|()| InvokeError::new("Failed", "")) }
        });
        let source = StreamSource {
            function: "F".to_owned(),
            table: "T".to_owned(),
            filters: Vec::new(),
            batch_size: 10,
            reports_failures: true,
            bisects: true,
        };
        Feed { source, invoke }.deliver((1..=records).map(record).collect()).await;
        Arc::into_inner(calls).unwrap().into_inner().unwrap()
    }

    fn failed(numbers: &[u64]) -> Value {
        let failed: Vec<_> =
            numbers.iter().map(|number| json!({"itemIdentifier": number.to_string()})).collect();
        json!({ "batchItemFailures": failed })
    }

    #[tokio::test]
    async fn what_failed_comes_again_from_the_first_of_it_on() {
        let calls = called(vec![Ok(failed(&[3, 2])), Ok(failed(&[3]))], 4).await;
        assert_eq!(calls, [vec!["1", "2", "3", "4"], vec!["2", "3", "4"], vec!["3", "4"]]);
    }

    #[tokio::test]
    async fn a_batch_that_fails_as_a_whole_comes_in_halves_and_in_order() {
        let calls = called(vec![Err(()), Err(()), Ok(json!({}))], 3).await;
        assert_eq!(calls, [vec!["1", "2", "3"], vec!["1"], vec!["1"], vec!["2", "3"]]);
    }

    #[test]
    fn a_filter_names_members_values_and_prefixes() {
        let pattern =
            json!({"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "push#"}]}}}});
        let record =
            |name: &str, pk: &str| json!({"eventName": name, "dynamodb": {"Keys": {"pk": {"S": pk}}}});
        assert!(fits(&pattern, &record("INSERT", "push#wx1")));
        for other in
            [record("MODIFY", "push#wx1"), record("INSERT", "12bbf084"), record("INSERT", "pusn#"), json!({})]
        {
            assert!(!fits(&pattern, &other), "{other}");
        }
    }
}
