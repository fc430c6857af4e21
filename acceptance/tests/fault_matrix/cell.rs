//! How one cell goes: a user logs in, the fault comes, one request is made, the fault goes, the request is repeated.

use std::time::{Duration, Instant};

use operator::http_client::Reply;

use crate::{
    canaries::Canaries,
    faults::Fault,
    instance::{Instance, Run, Tamper, untouched},
    records::Records,
    routes::Route,
    rows::{Row, Warmth},
    user::User,
    world::World,
};

/// To warm up, under the fault, and when it is gone.
const TICKETS: usize = 3;

/// Which cell.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) row: &'a Row,
    pub(crate) route: Route,
    pub(crate) warmth: Warmth,
}

/// A world, and functions in it that have no fault.
pub(crate) struct Stage {
    world: World,
    healthy: Instance,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        let world = World::open().await;
        let healthy = Instance::new(&world, Route::Login, None, untouched).await;
        Self { world, healthy }
    }
}

/// What was seen.
pub(crate) struct Seen {
    /// The answer in one or two words.
    pub(crate) outcome: String,
    pub(crate) reply: Reply,
    pub(crate) took: Duration,
    pub(crate) runs: Vec<Run>,
    pub(crate) lines: Vec<String>,
    /// Sessions and users that were read successfully.
    pub(crate) reads: (u64, u64),
    pub(crate) before: Records,
    pub(crate) after: Records,
    /// Another host was called.
    pub(crate) strayed: bool,
    /// The answer to the same request once everything works again, where it failed.
    pub(crate) again: Option<String>,
    pub(crate) canaries: Canaries,
}

impl Cell<'_> {
    /// A function whose WeChat never had a certificate cannot have called it before.
    pub(crate) fn exists(&self) -> bool {
        let asks = matches!(self.route, Route::Login | Route::KeyCheck | Route::Number | Route::Token);
        !(matches!(self.row.fault, Fault::WechatBehind(_)) && asks && self.warmth == Warmth::Warm)
    }

    /// # Errors
    ///
    /// When the cell could not be set up.
    pub(crate) async fn run(&self, stage: &Stage, tamper: Tamper) -> Result<Seen, String> {
        let Stage { world, healthy } = stage;
        let fault = &self.row.fault;
        let user = log_in(world, healthy).await?;
        if self.route == Route::Redeem {
            for _ in 0..TICKETS {
                user.prepare_ticket(&world.sessions_table().await).await;
            }
        }
        let instance = Instance::new(world, self.route, Some(fault), tamper).await;
        if self.warmth == Warmth::Warm {
            warm_up(self.route.harmless(), &instance, &user).await?;
        }
        world.forget();
        instance.forget();
        let before = world.records(&user);
        world.inject(fault, &user).await;
        let before = if matches!(fault, Fault::Record(_)) { world.records(&user) } else { before };
        let started = Instant::now();
        let reply = self.route.ask(&instance.client, &user).await?;
        let took = started.elapsed();
        let outcome = self.route.outcome(&reply);
        let (runs, lines, reads) = (instance.runs(), world.lines(), world.reads());
        let after = world.records(&user);
        world.mend(fault).await;
        // A secret whose fetch was given up half-way is asked for again after a pause.
        world.clock.advance(10);
        let again = self.again(&instance, &user).await?;
        let (strayed, canaries) = (world.strayed(), Canaries::of(&user));
        Ok(Seen { outcome, reply, took, runs, lines, reads, before, after, strayed, again, canaries })
    }

    async fn again(&self, instance: &Instance, user: &User) -> Result<Option<String>, String> {
        let stays = matches!(self.row.fault, Fault::Record(_) | Fault::WechatBehind(_));
        if stays || self.row.is_healthy(self.route, self.warmth) || !self.row.is_infrastructure {
            return Ok(None);
        }
        let reply = self.route.ask(&instance.client, user).await?;
        Ok(Some(self.route.outcome(&reply)))
    }
}

/// A machine with much to do may need another try: this is before the fault.
async fn log_in(world: &World, healthy: &Instance) -> Result<User, String> {
    let first = User::new(&world.simulator, &healthy.client).await;
    if first.is_ok() { first } else { User::new(&world.simulator, &healthy.client).await }
}

async fn warm_up(route: Route, instance: &Instance, user: &User) -> Result<(), String> {
    let reply = route.ask(&instance.client, user).await?;
    let outcome = route.outcome(&reply);
    if !["200", "allow"].contains(&outcome.as_str()) {
        return Err(format!("warming up: {outcome} {}", reply.text));
    }
    Ok(())
}
