//! The tables of the report.

use std::fmt::Write as _;

use super::{
    super::{
        compare::{Compared, Side, microseconds},
        lanes::{CLIENTS, DYNAMODB, FUNCTIONS, REST},
        run::Measured,
        sampler::Sample,
        tally::{Class, milliseconds},
    },
    Memory,
};

pub(super) fn of_run(run: &Measured, memory: &Memory) -> String {
    let mut text = format!(
        "{} sessions, {}, {:.1} minutes at {:.0} requests/s{}.\n\n",
        grouped(run.plan.sessions.into()),
        run.plan.mix.words(),
        run.seconds / 60.0,
        run.rate,
        run.reached.map(|reached| format!(" (without a limit: {reached:.0}/s)")).unwrap_or_default(),
    );
    answers(&mut text, run);
    of_memory(&mut text, run, memory);
    calls(&mut text, run);
    cpu(&mut text, run);
    text
}

fn answers(text: &mut String, run: &Measured) {
    line(text, "| requests | count | p50 | p99 | max | wrong |\n|---|---|---|---|---|---|");
    for (class, latencies) in run.tally.latencies() {
        let name = class.name();
        let wrong =
            run.tally.what_was_wrong().iter().filter(|(what, _)| what.starts_with(&format!("{name}: ")));
        let wrong: u64 = wrong.map(|(_, count)| count).sum();
        let [half, most] = [0.5, 0.99].map(|quantile| milliseconds(latencies.value_at_quantile(quantile)));
        let (count, longest) = (grouped(latencies.len()), milliseconds(latencies.max()));
        line(text, &format!("| {name} | {count} | {half} | {most} | {longest} | {wrong} |"));
    }
    let (all, errors) = (run.tally.requests(), run.tally.errors());
    line(text, &format!("| **all** | **{}** | | | | **{errors}** |\n", grouped(all)));
}

#[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 requests")]
fn of_memory(text: &mut String, run: &Measured, memory: &Memory) {
    line(text, "| memory, MiB | after a tenth | half-way | end | growth |\n|---|---|---|---|---|");
    let mut row = |name: &str, of: fn(Sample) -> u64| {
        let [start, middle, end] = [memory.start, memory.middle, memory.end].map(of);
        let (start, middle, end) = (mebibytes(start), mebibytes(middle), mebibytes(end));
        let percent = (end / start.max(0.1) - 1.0) * 100.0;
        line(text, &format!("| {name} | {start:.1} | {middle:.1} | {end:.1} | {percent:+.1} % |"));
    };
    row("process", |sample| sample.resident);
    row("tables (a row for each login)", |sample| sample.tables);
    row("**allocated by Rust code**", |sample| sample.heap);
    row("SQLite's overhead, and what allocators keep", |sample| {
        sample.resident.saturating_sub(sample.tables + sample.heap)
    });
    // Between a tenth of the run and its end.
    let bytes = memory.grown_bytes() / (run.tally.requests().max(1) as f64 * 0.9);
    line(text, &format!("\nAllocated by Rust code: {bytes:+.1} bytes for each request.\n"));
}

fn calls(text: &mut String, run: &Measured) {
    let logins = run.tally.count(Class::Login);
    let reads = run.tally.requests() - logins;
    line(text, "| DynamoDB calls | count | for each |\n|---|---|---|");
    for (what, called) in &run.calls {
        let (each, of) = match what.as_str() {
            "BatchGetItem Sessions + Users" => (reads, "check or authorize"),
            "UpdateItem Sessions" => (run.tally.renewals, "session that was due for renewal"),
            _ => (logins, "login"),
        };
        let per = ratio(*called, each);
        line(text, &format!("| {what} | {} | {per:.4} per {of} |", grouped(*called)));
    }
    let checks = grouped(run.tally.count(Class::Check));
    let renewals = grouped(run.tally.renewals);
    line(
        text,
        &format!("\nRenewed: {renewals} sessions in {checks} checks, none of them twice within the hour."),
    );
    line(
        text,
        &format!("Log lines: {}, {} of them warnings or errors.", grouped(run.lines.all), run.lines.loud),
    );
    for (table, (found, expected)) in &run.rows {
        line(text, &format!("{table}: {} rows, {} expected.", grouped(*found), grouped(*expected)));
    }
    text.push('\n');
}

fn cpu(text: &mut String, run: &Measured) {
    line(text, "| CPU time | µs per request | cores |\n|---|---|---|");
    let requests = run.tally.requests();
    let lanes = FUNCTIONS.into_iter().chain([DYNAMODB, REST, CLIENTS]);
    for lane in lanes {
        let used = run.cpu.get(lane).copied().unwrap_or(0);
        let cores = microseconds(used, 1) / 1e6 / run.seconds;
        line(text, &format!("| {} | {:.0} | {cores:.2} |", title(lane), microseconds(used, requests)));
    }
}

pub(super) fn of_comparison(compared: &Compared) -> String {
    let Compared { rate, small, large } = compared;
    let mut text = format!(
        "\nIn turns at {rate:.0} requests/s, {} requests with each size, µs of CPU time:\n\n",
        grouped(small.requests().min(large.requests())),
    );
    let (few, many) = (grouped(small.sessions.into()), grouped(large.sessions.into()));
    line(&mut text, &format!("| | {few} sessions | {many} sessions | ratio |\n|---|---|---|---|"));
    let mut row = |name: &str, of: &dyn Fn(&Side) -> f64| {
        let (few, many) = (of(small), of(large));
        line(&mut text, &format!("| {name} | {few:.1} | {many:.1} | {:.3} |", many / few));
    };
    for lane in FUNCTIONS {
        row(&format!("{lane}, per call"), &|side| side.per_request(lane));
    }
    row("**our functions, per request of the mix**", &|side| side.functions([small, large]));
    row("the emulated DynamoDB (SQLite) and its proxy, per call", &Side::per_dynamodb_call);
    row("everything but the clients, per request", &Side::service);
    row("DynamoDB calls per request (not µs)", &Side::dynamodb_calls_per_request);
    let turns =
        |side: &Side| side.turns.iter().map(|turn| format!("{turn:.0}")).collect::<Vec<_>>().join(", ");
    line(
        &mut text,
        &format!("\nOur functions, turn by turn: {few}: {}; {many}: {}.", turns(small), turns(large)),
    );
    text
}

fn title(lane: &str) -> String {
    match lane {
        DYNAMODB => "the emulated DynamoDB and its proxy".to_owned(),
        REST => "the emulated API Gateway, WeChat and Secrets Manager".to_owned(),
        CLIENTS => "the clients".to_owned(),
        function => format!("function {function}"),
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[expect(clippy::cast_precision_loss, reason = "bytes of memory fit 52 bits")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 calls")]
fn ratio(count: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { count as f64 / of as f64 }
}
