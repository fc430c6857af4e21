//! The words of the log: the tables of `docs/operations.md`, `docs/accounts.md` and `docs/wechat-backend.md`.

use facts::log::{AUDITS, BACKEND_FORMS, FIELDS, FORMS, Form, METRICS, REASONS, Reason, Sent, WECHAT_FORMS};

use crate::markdown::{self, code};

/// A table by its name in a mark.
pub(crate) fn table(which: &str) -> Option<Vec<String>> {
    Some(match which {
        "table of fields" => fields(),
        "table of reasons" => reasons(["`reason`", "Means"], REASONS),
        "table of forms" => {
            let shared = BACKEND_FORMS.iter().map(|form| (form.words, form.means));
            let own = FORMS.iter().map(|reason| (reason.words, reason.means));
            worded(["`error.reason`", "The form"], shared.chain(own))
        }
        "table of forms of wechat, English" => forms(["`error.reason`", "The form"], |form| form.means),
        "table of forms of wechat, Chinese" => forms(["`error.reason`", "格式"], |form| form.chinese),
        "table of audit events" => audits(),
        "table of metrics" => metrics(),
        _ => return None,
    })
}

fn fields() -> Vec<String> {
    let rows =
        FIELDS.iter().map(|field| [codes(field.names), field.holds.to_owned(), field.missing.to_owned()]);
    let counts: Vec<_> = METRICS.iter().map(|metric| metric.name).filter(|name| !is_field(name)).collect();
    let last = [
        codes(&counts),
        "1 or 0: numbers of the [metrics](#metrics)".to_owned(),
        "it did not happen, or `Metrics` is `few`".to_owned(),
    ];
    markdown::table(["Field", "Holds", "Missing, or null, means"], rows.chain([last]))
}

fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|field| field.names.contains(&name))
}

fn codes(names: &[&str]) -> String {
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}

fn reasons(head: [&str; 2], reasons: &[Reason]) -> Vec<String> {
    worded(head, reasons.iter().map(|reason| (reason.words, reason.means)))
}

fn worded<'a>(head: [&str; 2], rows: impl Iterator<Item = (&'a [&'a str], &'a str)>) -> Vec<String> {
    markdown::table(head, rows.map(|(words, means)| [codes(words), means.to_owned()]))
}

fn forms(head: [&str; 2], said: fn(&Form) -> &'static str) -> Vec<String> {
    worded(head, BACKEND_FORMS.iter().chain(WECHAT_FORMS).map(|form| (form.words, said(form))))
}

fn audits() -> Vec<String> {
    let rows = AUDITS.iter().map(|audit| [code(audit.event), audit.when.to_owned(), audit.fields.to_owned()]);
    markdown::table(["`audit`", "When", "More fields"], rows)
}

fn metrics() -> Vec<String> {
    let of = |sent: Sent| METRICS.iter().filter(move |metric| metric.sent == sent);
    let with_words = of(Sent::Always).map(|metric| format!("{} ({})", code(metric.name), metric.counts));
    let when = of(Sent::When).map(|metric| format!("{} ({})", code(metric.name), metric.counts));
    let full: Vec<_> = of(Sent::Full).map(|metric| metric.name).collect();
    let few = format!(
        "by `stack`: {}, and when they happen {}",
        with_words.collect::<Vec<_>>().join(", "),
        when.collect::<Vec<_>>().join(", ")
    );
    let full = format!(
        "also by `stack` and `function`, and by these and `outcome`: {}; and a dashboard. [What that costs](cost.md)",
        codes(&full)
    );
    markdown::table(
        ["`Metrics`", "Custom metrics, namespace `WxSession`"],
        [["`few`, the default".to_owned(), few], [code("full"), full]],
    )
}
