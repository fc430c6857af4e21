//! What became of the conversations, as Markdown.

use aws_smithy_types::date_time::{DateTime, Format};
use wxsession::telemetry::is_unprintable;

use super::texts::{
    CONVERSATION, FAILURES, GATEWAY, NEEDS_CODE, NEEDS_SIMULATOR, OUTCOME, REAL, SERVICE, SIMULATED, STACK,
    SUM, TITLE, WECHAT, WHEN,
};
use crate::{
    conversation::{Gateway, Needs, Outcome},
    lang::Lang,
    text::{Message, Text},
};

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Report {
    pub(super) url: String,
    pub(super) stack: Option<String>,
    pub(super) gateway: Gateway,
    pub(super) is_simulated: bool,
    pub(super) at: i64,
    /// Every conversation.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Whether nothing failed, and something was tried.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.count(|outcome| outcome.failure.is_some()) == 0
            && self.count(|outcome| outcome.skipped.is_none()) > 0
    }

    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| is(outcome)).count()
    }

    /// Fit to be pasted into an issue: no token, no id of an API or an account.
    #[must_use]
    pub fn markdown(&self, lang: Lang) -> String {
        let say = |text: Text| Message::from(text).line(lang);
        let title = Message::from(TITLE).with("version", env!("CARGO_PKG_VERSION")).line(lang);
        let mut rows = vec![(say(SERVICE), self.url.clone())];
        rows.extend(self.stack.clone().map(|stack| (say(STACK), stack)));
        rows.push((say(GATEWAY), if self.gateway == Gateway::Rest { "REST" } else { "HTTP" }.to_owned()));
        rows.push((say(WECHAT), say(if self.is_simulated { SIMULATED } else { REAL })));
        let at = DateTime::from_secs(self.at).fmt(Format::DateTime).unwrap_or_default();
        rows.push((say(WHEN), at));
        let rows = rows.into_iter().map(|(name, value)| format!("| {name} | {value} |\n"));
        let list = self.outcomes.iter().map(|outcome| row(outcome, lang));
        let text = format!(
            "### {title}\n\n| | |\n|---|---|\n{}\n| {} | {} | ms |\n|---|---|---:|\n{}\n{}\n{}",
            rows.collect::<String>(),
            say(CONVERSATION),
            say(OUTCOME),
            list.collect::<String>(),
            self.sum(lang),
            self.failures(lang),
        );
        scrubbed(&text)
    }

    /// How many ended how.
    #[must_use]
    pub fn sum(&self, lang: Lang) -> String {
        let failed = self.count(|outcome| outcome.failure.is_some());
        let skipped = self.count(|outcome| outcome.skipped.is_some());
        let ok = self.outcomes.len() - failed - skipped;
        let sum = Message::from(SUM).with("ok", &ok).with("failed", &failed);
        sum.with("skipped", &skipped).line(lang)
    }

    fn failures(&self, lang: Lang) -> String {
        let failures = self.outcomes.iter().filter_map(|outcome| {
            let failure = outcome.failure.as_ref()?;
            // A fence of four: an answer may hold one of three.
            Some(format!("\n{}\n\n````text\n{failure}\n````\n", lang.pick(outcome.name, outcome.name_zh)))
        });
        let failures: String = failures.collect();
        if failures.is_empty() {
            return failures;
        }
        format!("\n#### {}\n{failures}", Message::from(FAILURES).line(lang))
    }
}

fn row(outcome: &Outcome, lang: Lang) -> String {
    let name = lang.pick(outcome.name, outcome.name_zh);
    let word = match (&outcome.failure, outcome.skipped) {
        (Some(_), _) => "**FAILED**".to_owned(),
        (None, Some(Needs::Code)) => Message::from(NEEDS_CODE).line(lang),
        (None, Some(_)) => Message::from(NEEDS_SIMULATOR).line(lang),
        (None, None) => "ok".to_owned(),
    };
    let took = if outcome.skipped.is_some() { String::new() } else { outcome.took.as_millis().to_string() };
    format!("| {name} | {word} | {took} |\n")
}

/// Without tokens, account numbers and the ids of APIs, whoever's they are, and without what steers a terminal.
fn scrubbed(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| is_of_a_word(c)) {
        let (before, word) = rest.split_at(start);
        let end = word.find(|c: char| !is_of_a_word(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        clean.push_str(before);
        let is_account = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_api = after.starts_with(".execute-api.");
        match word {
            word if word.starts_with("wxs_") => clean.push_str("wxs_…"),
            _ if is_account || is_api => clean.push('…'),
            word => clean.push_str(word),
        }
        rest = after;
    }
    // What a server answered is in it.
    (clean + rest).replace(|c| c != '\n' && is_unprintable(c), "?")
}

fn is_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(failure: Option<&str>) -> Report {
        let outcome = |failure: Option<&str>, skipped| Outcome {
            name: "a code works once",
            name_zh: "code 只能用一次",
            failure: failure.map(str::to_owned),
            skipped,
            took: Duration::from_millis(7),
        };
        Report {
            url: "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1".to_owned(),
            stack: Some("wxsession".to_owned()),
            gateway: Gateway::Rest,
            is_simulated: true,
            at: 1_700_000_000,
            outcomes: vec![outcome(failure, None), outcome(None, Some(Needs::Code))],
        }
    }

    #[test]
    fn says_what_was_asked_and_what_became_of_it() {
        let text = report(None).markdown(Lang::En);
        let expected = format!(
            "### wxsession {}: conversations with a deployed login backend

| | |
|---|---|
| Service | https://….execute-api.eu-west-1.amazonaws.com/v1 |
| Stack | wxsession |
| API Gateway | REST |
| WeChat | simulator |
| When | 2023-11-14T22:13:20Z |

| Conversation | Outcome | ms |
|---|---|---:|
| a code works once | ok | 7 |
| a code works once | skipped: needs --code |  |

1 ok, 0 failed, 1 skipped
",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(text, expected);
        assert!(report(None).is_good());
    }

    #[test]
    fn a_failure_is_told_without_what_an_issue_must_not_hold() {
        let token = "wxs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let failure =
            format!("expected 204, got 200 {{\"token\":\"{token}\"}} arn:aws:lambda:x:123456789012:y");
        let report = report(Some(&failure));
        assert!(!report.is_good());
        for lang in [Lang::En, Lang::Zh] {
            let text = report.markdown(lang);
            assert!(text.contains("{\"token\":\"wxs_…\"} arn:aws:lambda:x:…:y"), "{text}");
            assert!(!text.contains("123456789012") && !text.contains("a1b2c3d4e5"), "{text}");
        }
        assert!(report.markdown(Lang::Zh).contains("| code 只能用一次 | **FAILED** | 7 |"));
    }

    #[test]
    fn an_answer_in_it_cannot_steer_the_terminal() {
        let text = report(Some("got 200 {\u{1b}[2J\u{202e}\nmore}")).markdown(Lang::En);
        assert!(text.contains("got 200 {?[2J?\nmore}"), "{text}");
    }

    #[test]
    fn nothing_tried_is_not_good() {
        let mut report = report(None);
        report.outcomes.remove(0);
        assert!(!report.is_good());
    }
}
