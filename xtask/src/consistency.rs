//! What the compiler does not see in the tables of `facts`. Nothing is written as long as something is wrong.

use std::{collections::HashSet, fmt::Display, hash::Hash};

use facts::{
    Code, Function, Route,
    alarm::{Metric, Of, Watched},
    alarms,
    log::{AUDITS, BACKEND_FORMS, FIELDS, FORMS, METRICS, REASONS, WECHAT_FORMS},
    response::{GATEWAY, REFUSALS},
    route,
    setting::{From, Kind},
    settings,
};

/// A sentence for each row that cannot be right.
#[must_use]
pub(crate) fn wrong() -> Vec<String> {
    [said_twice(), of_settings(), of_codes(), of_routes(), of_alarms(), of_the_log()].concat()
}

fn twice<T: Eq + Hash + Copy + Display>(what: &str, all: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut seen = HashSet::new();
    all.into_iter()
        .filter(|one| !seen.insert(*one))
        .map(|one| format!("{what} {one} is there twice"))
        .collect()
}

fn said_twice() -> Vec<String> {
    let texts = |routes: fn(&Route) -> String| route::ALL.iter().map(routes).collect::<Vec<_>>();
    let (paths, events) = (
        texts(|route| format!("{} {}", route.method, route.path)),
        texts(|route| format!("{} of {}", route.event, route.function.name())),
    );
    let forms = BACKEND_FORMS.iter().chain(WECHAT_FORMS).flat_map(|form| form.words);
    [
        twice("the function", Function::ALL.iter().map(|function| function.name())),
        twice("the alarm", alarms::ALL.iter().map(|alarm| alarm.name)),
        twice("the setting", settings::ALL.iter().map(|setting| setting.name)),
        twice("the parameter", settings::ALL.iter().filter_map(|setting| parameter(setting.from))),
        twice("the code", Code::ALL.map(Code::as_str)),
        twice("the route", paths.iter().map(String::as_str)),
        twice("the event", events.iter().map(String::as_str)),
        twice("the answer", REFUSALS.iter().map(|refusal| refusal.name)),
        twice("the answer of the gateway", GATEWAY.iter().map(|gateway| gateway.kind)),
        twice("the field", FIELDS.iter().flat_map(|field| field.names).copied()),
        twice(
            "the reason",
            REASONS.iter().chain(FORMS).flat_map(|reason| reason.words).chain(forms).copied(),
        ),
        twice("the audit event", AUDITS.iter().map(|audit| audit.event)),
        twice("the metric", METRICS.iter().map(|metric| metric.name)),
    ]
    .concat()
}

fn parameter(from: From) -> Option<&'static str> {
    match from {
        From::Parameter(name, _) => Some(name),
        _ => None,
    }
}

/// `A_NAME`, `a_name` or `AName`: the first letter, and what may follow.
fn is_named(name: &str, first: fn(&u8) -> bool, others: fn(&u8) -> bool) -> bool {
    name.as_bytes().split_first().is_some_and(|(head, tail)| first(head) && tail.iter().all(others))
}

fn is_snake(name: &str) -> bool {
    is_named(name, u8::is_ascii_lowercase, |byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_'
    })
}

fn of_settings() -> Vec<String> {
    let mut wrong = Vec::new();
    for setting in settings::ALL {
        let fits = match setting.kind {
            Kind::Number(number) => (number.least..=number.most).contains(&number.default),
            Kind::NumberOrNone(range) => {
                (range.number.least..=range.number.most).contains(&range.number.default)
            }
            Kind::Words(words) => words.words.contains(&words.default),
            Kind::Text(_) | Kind::Given => true,
        };
        let is_variable = is_named(setting.name, u8::is_ascii_uppercase, |byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'
        });
        let is_parameter = parameter(setting.from)
            .is_none_or(|name| is_named(name, u8::is_ascii_uppercase, u8::is_ascii_alphanumeric));
        let says = [setting.effect, setting.chinese];
        // The rest is for emulators, and nobody is told of it.
        let is_told = parameter(setting.from).is_none() || says.iter().all(|text| !text.trim().is_empty());
        for (is_right, what) in [
            (fits, "its default is none of what is allowed"),
            (!setting.readers.is_empty(), "nobody reads it"),
            (is_variable, "a variable is written in capitals: MAX_SESSIONS"),
            (is_parameter, "a parameter is written MaxSessions"),
            (is_told, "it has no sentence in both languages"),
            (!says.iter().any(|text| text.contains(['|', '\n'])), "a table cannot hold | or a new line"),
        ] {
            if !is_right {
                wrong.push(format!("the setting {}: {what}", setting.name));
            }
        }
    }
    wrong
}

fn of_codes() -> Vec<String> {
    let mut wrong = Vec::new();
    for row in Code::ALL.map(Code::row) {
        let says = [row.detail, row.means, row.client, row.chinese[0], row.chinese[1]];
        for (is_right, what) in [
            (is_snake(row.code), "a code is written session_invalid"),
            ((400..600).contains(&row.status), "its status is no refusal and no fault"),
            (says.iter().all(|text| !text.trim().is_empty()), "it has not every sentence in both languages"),
        ] {
            if !is_right {
                wrong.push(format!("the code {}: {what}", row.code));
            }
        }
    }
    wrong
}

/// What cannot be a request is refused before any route has it.
fn of_routes() -> Vec<String> {
    let lacks = |route: &&Route| !route.codes.contains(&Code::MalformedRequest);
    route::ALL
        .iter()
        .filter(lacks)
        .map(|route| format!("{} {} lacks malformed_request", route.method, route.path))
        .collect()
}

fn of_alarms() -> Vec<String> {
    let is_counted = |metric: &Metric| {
        !matches!(metric.of, Of::Stack) || METRICS.iter().any(|known| known.name == metric.name)
    };
    let mut wrong = Vec::new();
    for alarm in alarms::ALL {
        let (datapoints, periods) = alarm.rule.periods;
        let is_counted = match alarm.rule.watched {
            Watched::One(metric) => is_counted(&metric),
            Watched::Formula { metrics, .. } => metrics.iter().all(|(_, metric)| is_counted(metric)),
            Watched::Sum { .. } => true,
        };
        for (is_right, what) in [
            // The newest period is always empty, or filled with 0: the note on FILL in
            // <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>.
            (0 < datapoints && datapoints < periods, "it is lost where its data are late"),
            (is_counted, "nothing counts what it looks at"),
            (!alarm.says.trim().is_empty(), "it says nothing"),
        ] {
            if !is_right {
                wrong.push(format!("the alarm {}: {what}", alarm.name));
            }
        }
    }
    wrong
}

fn of_the_log() -> Vec<String> {
    let names =
        FIELDS.iter().flat_map(|field| field.names).copied().chain(AUDITS.iter().map(|audit| audit.event));
    names
        .filter(|name| !is_snake(name) && *name != "_aws")
        .map(|name| format!("{name}: a word of the log is written session_id"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wrong() {
        assert_eq!(wrong(), Vec::<String>::new());
    }

    #[test]
    fn what_is_there_twice_is_named() {
        assert_eq!(twice("the code", ["a", "b", "a"]), ["the code a is there twice"]);
    }

    #[test]
    fn names_have_their_form() {
        for (name, is_right) in
            [("session_id", true), ("sha256", true), ("Session", false), ("a-b", false), ("", false)]
        {
            assert_eq!(is_snake(name), is_right, "{name}");
        }
    }
}
