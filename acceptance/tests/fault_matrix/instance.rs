//! One environment of the functions of a route, behind a gateway of its own.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use accounts::Accounts;
use authorizer::Authorizer;
use check_session::CheckSession;
use gateway_emulator as gateway;
use gateway_emulator::{
    Gateway,
    invoke::{Invoke, InvokeError, invoke_with},
};
use local::functions::at_the_door;
use login::Login;
use open_data::OpenData;
use operator::http_client::HttpClient;
use parking_lot::Mutex;
use push::MessagePush;
use serde_json::Value;
use sessions::Sessions;
use tokio::task::JoinHandle;
use wechat::Backend;
use wxsession::{Random, aws::Account};

use crate::{
    faults::Fault,
    routes::Route,
    wires::listener,
    world::{DEPLOYED, World},
};

/// Changes a function before it is put in: the identity, or a defect of a negative control.
pub(crate) type Tamper = fn(&'static str, Invoke) -> Invoke;

/// The functions as they are.
pub(crate) fn untouched(_: &'static str, invoke: Invoke) -> Invoke {
    invoke
}

/// One call of a function that ended by itself.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) function: &'static str,
    pub(crate) took: Duration,
    pub(crate) answer: Result<Value, InvokeError>,
}

/// Running functions that nobody has called yet.
pub(crate) struct Instance {
    pub(crate) client: HttpClient,
    runs: Arc<Mutex<Vec<Run>>>,
    serving: JoinHandle<()>,
}

impl Instance {
    /// The functions of `route`, built anew.
    pub(crate) async fn new(world: &World, route: Route, fault: Option<&Fault>, tamper: Tamper) -> Self {
        let env = world.environment(fault).await;
        let runs = Arc::<Mutex<Vec<Run>>>::default();
        let mut code = HashMap::new();
        for name in route.functions() {
            let invoke = tamper(name, build(world, name, env.clone(), fault));
            code.insert((*name).to_owned(), watched(name, invoke, &runs));
        }
        let clock = world.clock.clone();
        let gateway = Gateway::new(&DEPLOYED, &code, Arc::new(move || clock.now()));
        let (listener, address) = listener().await;
        let router = gateway.router();
        let serving =
            tokio::spawn(async move { drop(gateway::serve(listener, router, std::future::pending()).await) });
        Self { client: HttpClient::new(&format!("http://{address}")), runs, serving }
    }

    pub(crate) fn runs(&self) -> Vec<Run> {
        self.runs.lock().clone()
    }

    pub(crate) fn forget(&self) {
        self.runs.lock().clear();
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The function as its `main` builds it; its SDK takes the detour where the fault needs one.
fn build(
    world: &World,
    name: &'static str,
    mut env: HashMap<String, String>,
    fault: Option<&Fault>,
) -> Invoke {
    let deployed = DEPLOYED.function(name).expect("the template has it");
    env.extend(
        deployed
            .environment
            .clone()
            .into_iter()
            .filter(|(key, _)| !env.contains_key(key))
            .collect::<Vec<_>>(),
    );
    let (log, clock) = (world.log(name), world.clock.clone());
    let account = Account::read(&env).expect("complete settings");
    let takes_detour = match fault {
        Some(Fault::TablesBehind(_)) => true,
        Some(Fault::Panic { spares_authorizer }) => !spares_authorizer || name != "authorizer",
        _ => false,
    };
    let account = if takes_detour { account.over(world.detour.client()) } else { account };
    let random = Random::system();
    let (limit, complete) = (Duration::from_secs(deployed.timeout_seconds), "complete settings");
    match name {
        "login" => {
            at_the_door(Login::with_account(account, &env, clock, random).expect(complete), log, limit)
        }
        "check-session" => {
            at_the_door(CheckSession::with_account(account, &env, clock).expect(complete), log, limit)
        }
        "sessions" => {
            at_the_door(Sessions::with_account(account, &env, clock, random).expect(complete), log, limit)
        }
        "open-data" => {
            at_the_door(OpenData::with_account(account, &env, clock, random).expect(complete), log, limit)
        }
        "accounts" => {
            at_the_door(Accounts::with_account(account, &env, clock, random).expect(complete), log, limit)
        }
        "wechat" => at_the_door(Backend::with_account(account, &env, clock).expect(complete), log, limit),
        "push" => at_the_door(MessagePush::with_account(account, &env, clock).expect(complete), log, limit),
        "authorizer" => {
            at_the_door(Authorizer::with_account(account, &env, clock).expect(complete), log, limit)
        }
        _ => at_the_door(local::sample::Sample::default(), log, limit),
    }
}

fn watched(function: &'static str, invoke: Invoke, runs: &Arc<Mutex<Vec<Run>>>) -> Invoke {
    let runs = Arc::clone(runs);
    invoke_with(move |event| {
        let (call, runs) = (invoke(event), Arc::clone(&runs));
        async move {
            let started = Instant::now();
            let answer = call.await;
            runs.lock().push(Run { function, took: started.elapsed(), answer: answer.clone() });
            answer
        }
    })
}
