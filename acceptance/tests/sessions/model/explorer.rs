//! The search: depth first, every state once.
//!
//! A write may arrive a second time, at any later step: because its answer was lost and the client sends it again, or
//! because the network kept a copy. Both are steps of their own, and a run has so many of them as its scenario says.

use std::{collections::HashMap, sync::Arc};

use futures_util::FutureExt;
use wxsession::{Clock, token::SessionToken};

use crate::{
    connector::direct,
    engine::{Call, Dump, Reply, USERS},
    model::{
        client::{Answered, Client, Operation, Reports, Seat, Start, Waiting, Which},
        promises::{Broken, Promises},
        tables::{Done, Numbered, Tables},
        variants::Variant,
    },
    world::{NOW, World},
};

/// A scenario that has more is a mistake, and would take the machine's memory.
const MOST_STATES: usize = 1_000_000;

/// Who runs against whom.
pub(crate) struct Scenario {
    pub(crate) start: Arc<Start>,
    pub(crate) tables: Dump,
    pub(crate) clients: Vec<Vec<Operation>>,
    pub(crate) cap: Option<usize>,
    /// How many writes arrive a second time.
    pub(crate) late: u8,
}

/// What a search found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) states: usize,
    pub(crate) steps: usize,
    /// The first broken promise, and the steps that lead there.
    pub(crate) broken: Option<(Broken, Vec<String>)>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    tables: usize,
    places: Vec<usize>,
    promises: Promises,
    /// How many writes may still arrive a second time.
    late: u8,
}

/// Where a client stands: the answers it has had, and what it waits for now.
struct Place {
    answers: Vec<Arc<Answered>>,
    waiting: Vec<Waiting>,
    reports: Reports,
    /// The writes it has made.
    writes: Vec<Arc<Call>>,
}

/// From one state to the next.
#[derive(Clone, Copy)]
enum Step {
    /// The client makes the call that it waits for.
    Call { client: usize, waiting: usize },
    /// The same, and its answer is lost.
    Unheard { client: usize, waiting: usize },
    /// A write that it made arrives again.
    Again { client: usize, write: usize },
}

pub(crate) struct Explorer<'a> {
    scenario: &'a Scenario,
    variant: Variant,
    tables: Tables,
    judge: World,
    seats: Vec<Seat>,
    states: Numbered<State>,
    places: Vec<Place>,
    moves: HashMap<(usize, usize, Reply), usize>,
    accepted: HashMap<(usize, Which), bool>,
    tokens: HashMap<Which, SessionToken>,
    came_from: Vec<Option<(usize, Step)>>,
    findings: Findings,
}

impl<'a> Explorer<'a> {
    pub(crate) fn new(scenario: &'a Scenario, variant: Variant) -> Self {
        let tables = Tables::new();
        let judge = World::over(direct(&tables.engine), &Clock::stopped(NOW), 0, &scenario.start.settings);
        let held = scenario.start.held.iter().enumerate();
        Self {
            tokens: held.map(|(which, (token, _))| (which, token.clone())).collect(),
            scenario,
            variant,
            tables,
            judge,
            seats: (0..scenario.clients.len())
                .map(|client| Seat::new(100 + client as u64, &scenario.start))
                .collect(),
            states: Numbered::default(),
            places: Vec::new(),
            moves: HashMap::new(),
            accepted: HashMap::new(),
            came_from: Vec::new(),
            findings: Findings::default(),
        }
    }

    /// Visits every state, or stops at the first broken promise.
    pub(crate) fn run(mut self) -> Findings {
        // The SDK's time limits need a runtime to exist; its clock is never driven, so none fires.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime can be had");
        let _inside = runtime.enter();
        let mut open = vec![self.first()];
        while let Some(from) = open.pop() {
            assert!(self.states.len() < MOST_STATES, "this scenario is too large to search");
            let state = self.states.value(from);
            for step in self.steps(&state) {
                open.extend(self.step(from, &state, step));
                if self.findings.broken.is_some() {
                    self.findings.states = self.states.len();
                    return self.findings;
                }
            }
        }
        self.findings.states = self.states.len();
        self.findings
    }

    fn first(&mut self) -> usize {
        let scenario = self.scenario;
        let clients = scenario.clients.len();
        let makes = |operation: &&Operation| {
            matches!(operation, Operation::LogIn(..) | Operation::LogInAt(..) | Operation::Redeem { .. })
        };
        let made = scenario.clients.iter().flatten().filter(makes).count();
        let held = scenario.start.parents();
        let mut promises = Promises::new(&held, held.len() + made, clients, scenario.cap.is_some());
        let mut places = Vec::new();
        for client in 0..clients {
            places.push(self.place(client, Vec::new(), Vec::new()));
            for report in self.places[places[client]].reports.all.clone() {
                assert_eq!(promises.reported(client, report), None, "only beginnings");
            }
        }
        let tables = self.tables.number(&self.variant.start(&scenario.tables));
        self.came_from.push(None);
        self.states.number(State { tables, places, promises, late: scenario.late }).0
    }

    fn steps(&self, state: &State) -> Vec<Step> {
        let mut steps = Vec::new();
        for (client, place) in state.places.iter().enumerate() {
            let place = &self.places[*place];
            for (waiting, call) in place.waiting.iter().enumerate() {
                steps.push(Step::Call { client, waiting });
                if state.late > 0 && call.call.is_write() {
                    steps.push(Step::Unheard { client, waiting });
                }
            }
            if state.late > 0 {
                steps.extend((0..place.writes.len()).map(|write| Step::Again { client, write }));
            }
        }
        steps
    }

    /// Takes a step. The new state, if nobody was there before.
    fn step(&mut self, from: usize, state: &State, step: Step) -> Option<usize> {
        self.findings.steps += 1;
        let mut next = state.clone();
        let (client, call) = self.sent(state, step);
        let done = self.tables.execute(state.tables, call.clone());
        match step {
            // A copy that changes nothing is as good as none.
            Step::Unheard { .. } | Step::Again { .. } if done.after == state.tables => return None,
            Step::Unheard { .. } | Step::Again { .. } => next.late -= 1,
            Step::Call { .. } => {}
        }
        let mut broken = done.broken;
        if let Step::Call { .. } | Step::Unheard { .. } = step {
            next.promises.step(client);
            match &*call.operation {
                "UpdateItem" if done.is_written && call.is_of(USERS) => {
                    broken = broken.or(next.promises.listed(client));
                }
                "PutItem" if done.is_written && call.is_of(USERS) => next.promises.erased(),
                _ => {}
            }
        }
        next.tables = done.after;
        if let Step::Call { waiting, .. } = step {
            broken = broken.or(self.answered(state, &mut next, client, waiting, call, done));
        }
        broken = broken.or_else(|| self.holds(&next));
        if let Some(broken) = broken {
            let mut way = self.way_to(from);
            way.push(self.told(from, step));
            self.findings.broken = Some((broken, way));
            return None;
        }
        let (number, is_new) = self.states.number(next);
        if is_new {
            self.came_from.push(Some((from, step)));
        }
        is_new.then_some(number)
    }

    /// Hands the client its answer.
    fn answered(
        &mut self,
        state: &State,
        next: &mut State,
        client: usize,
        waiting: usize,
        call: Call,
        done: Done,
    ) -> Option<Broken> {
        let at = state.places[client];
        let place = self.moved(client, at, waiting, call, done.reply);
        let known = self.places[at].reports.all.len();
        next.places[client] = place;
        let reports = self.places[place].reports.all[known..].to_vec();
        reports.into_iter().fold(None, |broken, report| broken.or(next.promises.reported(client, report)))
    }

    /// Who sends what with this step.
    fn sent(&self, state: &State, step: Step) -> (usize, Call) {
        match step {
            Step::Call { client, waiting } | Step::Unheard { client, waiting } => {
                let place = &self.places[state.places[client]];
                (client, self.variant.sent(&place.waiting[waiting].call, &place.answers))
            }
            Step::Again { client, write } => {
                (client, Call::clone(&self.places[state.places[client]].writes[write]))
            }
        }
    }

    fn moved(&mut self, client: usize, place: usize, waiting: usize, call: Call, reply: Reply) -> usize {
        let key = (place, waiting, reply);
        if let Some(known) = self.moves.get(&key) {
            return *known;
        }
        let mut answers = self.places[place].answers.clone();
        let mut writes = self.places[place].writes.clone();
        if call.is_write() {
            writes.push(Arc::new(call));
        }
        let waiting = self.places[place].waiting[waiting].clone();
        answers.push(Arc::new(Answered { waiting, reply: key.2.clone() }));
        let next = self.place(client, answers, writes);
        self.moves.insert(key, next);
        next
    }

    fn place(&mut self, client: usize, answers: Vec<Arc<Answered>>, writes: Vec<Arc<Call>>) -> usize {
        let program = &self.scenario.clients[client];
        let mut running = Client::new(program, &self.seats[client], &self.scenario.start, self.variant);
        for answered in &answers {
            running.answer(answered);
        }
        let reports = running.reports();
        for (which, token) in &reports.minted {
            let known = self.tokens.entry(*which).or_insert_with(|| token.clone());
            assert!(known == token, "a client does the same each time it is made again");
        }
        self.places.push(Place { answers, waiting: running.waiting().to_vec(), reports, writes });
        self.places.len() - 1
    }

    fn holds(&mut self, state: &State) -> Option<Broken> {
        let broken = state.promises.hold(|which| self.accepts(state.tables, which));
        let (listed, is_named) = self.tables.user(state.tables);
        if state.promises.is_erased() && is_named {
            return broken.or(Some(Broken::NamedAfterErasure));
        }
        let Some(cap) = self.scenario.cap else { return broken };
        let sessions = state.promises.listed_sessions();
        let good = sessions.filter(|which| self.accepts(state.tables, *which)).count();
        broken.or((good.max(listed) > cap).then_some(Broken::OverTheCap(good.max(listed))))
    }

    /// The authorizer itself decides.
    fn accepts(&mut self, tables: usize, which: Which) -> bool {
        if let Some(known) = self.accepted.get(&(tables, which)) {
            return *known;
        }
        self.tables.put_back(tables);
        self.judge.wind_to(0);
        let asked = self.judge.authorizes(&self.tokens[&which]).now_or_never();
        let accepted = asked.flatten().expect("the engine answers at once");
        self.accepted.insert((tables, which), accepted);
        accepted
    }

    fn way_to(&self, state: usize) -> Vec<String> {
        let back = std::iter::successors(self.came_from[state], |(from, _)| self.came_from[*from]);
        let mut way: Vec<String> = back.map(|(from, step)| self.told(from, step)).collect();
        way.reverse();
        way
    }

    fn told(&self, from: usize, step: Step) -> String {
        let (client, call) = self.sent(&self.states.value(from), step);
        let how = match step {
            Step::Call { .. } => "",
            Step::Unheard { .. } => " (its answer is lost)",
            Step::Again { .. } => " (again)",
        };
        format!("client {client}{how}: {} {}", call.operation, call.body)
    }
}
