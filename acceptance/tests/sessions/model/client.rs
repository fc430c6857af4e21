//! A client is a future over the real functions. Futures cannot be copied, so one that stood
//! somewhere is made again and given the same answers; what it does is a function of them alone.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use serde_json::{Value, json};
use wxsession::{Clock, UserId, session::Session, token::SessionToken};

use crate::{
    connector::Park,
    engine::{Call, Reply},
    model::{scenarios::KNOWN_KEY, variants::Variant},
    world::{APP, NOW, OPENID, World},
};

/// A session by number: those that exist at the start come first, then one for each `LogIn`.
pub(crate) type Which = usize;

/// One thing that a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// Makes session `.0` with the session_key `.1`, presenting the token of `.2`.
    LogIn(Which, &'static str, Option<Which>),
    /// Makes session `.0` at the install `.1`, which ends what was logged in there.
    LogInAt(Which, usize),
    Authorize(Which),
    /// `GET /session`; the renewal is due for sessions of the start.
    Check(Which),
    LogOut(Which),
    /// `DELETE /sessions/{id}`.
    EndOne {
        asking: Which,
        ended: Which,
    },
    /// `DELETE /sessions`; the number tells revocations apart.
    EndAll {
        asking: Which,
        number: u8,
    },
    /// `DELETE /me`.
    DeleteAccount {
        asking: Which,
        number: u8,
    },
    /// An operator blocks the user, and lifts the block.
    Block(u8),
    Unblock,
    /// Makes the ticket `.1` of session `.0`.
    MakeTicket(Which, usize),
    /// A page presents a ticket, and gets session `child` for it.
    Redeem {
        ticket: usize,
        child: Which,
    },
}

impl Operation {
    /// The sessions whose tokens it presents.
    fn needs(self) -> [Option<Which>; 2] {
        match self {
            Self::LogIn(_, _, presented) => [presented, None],
            Self::Authorize(which) | Self::Check(which) | Self::LogOut(which) => [Some(which), None],
            Self::EndOne { asking, ended } => [Some(asking), Some(ended)],
            Self::EndAll { asking, .. } | Self::DeleteAccount { asking, .. } => [Some(asking), None],
            Self::MakeTicket(parent, _) => [Some(parent), None],
            Self::Redeem { .. } | Self::LogInAt(..) | Self::Block(_) | Self::Unblock => [None, None],
        }
    }
}

/// What a client reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Report {
    Begins(Operation),
    /// Done; `true` when it was accepted or promised.
    Ends(Operation, bool),
}

/// All that a client has reported, and the tokens it was given.
#[derive(Clone, Default)]
pub(crate) struct Reports {
    pub(crate) all: Vec<Report>,
    pub(crate) minted: Vec<(Which, SessionToken)>,
}

/// A session in a client's hands.
pub(crate) type Held = (SessionToken, Session);

/// What exists before the first step.
pub(crate) struct Start {
    pub(crate) held: Vec<Held>,
    /// All of the first session.
    pub(crate) tickets: Vec<String>,
    pub(crate) settings: Vec<(&'static str, &'static str)>,
}

impl Start {
    /// The parent of each session: the first session, of those that have one.
    pub(crate) fn parents(&self) -> Vec<Option<Which>> {
        self.held.iter().map(|(_, session)| session.parent.as_ref().map(|_| 0)).collect()
    }
}

/// A call that waits, or one half of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Waiting {
    pub(crate) call: Call,
    number: usize,
    half: usize,
    is_whole: bool,
}

/// One answered call.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Answered {
    pub(crate) waiting: Waiting,
    pub(crate) reply: Reply,
}

/// A client with the answers it has had.
pub(crate) struct Client {
    future: Pin<Box<dyn Future<Output = ()>>>,
    park: Park,
    reports: Rc<RefCell<Reports>>,
    waiting: Vec<Waiting>,
    halves: Vec<(usize, Reply)>,
    seen: usize,
    variant: Variant,
}

/// The functions of one client. Making them costs more than what they do, so that they are used again whenever the client
/// is made again; one client uses them at a time.
#[derive(Clone)]
pub(crate) struct Seat {
    world: Rc<World>,
    park: Park,
}

impl Seat {
    pub(crate) fn new(seed: u64, start: &Start) -> Self {
        let park = Park::default();
        let world = World::over(park.client(), &Clock::stopped(NOW), seed, &start.settings);
        Self { world: Rc::new(world), park }
    }
}

impl Client {
    pub(crate) fn new(program: &[Operation], seat: &Seat, start: &Arc<Start>, variant: Variant) -> Self {
        let Seat { world, park } = seat.clone();
        park.clear();
        let reports = Rc::default();
        let future = Box::pin(run(world, program.to_vec(), Arc::clone(start), Rc::clone(&reports)));
        let mut client =
            Self { future, park, reports, waiting: Vec::new(), halves: Vec::new(), seen: 0, variant };
        client.advance();
        client
    }

    /// Brings the client on by one answer.
    pub(crate) fn answer(&mut self, answered: &Answered) {
        let Answered { waiting, reply } = answered;
        self.waiting.retain(|other| other != waiting);
        if waiting.is_whole {
            self.park.release(waiting.number, reply.clone());
        } else if let Some(at) = self.halves.iter().position(|(number, _)| *number == waiting.number) {
            let (_, other) = self.halves.swap_remove(at);
            self.park.release(waiting.number, self.variant.read(&both(&other, reply)));
        } else {
            self.halves.push((waiting.number, reply.clone()));
            return;
        }
        self.advance();
    }

    pub(crate) fn waiting(&self) -> &[Waiting] {
        &self.waiting
    }

    pub(crate) fn reports(&self) -> Reports {
        self.reports.borrow().clone()
    }

    fn advance(&mut self) {
        let polled = self.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        for number in self.seen..self.park.arrived() {
            let call = self.park.parked(number);
            let halves = halves(&call);
            let is_whole = halves.len() == 1;
            let halves = halves.into_iter().enumerate();
            self.waiting.extend(halves.map(|(half, call)| Waiting { call, number, half, is_whole }));
        }
        self.seen = self.park.arrived();
        let waits = !self.waiting.is_empty() || !self.halves.is_empty();
        assert!(matches!(polled, Poll::Pending) == waits, "it waits for a call or is done");
    }
}

async fn run(world: Rc<World>, program: Vec<Operation>, start: Arc<Start>, reports: Rc<RefCell<Reports>>) {
    // Sessions this client made itself.
    let mut held: Vec<(Which, Held)> = start.held.iter().cloned().enumerate().collect();
    let mut tickets: Vec<(usize, String)> = start.tickets.iter().cloned().enumerate().collect();
    for (number, operation) in (0..).zip(program) {
        world.wind_to(number);
        reports.borrow_mut().all.push(Report::Begins(operation));
        let keep = |held: &mut Vec<(Which, Held)>, which, made: Option<Held>| {
            reports.borrow_mut().minted.extend(made.as_ref().map(|(token, _)| (which, token.clone())));
            held.extend(made.clone().map(|pair| (which, pair)));
            made.is_some()
        };
        let needed = operation.needs();
        if !needed.iter().flatten().all(|which| held.iter().any(|(other, _)| other == which)) {
            // It was to make the session itself, and was refused.
            reports.borrow_mut().all.push(Report::Ends(operation, false));
            continue;
        }
        let of = |which: Which| {
            let found = held.iter().find(|(other, _)| *other == which);
            found.map(|(_, pair)| pair.clone()).expect("it was looked for")
        };
        let good = match operation {
            Operation::LogIn(which, session_key, presented) => {
                let presented = presented.map(|which| of(which).0);
                let made = world.log_in(session_key, presented.as_ref()).await.ok();
                keep(&mut held, which, made)
            }
            Operation::Authorize(which) => world.authorizes(&of(which).0).await.expect("tables answer"),
            Operation::Check(which) => world.session_route("GET", &of(which).0.expose()).await.0 == 200,
            Operation::LogOut(which) => world.session_route("DELETE", &of(which).0.expose()).await.0 == 204,
            Operation::EndOne { asking, ended } => {
                let id = of(ended).1.id.to_string();
                world.sessions_route("DELETE", "/sessions/{id}", Some(&id), &of(asking).1).await.0 == 204
            }
            Operation::EndAll { asking, .. } => {
                world.sessions_route("DELETE", "/sessions", None, &of(asking).1).await.0 == 204
            }
            Operation::DeleteAccount { asking, .. } => {
                world.sessions_route("DELETE", "/me", None, &of(asking).1).await.0 == 204
            }
            Operation::Block(_) => world.block(UserId::of(APP, OPENID), None).await.is_ok(),
            Operation::Unblock => world.unblock(UserId::of(APP, OPENID)).await.is_ok(),
            Operation::LogInAt(which, install) => {
                let made = world.log_in_at(OPENID, KNOWN_KEY, None, Some(install)).await.ok();
                keep(&mut held, which, made)
            }
            Operation::MakeTicket(parent, number) => {
                let made = world.ticket(&of(parent)).await;
                tickets.extend(made.clone().map(|ticket| (number, ticket)));
                made.is_some()
            }
            Operation::Redeem { ticket, child } => {
                let known = tickets.iter().find(|(number, _)| *number == ticket);
                let (_, ticket) = known.expect("who redeems it made it, or it was there").clone();
                let made = world.redeem(&ticket, &of(0)).await;
                keep(&mut held, child, made)
            }
        };
        reports.borrow_mut().all.push(Report::Ends(operation, good));
    }
}

/// The session's half and the user's half of the one read.
fn halves(call: &Call) -> Vec<Call> {
    if call.operation != "BatchGetItem" {
        return vec![call.clone()];
    }
    let wanted = call.value();
    let tables = wanted["RequestItems"].as_object().expect("a read of tables");
    if tables.len() == 1 {
        return vec![call.clone()];
    }
    let half =
        |(table, keys): (&String, &Value)| Call::new("BatchGetItem", &json!({"RequestItems": {table: keys}}));
    tables.iter().map(half).collect()
}

fn both(one: &Reply, other: &Reply) -> Value {
    let parse =
        |reply: &Reply| -> Value { serde_json::from_str(&reply.body).expect("the engine answers JSON") };
    let mut responses = parse(one)["Responses"].clone();
    let more = parse(other)["Responses"].clone();
    let all = responses.as_object_mut().expect("answers by table");
    all.extend(more.as_object().expect("answers by table").clone());
    json!({"Responses": responses, "UnprocessedKeys": {}})
}
