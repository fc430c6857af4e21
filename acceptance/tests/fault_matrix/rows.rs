//! Each fault and what every route is to answer then: tables, records, secrets, clock, panics.

use std::time::Duration;

use aws_emulator::{dynamodb::Fault as Tables, secrets_manager::Fault as Secrets};

use crate::{
    faults::{Damage, Fault, Front},
    routes::Route,
};

/// Whether the function has served before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Warmth {
    Cold,
    Warm,
}

/// What the cells of a row cost the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Time only: many at once.
    Wait,
    /// Work: as many as there are processors, and a few.
    Work,
    /// They need a quiet machine, or make it an unquiet one.
    Quiet,
}

/// What every route is to answer, in the order of [`Route::ALL`].
pub(crate) type Answers = [&'static str; Route::ALL.len()];

const HEALTHY: Answers = [
    "200", "200", "204", "allow", "200", "200", "204", "200", "200", "200", "200", "200", "200", "200",
    "200", "200", "200",
];

/// One fault.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) fault: Fault,
    cold: Answers,
    warm: Answers,
    /// It is nobody's fault but ours: nobody may be told to log in again.
    pub(crate) is_infrastructure: bool,
    /// Whoever is refused or cannot be served, the operator is told why.
    pub(crate) tells_operator: bool,
    /// What its cells cost.
    pub(crate) cost: Cost,
    /// The routes that are asked.
    pub(crate) routes: &'static [Route],
}

impl Row {
    /// A fault that no route notices, so far.
    pub(crate) fn new(name: &str, fault: Fault) -> Self {
        Self {
            name: name.to_owned(),
            fault,
            cold: HEALTHY,
            warm: HEALTHY,
            is_infrastructure: true,
            tells_operator: false,
            cost: Cost::Work,
            routes: &Route::ALL,
        }
    }

    pub(crate) fn expected(&self, route: Route, warmth: Warmth) -> &'static str {
        let answers = if warmth == Warmth::Cold { &self.cold } else { &self.warm };
        answers[route as usize]
    }

    pub(crate) fn is_healthy(&self, route: Route, warmth: Warmth) -> bool {
        self.expected(route, warmth) == HEALTHY[route as usize]
    }

    pub(crate) fn at(self, routes: &[Route], answer: &'static str) -> Self {
        self.cold_at(routes, answer).warm_at(routes, answer)
    }

    pub(crate) fn cold_at(mut self, routes: &[Route], answer: &'static str) -> Self {
        for route in routes {
            self.cold[*route as usize] = answer;
        }
        self
    }

    pub(crate) fn warm_at(mut self, routes: &[Route], answer: &'static str) -> Self {
        for route in routes {
            self.warm[*route as usize] = answer;
        }
        self
    }

    /// No table can be asked by any route.
    fn without_tables(self) -> Self {
        let row = self.at(&Route::ALL, "503 store_unavailable").at(&[Route::Authorizer], "error");
        // The access token is about no user.
        row.at(&READS_USER, "503 unavailable").at(&[Route::Token], "200")
    }

    /// The session is over for everybody who asks.
    fn session_over(self) -> Self {
        let row = self.at(&BEHIND, "401 session_invalid").at(&[Route::Check], "401 session_invalid");
        let row = row.at(&[Route::Redeem], "409 ticket_invalid");
        Self { is_infrastructure: false, ..row.at(&[Route::Authorizer], "refuse") }
    }

    pub(crate) fn quiet(self) -> Self {
        Self { cost: Cost::Quiet, ..self }
    }

    pub(crate) fn only_at(self, routes: &'static [Route]) -> Self {
        Self { routes, ..self }
    }

    pub(crate) fn waiting(self) -> Self {
        Self { cost: Cost::Wait, ..self }
    }

    fn telling(self) -> Self {
        Self { tells_operator: true, ..self }
    }
}

/// Routes behind the authorizer.
pub(crate) const BEHIND: [Route; 6] =
    [Route::Me, Route::List, Route::RevokeAll, Route::Decrypt, Route::KeyCheck, Route::Ticket];

/// Account control.
const CONTROL: [Route; 2] = [Route::Account, Route::Block];

/// What a backend asks for, and what of it reads a user's record.
const BACKEND: [Route; 3] = [Route::Number, Route::Token, Route::Sign];
const READS_USER: [Route; 2] = [Route::Number, Route::Sign];

/// Every row.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = tables();
    rows.extend(lost_answers());
    rows.extend(records());
    rows.extend(crate::wechat_rows::all());
    rows.extend(secrets());
    rows.extend(ourselves());
    rows
}

fn tables() -> Vec<Row> {
    let row = |name, fault| Row::new(name, Fault::Tables(&[], fault));
    let front = |name, front| Row::new(name, Fault::TablesBehind(front)).without_tables();
    let renewals = Fault::Tables(&["UpdateItem"], Tables::Throttle { times: None });
    vec![
        row("DynamoDB refused", Tables::Refuse).without_tables(),
        front("DynamoDB: name not found", Front::UnknownHost),
        front("DynamoDB: no TLS", Front::Garbage),
        front("DynamoDB: self-signed certificate", Front::SelfSigned),
        row("DynamoDB silent", Tables::Silent).without_tables().waiting(),
        row("DynamoDB slow: 200 ms", Tables::Slow { milliseconds: 200 }).quiet(),
        Row::new("DynamoDB slow: one answer 900 ms, the others 100 ms", Fault::OneSlowAnswer).quiet(),
        row("DynamoDB throttles once", Tables::Throttle { times: Some(1) }),
        row("DynamoDB throttles for ever", Tables::Throttle { times: None }).without_tables(),
        row("DynamoDB 500 once", Tables::InternalError { times: Some(1) }),
        row("DynamoDB 500 for ever", Tables::InternalError { times: None }).without_tables(),
        row("DynamoDB: keys unprocessed for ever", Tables::UnprocessedKeys)
            .without_tables()
            .at(&[Route::Login, Route::Account, Route::Block, Route::Push], "200")
            .at(&READS_USER, "200")
            .at(&[Route::Logout], "204"),
        row("DynamoDB: an answer without Responses", Tables::NoResponses)
            .without_tables()
            .at(&[Route::Login, Route::Account, Route::Block, Route::Push], "200")
            .at(&READS_USER, "200")
            .at(&[Route::Logout], "204"),
        row("role credentials expired", Tables::ExpiredCredentials).without_tables(),
        Row::new("DynamoDB: updates throttled, a renewal is due", renewals).at(
            &[Route::Login, Route::Logout, Route::RevokeAll, Route::Redeem, Route::Block],
            "503 store_unavailable",
        ),
    ]
}

/// Carried out, and nobody knows.
fn lost_answers() -> Vec<Row> {
    let lost =
        |name, operations, times| Row::new(name, Fault::Tables(operations, Tables::AnswerLost { times }));
    vec![
        lost("DynamoDB: first answer lost", &[], Some(1)),
        lost("DynamoDB: answer to PutItem lost", &["PutItem"], Some(1)),
        lost("DynamoDB: answer to UpdateItem lost, a renewal is due", &["UpdateItem"], Some(1)),
        lost("DynamoDB: every answer lost", &[], None).without_tables(),
    ]
}

fn records() -> Vec<Row> {
    let row = |name, damage| Row::new(name, Fault::Record(damage)).session_over();
    let sealed = Row::new("record: sealed session_key cannot be opened", Fault::Record(Damage::SealedKey));
    vec![
        row("record: session of another type", Damage::SessionType).telling(),
        row("record: session of an unknown version", Damage::SessionVersion).telling(),
        row("record: user without openid", Damage::UserWithoutOpenid)
            .telling()
            .at(&[Route::Login], "503 store_unavailable")
            .at(&CONTROL, "refused record_damaged")
            .at(&READS_USER, "refused record_damaged"),
        row("record: user without an app", Damage::UserWithoutApp)
            .telling()
            .at(&[Route::Login], "503 store_unavailable")
            .at(&CONTROL, "refused record_damaged")
            .at(&READS_USER, "refused record_damaged"),
        row("record: session missing", Damage::SessionGone),
        row("record: user missing", Damage::UserGone)
            .at(&[Route::Account], "refused not_found")
            .at(&READS_USER, "refused user_unknown"),
        row("record: list of another type", Damage::ListType)
            .telling()
            .at(&[Route::Login], "503 store_unavailable")
            .at(&CONTROL, "refused record_damaged"),
        row("record: list of another length", Damage::ListLength)
            .telling()
            .at(&[Route::Login], "503 store_unavailable")
            .at(&CONTROL, "refused record_damaged"),
        sealed.at(&[Route::Decrypt], "409 session_key_stale").at(&[Route::Sign], "refused session_key_stale"),
    ]
}

fn secrets() -> Vec<Row> {
    let users = [Route::Login, Route::Decrypt, Route::KeyCheck, Route::Push];
    let row = |name, fault| {
        Row::new(name, fault).cold_at(&users, "503 store_unavailable").cold_at(&BACKEND, "503 unavailable")
    };
    let silent = Secrets::Slow(Duration::from_mins(1));
    let needs_apps = [Route::Login, Route::KeyCheck, Route::Push];
    // The last good values serve a function that has served before.
    let broken = |name, fault| {
        let row = Row::new(name, Fault::Secrets(fault)).cold_at(&users, "500 service_misconfigured");
        row.cold_at(&BACKEND, "500 misconfigured").telling()
    };
    vec![
        row("Secrets Manager: 500 for ever", Fault::Secrets(Secrets::Down)),
        row("Secrets Manager refused", Fault::SecretsGone),
        row("Secrets Manager silent", Fault::Secrets(silent)).waiting(),
        broken("Secrets Manager: access denied", Secrets::Denied),
        broken("Secrets Manager: secrets marked for deletion", Secrets::MarkedForDeletion),
        broken("Secrets Manager: their key cannot be used", Secrets::Undecryptable),
        Row::new("apps secret: not JSON", Fault::SecretText("AppsSecret", "wx"))
            .cold_at(&needs_apps, "500 service_misconfigured")
            .cold_at(&BACKEND, "500 misconfigured")
            .telling(),
        Row::new("apps secret: no app in it", Fault::SecretText("AppsSecret", "{}"))
            .cold_at(&needs_apps, "500 service_misconfigured")
            .cold_at(&BACKEND, "500 misconfigured")
            .telling(),
        // A login needs no vault.
        Row::new("key ring: of another form", Fault::SecretText("SessionKeyRingSecret", "{}"))
            .cold_at(&[Route::Decrypt, Route::KeyCheck], "500 service_misconfigured")
            .cold_at(&[Route::Sign], "500 misconfigured")
            .telling(),
    ]
}

fn ourselves() -> Vec<Row> {
    let panics = |name, spares_authorizer| {
        // Asking the tables panics, and the access token is about no user.
        Row::new(name, Fault::Panic { spares_authorizer })
            .at(&Route::ALL, "500 internal")
            .at(&[Route::Token], "200")
    };
    vec![
        Row::new("clock a day ahead", Fault::Clock(86_400)).session_over(),
        Row::new("clock a day behind", Fault::Clock(-86_400)),
        panics("panic", false).at(&BEHIND, "503 store_unavailable").at(&[Route::Authorizer], "error"),
        panics("panic behind the authorizer", true).at(&[Route::Authorizer], "allow").at(&[Route::Me], "200"),
    ]
}
