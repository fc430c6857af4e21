//! From what the gateway, WeChat and `DynamoDB` tell to the arrows of a sequence diagram.
//!
//! A call to WeChat or `DynamoDB` does not say which request it is for. While one function runs it is that one's; when
//! several run it is taken for the latest one's and marked as a guess.

use std::{collections::HashMap, sync::Arc};

use aws_emulator::dynamodb::FaultProxy;
use emulator_harness::watch::{Exchange, Moment};
use gateway_emulator::{Gateway, Step, StepEvent};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use wechat_simulator::Simulator;
use wxsession::Clock;

use super::arrow::{Arrow, Lane};

/// Arrows a browser may fall behind before it loses the oldest.
const KEPT: usize = 1024;

pub(super) struct Narrator {
    clock: Clock,
    arrows: broadcast::Sender<Arrow>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    told: u64,
    /// Functions that run now, the latest last.
    running: Vec<Running>,
    /// Calls to WeChat and `DynamoDB` that wait for their answer.
    waiting: HashMap<(bool, u64), Waiting>,
}

struct Waiting {
    caller: Running,
    is_guess: bool,
    /// What its answer is called: several may be under way at once.
    name: String,
}

#[derive(Clone)]
struct Running {
    request: Option<String>,
    lane: Lane,
}

impl Narrator {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, arrows: broadcast::channel(KEPT).0, state: Mutex::default() }
    }

    /// Every arrow from now on.
    pub(super) fn arrows(&self) -> broadcast::Receiver<Arrow> {
        self.arrows.subscribe()
    }

    /// Listens to all three.
    pub(super) fn listen(self: &Arc<Self>, gateway: &Gateway, simulator: &Simulator, proxy: &FaultProxy) {
        let narrator = Arc::clone(self);
        gateway.watch(Box::new(move |step| narrator.step(step)));
        let narrator = Arc::clone(self);
        simulator.watch(Box::new(move |exchange| narrator.exchange(Lane::WeChat, exchange)));
        let narrator = Arc::clone(self);
        proxy.watch(Box::new(move |exchange| narrator.exchange(Lane::DynamoDb, exchange)));
    }

    /// What happens between the phone and WeChat without the service.
    pub(super) fn on_the_phone(&self, what: &str, given: Value) {
        let mut state = self.state.lock();
        let request = Some(format!("phone-{}", state.told));
        for arrow in [
            Arrow::call(Lane::Phone, Lane::WeChat, what, Value::Null),
            Arrow::answer(Lane::WeChat, Lane::Phone, "", given),
        ] {
            self.tell(&mut state, Arrow { request: request.clone(), ..arrow });
        }
    }

    fn step(&self, step: Step) {
        let mut state = self.state.lock();
        let request = Some(step.request_id);
        state.follow(&step.event, request.as_ref());
        let arrow = of_step(step.event);
        self.tell(&mut state, Arrow { request, ..arrow });
    }

    fn exchange(&self, with: Lane, exchange: Exchange) {
        let mut state = self.state.lock();
        let key = (with == Lane::WeChat, exchange.id);
        let (arrow, caller, is_guess) = match exchange.moment {
            Moment::Called { what, detail } => {
                let (caller, is_guess) = state.caller(with);
                let name = if with == Lane::DynamoDb { what.split(' ').next() } else { None };
                let name = name.map(|name| format!(" {name}")).unwrap_or_default();
                state.waiting.insert(key, Waiting { caller: caller.clone(), is_guess, name });
                (Arrow::call(caller.lane, with, what, detail), caller, is_guess)
            }
            Moment::Answered { what, is_failure, detail, duration_ms } => {
                let Some(Waiting { caller, is_guess, name }) = state.waiting.remove(&key) else { return };
                let answer = Arrow::answer(with, caller.lane, what + &name, detail).took(duration_ms);
                (answer.failed(is_failure), caller, is_guess)
            }
        };
        self.tell(&mut state, Arrow { request: caller.request, is_guess, ..arrow });
    }

    fn tell(&self, state: &mut State, arrow: Arrow) {
        state.told += 1;
        // Nobody listening is fine.
        drop(self.arrows.send(Arrow { number: state.told, at: self.clock.now(), ..arrow }));
    }
}

impl State {
    /// Keeps in mind which functions run.
    fn follow(&mut self, event: &StepEvent, request: Option<&String>) {
        match event {
            StepEvent::Call { is_authorizer, .. } => {
                let lane = if *is_authorizer { Lane::Authorizer } else { Lane::Function };
                self.running.push(Running { request: request.cloned(), lane });
            }
            _ => self.running.retain(|running| running.request.as_ref() != request),
        }
    }

    /// Who calls WeChat or `DynamoDB` now, and whether that is a guess.
    fn caller(&self, with: Lane) -> (Running, bool) {
        // The authorizer has no business with WeChat.
        let may = |running: &&Running| with == Lane::DynamoDb || running.lane == Lane::Function;
        let mut candidates = self.running.iter().filter(may);
        let Some(latest) = candidates.next_back() else {
            return (Running { request: None, lane: Lane::Function }, true);
        };
        (latest.clone(), candidates.next().is_some())
    }
}

fn of_step(event: StepEvent) -> Arrow {
    match event {
        StepEvent::Request { method, path, headers, body } => {
            let header = |wanted: &str| {
                headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
            };
            // A browser says where a script of another origin comes from: the page of the web-view.
            let own = header("host").map(|host| format!("http://{host}"));
            let origin = header("origin").filter(|origin| own.as_ref() != Some(origin));
            let detail = json!({
                "authorization": header("authorization"),
                "device": header("x-device"),
                "origin": origin,
                "body": body,
            });
            Arrow::call(Lane::Phone, Lane::Gateway, format!("{method} {path}"), without_nulls(detail))
        }
        StepEvent::Call { function, is_authorizer } => {
            let lane = if is_authorizer { Lane::Authorizer } else { Lane::Function };
            Arrow::call(Lane::Gateway, lane, function, Value::Null)
        }
        StepEvent::Authorizer { was_called, was_cached, refusal, context, problem, duration_ms, .. } => {
            let from = if was_called { Lane::Authorizer } else { Lane::Gateway };
            let text = match (refusal, &problem) {
                (None, _) if was_cached => "Allow, remembered".to_owned(),
                (None, _) => "Allow".to_owned(),
                (Some(_), Some(_)) => "cannot tell".to_owned(),
                (Some(_), None) if was_called => "Deny".to_owned(),
                (Some(kind), None) => kind.to_owned(),
            };
            let detail = without_nulls(json!({ "context": context, "error": problem }));
            Arrow::answer(from, Lane::Gateway, text, detail).took(duration_ms).failed(refusal.is_some())
        }
        StepEvent::Function { problem, duration_ms, .. } => {
            let is_failure = problem.is_some();
            let text = if is_failure { "failed" } else { "answer" };
            let detail = without_nulls(json!({ "error": problem }));
            Arrow::answer(Lane::Function, Lane::Gateway, text, detail).took(duration_ms).failed(is_failure)
        }
        StepEvent::Answer { status, body, duration_ms, .. } => {
            Arrow::answer(Lane::Gateway, Lane::Phone, status.to_string(), body)
                .took(duration_ms)
                .failed(status >= 400)
        }
    }
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}
