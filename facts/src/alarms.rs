//! The alarms. A new one is a row here, a row of the tables in `docs/operations.md` and `docs/zh/operations.md`, its name on the
//! dashboard of `template.yaml`, and its metrics in `benches/cost/assumed.json`: an idle month may cost $5, and the READMEs and
//! `docs/compare.md` say what it costs. Who changes a limit changes the sentences of both operations pages.

use crate::{
    Function,
    alarm::{
        Alarm,
        Limit::{AtLeast, MoreThan},
        Metric, Of, Rule,
        Watched::{Formula, Sum},
    },
};

const fn sum(of: Of, name: &'static str) -> Metric {
    Metric { of, name, statistic: "Sum" }
}

const LOGIN_ATTEMPTS: Metric = Metric { of: Of::Stack, name: "logins", statistic: "SampleCount" };

/// All of them, in the order of the template.
pub const ALL: &[Alarm] = &[
    Alarm {
        name: "ConfigurationError",
        why: "A wrong AppSecret, an IP address missing from WeChat's whitelist: nobody can log in until a human acts.",
        says: "A request failed because of how this service is configured at WeChat or here, a secret cannot be read and its last good value serves, or EventBusName names no bus. The log line with outcome service_misconfigured, or with secret_error, names the cause and the remedy.",
        rule: Rule::counted("service_misconfigured"),
    },
    Alarm {
        name: "FunctionError",
        why: "A function that does not start (a setting that is none), has no time left or breaks outside a request: a panic within one is answered with 500. The authorizer has an alarm of its own.",
        says: "A function did not start, ran out of time or broke outside a request, or events found no bus. A start-up failure names the variable in its log.",
        rule: Rule::of(Sum {
            metric: "Errors",
            label: "function errors",
            of: |function| function != Function::Authorizer,
        }),
    },
    Alarm {
        name: "AuthorizerError",
        why: "An authorizer error is \"cannot tell\": every protected route answers 503 meanwhile. One of one is an outage to whoever has a call a minute, and nothing to whoever has a thousand.",
        says: "The authorizer could not decide (tables unreachable, no start, no time). Protected routes answer 503.",
        rule: Rule {
            periods: (2, 5),
            ..Rule::of(Formula {
                id: "total",
                expression: "IF(errors >= 3 OR errors * 2 > calls, 1, 0)",
                label: "the authorizer cannot tell",
                metrics: &[
                    ("errors", sum(Of::Function(Function::Authorizer), "Errors")),
                    ("calls", sum(Of::Function(Function::Authorizer), "Invocations")),
                ],
            })
        },
    },
    Alarm {
        name: "FunctionThrottle",
        why: "Lambda turns calls away: the account's concurrency is used up, or a function's own reservation. Who calls a function without a route, a backend, is told by Lambda itself.",
        says: "Lambda turns calls of this stack away. Raise the account's concurrency, or LoginConcurrency and AuthorizerConcurrency.",
        rule: Rule {
            periods: (2, 5),
            ..Rule::of(Sum {
                metric: "Throttles",
                label: "calls turned away",
                of: Function::is_called_by_the_gateway,
            })
        },
    },
    Alarm {
        name: "LoginLost",
        why: "Whatever is to blame. Ten in ten minutes, or at least three that are more than half of all: where one user logs in every three minutes and fails, it rings, too.",
        says: "Logins fail with 5xx, or by WeChat's quota: WeChat, a table, a secret or a defect. The log lines of login name the outcome and, where you must act, the cause and the remedy. Sessions may go on working.",
        rule: Rule {
            period: 600,
            periods: (1, 3),
            ..Rule::of(Formula {
                id: "total",
                expression: "IF(lost >= 10 OR (lost >= 3 AND lost * 2 > attempts), 1, 0)",
                label: "logins lost",
                metrics: &[("lost", sum(Of::Stack, "logins_lost")), ("attempts", LOGIN_ATTEMPTS)],
            })
        },
    },
    Alarm {
        name: "LoginRefused",
        why: "The caller's fault, so the service is well; but when it is more than a quarter of all, a client was released that does it wrong, or somebody tries codes.",
        says: "More than a quarter of the logins, and at least 20 in five minutes, are refused with 4xx.",
        rule: Rule {
            period: 300,
            ..Rule::of(Formula {
                id: "total",
                expression: "IF(refused >= 20 AND refused * 4 > attempts, 1, 0)",
                label: "logins refused beyond the usual",
                metrics: &[("refused", sum(Of::Stack, "logins_refused")), ("attempts", LOGIN_ATTEMPTS)],
            })
        },
    },
    Alarm {
        name: "UseAfterLogout",
        why: "A few come from requests that were under way. Many are a stolen token, or a client that forgot to forget.",
        says: "Tokens of ended sessions are used. The audit event session_use_after_logout names user and session.",
        rule: Rule { period: 300, limit: AtLeast(10.0), ..Rule::counted("session_use_after_logout") },
    },
    Alarm {
        name: "TableThrottle",
        why: "Alarms on AWS/DynamoDB ignore missing data whatever TreatMissingData says: without FILL this one would stay as it is.",
        says: "DynamoDB throttles a table. On-demand tables double at most every 30 minutes; warm them before a launch.",
        rule: Rule {
            periods: (2, 5),
            limit: AtLeast(5.0),
            ..Rule::of(Formula {
                id: "total",
                expression: "FILL(ur, 0) + FILL(uw, 0) + FILL(sr, 0) + FILL(sw, 0)",
                label: "throttled requests",
                metrics: &[
                    ("ur", sum(Of::UsersTable, "ReadThrottleEvents")),
                    ("uw", sum(Of::UsersTable, "WriteThrottleEvents")),
                    ("sr", sum(Of::SessionsTable, "ReadThrottleEvents")),
                    ("sw", sum(Of::SessionsTable, "WriteThrottleEvents")),
                ],
            })
        },
    },
    Alarm {
        name: "TimeToLive",
        why: "Records of sessions stay for four days at most and AWS deletes within a few more. Logins on six days of a week and not one item deleted means that time to live has been switched off: the table only grows. Nobody stays logged in by it. A first week can look the same, and with logins on fewer days this never rings.",
        says: "DynamoDB has deleted no expired session on six days of a week although people log in. Look at the table's time to live setting, unless the stack is only a week old.",
        rule: Rule {
            period: 86_400,
            periods: (6, 7),
            ..Rule::of(Formula {
                id: "idle",
                expression: "IF(logins > 0 AND FILL(deleted, 0) == 0, 1, 0)",
                label: "logins but no deletions",
                metrics: &[
                    ("logins", sum(Of::Stack, "logins")),
                    ("deleted", sum(Of::SessionsTable, "TimeToLiveDeletedItemCount")),
                ],
            })
        },
    },
    Alarm {
        name: "PushLost",
        why: "WeChat sends a message three times at most, within seconds: what was not taken then is on its mailed list only.",
        says: "A message that WeChat pushed asks for an erasure and was not taken because of this service, or cannot be carried out; or it is signed and could not be read. WeChat may not send it again.",
        rule: Rule::counted("pushes_lost"),
    },
    Alarm {
        name: "ErasureStuck",
        why: "A record is damaged: trying again does not help.",
        says: "An erasure that WeChat asked for cannot be carried out. The log line of erasures names the message and what is damaged.",
        rule: Rule::counted("erasures_undone"),
    },
    Alarm {
        name: "ErasureLate",
        why: "An hour: a table that cannot be reached rings elsewhere before.",
        says: "Erasures that WeChat asked for wait for more than an hour. After a day the stream forgets them.",
        rule: Rule::late(Function::Erasures),
    },
    Alarm {
        name: "ErasureGivenUp",
        why: "",
        says: "The stream gave up an erasure that WeChat asked for. docs/push.md, \"Erasures that are not done\", within the three days that the message is kept.",
        rule: Rule::given_up("ErasuresDeadLetters"),
    },
    Alarm {
        name: "EventsLate",
        why: "What is a day old when the bus is switched on is told within minutes, unless there is a lot of it.",
        says: "Events wait for more than an hour for the bus. After a day the streams forget them.",
        rule: Rule::late(Function::Events).with_a_bus(),
    },
    Alarm {
        name: "EventsUntold",
        why: "A record is damaged: it is left out, and what comes after it goes on.",
        says: "A record could not be read, and what happened to it was not told to the bus. The log line of events names the user and what is damaged.",
        rule: Rule::counted("events_untold").with_a_bus(),
    },
    Alarm {
        name: "EventsGivenUp",
        why: "",
        says: "The streams gave up events that the bus did not take for a day. docs/events.md, \"Events that are not told\".",
        rule: Rule::given_up("EventsDeadLetters").with_a_bus(),
    },
    Alarm {
        name: "GatewayError",
        why: "",
        says: "More than one in a hundred answers of the API is a 5xx.",
        rule: Rule { periods: (3, 5), limit: MoreThan(0.01), ..Rule::of_one(Of::Api, "5XXError", "Average") },
    },
];
