//! The search: depth first, every state once.

use std::{collections::HashMap, sync::Arc};

use futures_util::FutureExt;
use wxsession::{Clock, token::SessionToken};

use crate::{
    connector::direct,
    engine::{Dump, Reply},
    model::{
        client::{Answered, Client, Operation, Reports, Start, Waiting, Which},
        promises::{Broken, Promises},
        tables::{Numbered, Tables},
        variants::Variant,
    },
    world::{NOW, World},
};

/// A scenario that has more is a mistake, and would take the machine's memory.
const MOST_STATES: usize = 300_000;

/// Who runs against whom.
pub(crate) struct Scenario {
    pub(crate) start: Arc<Start>,
    pub(crate) tables: Dump,
    pub(crate) clients: Vec<Vec<Operation>>,
    pub(crate) cap: Option<usize>,
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
}

/// Where a client stands: the answers it has had, and what it waits for now.
struct Place {
    answers: Vec<Arc<Answered>>,
    waiting: Vec<Waiting>,
    reports: Reports,
}

/// From one state to the next: this client makes the call that it waits for.
#[derive(Clone, Copy)]
struct Step {
    from: usize,
    client: usize,
    waiting: usize,
}

pub(crate) struct Explorer<'a> {
    scenario: &'a Scenario,
    variant: Variant,
    tables: Tables,
    judge: World,
    states: Numbered<State>,
    places: Vec<Place>,
    moves: HashMap<(usize, usize, Reply), usize>,
    accepted: HashMap<(usize, Which), bool>,
    tokens: HashMap<Which, SessionToken>,
    came_from: Vec<Option<Step>>,
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
            let mut at_rest = true;
            for client in 0..self.scenario.clients.len() {
                for waiting in 0..self.places[state.places[client]].waiting.len() {
                    at_rest = false;
                    open.extend(self.step(&state, Step { from, client, waiting }));
                }
            }
            if at_rest && let Some(broken) = self.rest_holds(&state) {
                self.findings.broken = Some((broken, self.way_to(from)));
            }
            if self.findings.broken.is_some() {
                break;
            }
        }
        self.findings.states = self.states.len();
        self.findings
    }

    fn first(&mut self) -> usize {
        let scenario = self.scenario;
        let clients = scenario.clients.len();
        let log_ins = scenario.clients.iter().flatten();
        let log_ins = log_ins.filter(|operation| matches!(operation, Operation::LogIn(..))).count();
        let held = scenario.start.held.len();
        let mut promises = Promises::new(held, held + log_ins, clients, scenario.cap.is_some());
        let mut places = Vec::new();
        for client in 0..clients {
            places.push(self.place(client, Vec::new()));
            for report in self.places[places[client]].reports.all.clone() {
                assert_eq!(promises.reported(client, report), None, "only beginnings");
            }
        }
        let tables = self.tables.number(&scenario.tables);
        self.came_from.push(None);
        self.states.number(State { tables, places, promises }).0
    }

    /// Lets a client make its call. The new state, if nobody was there before.
    fn step(&mut self, state: &State, step: Step) -> Option<usize> {
        self.findings.steps += 1;
        let (client, at) = (step.client, state.places[step.client]);
        let place = &self.places[at];
        let waiting = &place.waiting[step.waiting];
        let call = self.variant.sent(&waiting.call, &place.answers);
        let mut promises = state.promises.clone();
        promises.step(client, &waiting.call);
        let done = self.tables.execute(state.tables, call);
        let next = self.moved(client, at, step.waiting, done.reply);
        let known = self.places[at].reports.all.len();
        let mut broken = done.broken;
        for report in &self.places[next].reports.all[known..] {
            broken = broken.or(promises.reported(client, *report));
        }
        let tables = done.after;
        broken = broken.or_else(|| promises.hold(|which| self.accepts(tables, which)));
        if let Some(broken) = broken {
            let mut way = self.way_to(step.from);
            way.push(self.told(step));
            self.findings.broken = Some((broken, way));
            return None;
        }
        let mut places = state.places.clone();
        places[client] = next;
        let (number, is_new) = self.states.number(State { tables, places, promises });
        if is_new {
            self.came_from.push(Some(step));
        }
        is_new.then_some(number)
    }

    fn moved(&mut self, client: usize, place: usize, waiting: usize, reply: Reply) -> usize {
        let key = (place, waiting, reply);
        if let Some(known) = self.moves.get(&key) {
            return *known;
        }
        let mut answers = self.places[place].answers.clone();
        let waiting = self.places[place].waiting[waiting].clone();
        answers.push(Arc::new(Answered { waiting, reply: key.2.clone() }));
        let next = self.place(client, answers);
        self.moves.insert(key, next);
        next
    }

    fn place(&mut self, client: usize, answers: Vec<Arc<Answered>>) -> usize {
        let program = &self.scenario.clients[client];
        let mut running = Client::new(program, 100 + client as u64, &self.scenario.start, self.variant);
        for answered in &answers {
            running.answer(answered);
        }
        let reports = running.reports();
        for (which, token) in &reports.minted {
            let known = self.tokens.entry(*which).or_insert_with(|| token.clone());
            assert!(known == token, "a client does the same each time it is made again");
        }
        self.places.push(Place { answers, waiting: running.waiting().to_vec(), reports });
        self.places.len() - 1
    }

    /// The authorizer itself decides.
    fn accepts(&mut self, tables: usize, which: Which) -> bool {
        if let Some(known) = self.accepted.get(&(tables, which)) {
            return *known;
        }
        self.tables.put_back(tables);
        let asked = self.judge.authorizes(&self.tokens[&which]).now_or_never();
        let accepted = asked.flatten().expect("the engine answers at once");
        self.accepted.insert((tables, which), accepted);
        accepted
    }

    fn rest_holds(&mut self, state: &State) -> Option<Broken> {
        let cap = self.scenario.cap?;
        let good = state.promises.exist().filter(|which| self.accepts(state.tables, *which)).count();
        (good > cap).then_some(Broken::OverTheCap(good))
    }

    fn way_to(&self, state: usize) -> Vec<String> {
        let back = std::iter::successors(self.came_from[state], |step| self.came_from[step.from]);
        let mut way: Vec<String> = back.map(|step| self.told(step)).collect();
        way.reverse();
        way
    }

    fn told(&self, step: Step) -> String {
        let place = self.states.value(step.from).places[step.client];
        let call = &self.places[place].waiting[step.waiting].call;
        format!("client {}: {} {}", step.client, call.operation, call.body)
    }
}
