use std::{collections::HashSet, fmt::Debug, hash::Hash};

use crate::{
    Code, Function, alarms,
    log::{AUDITS, BACKEND_FORMS, FIELDS, FORMS, METRICS, REASONS, WECHAT_FORMS},
    response::{GATEWAY, REFUSALS},
    route, settings,
};

#[track_caller]
fn once<T: Eq + Hash + Copy + Debug>(all: impl IntoIterator<Item = T>) {
    let mut seen = HashSet::new();
    for one in all {
        assert!(seen.insert(one), "{one:?} is said twice");
    }
}

#[test]
fn nothing_is_said_twice() {
    once(Function::ALL.iter().map(|function| function.name()));
    once(alarms::ALL.iter().map(|alarm| alarm.name));
    once(settings::ALL.iter().map(|setting| setting.name));
    once(Code::ALL.map(Code::as_str));
    once(route::ALL.iter().map(|route| (route.method, route.path)));
    once(route::ALL.iter().map(|route| (route.function.name(), route.event)));
    once(REFUSALS.iter().map(|refusal| refusal.name));
    once(GATEWAY.iter().map(|gateway| gateway.kind));
    once(FIELDS.iter().flat_map(|field| field.names).copied());
    let forms = BACKEND_FORMS.iter().chain(WECHAT_FORMS).flat_map(|form| form.words);
    once(REASONS.iter().chain(FORMS).flat_map(|reason| reason.words).chain(forms).copied());
    once(AUDITS.iter().map(|audit| audit.event));
    once(METRICS.iter().map(|metric| metric.name));
}

/// What cannot be a request is refused before any route has it.
#[test]
fn every_route_may_refuse_what_cannot_be_read() {
    for route in route::ALL {
        assert!(route.codes.contains(&Code::MalformedRequest), "{} {}", route.method, route.path);
    }
}

#[test]
fn every_default_is_one_of_what_is_allowed() {
    use crate::setting::Kind;
    for setting in settings::ALL {
        let fits = match setting.kind {
            Kind::Number(number) => (number.least..=number.most).contains(&number.default),
            Kind::NumberOrNone(range) => {
                (range.number.least..=range.number.most).contains(&range.number.default)
            }
            Kind::Words(words) => words.words.contains(&words.default),
            Kind::Text(_) | Kind::Given => true,
        };
        assert!(fits && !setting.readers.is_empty(), "{}", setting.name);
    }
}

/// The newest period is always empty, or filled with 0: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>
/// has it in the note on FILL.
#[test]
fn no_alarm_is_lost_because_its_data_are_late() {
    for alarm in alarms::ALL {
        let (datapoints, periods) = alarm.rule.periods;
        assert!(0 < datapoints && datapoints < periods, "{}", alarm.name);
    }
}
