//! Who runs against whom.

use std::sync::Arc;

use futures_util::FutureExt;
use wxsession::Clock;

use super::{
    client::{Operation, Operation::*, Start},
    explorer::{Explorer, Findings, Scenario},
    promises::Broken,
    variants::Variant,
};
use crate::{
    connector::direct,
    engine::Engine,
    world::{NOW, World},
};

/// Two hours before the model begins: every renewal is due.
const BEFORE: i64 = 7_200;
const KNOWN_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const NEW_KEY: &str = "HyVFkGl5F5OQWJZZaNzBBg==";

fn scenario(held: usize, cap: Option<usize>, clients: &[&[Operation]]) -> Scenario {
    let (engine, clock) = (Engine::new(), Clock::stopped(NOW - BEFORE));
    let world = World::over(direct(&engine), &clock, 7, &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be had");
    let _inside = runtime.enter();
    let log_in = || world.log_in(KNOWN_KEY, None).now_or_never().and_then(Result::ok);
    let held = (0..held).map(|_| log_in().expect("the engine answers at once")).collect();
    let settings = match cap {
        Some(1) => vec![("MAX_SESSIONS_PER_USER", "1")],
        Some(2) => vec![("MAX_SESSIONS_PER_USER", "2")],
        _ => vec![],
    };
    let clients = clients.iter().map(|client| client.to_vec()).collect();
    Scenario { start: Arc::new(Start { held, settings }), tables: engine.dump(), clients, cap }
}

/// One of each: login, renewal, logout, revoke-all, authorize.
fn everyone() -> Scenario {
    scenario(
        1,
        None,
        &[
            &[LogIn(1, KNOWN_KEY, None)],
            &[Check(0)],
            &[LogOut(0)],
            &[EndAll { asking: 0, number: 0 }],
            &[Authorize(0)],
        ],
    )
}

fn two_logins() -> Scenario {
    let clients: &[&[Operation]] = &[
        &[LogIn(1, NEW_KEY, None), Authorize(1)],
        &[LogIn(2, NEW_KEY, None)],
        &[EndAll { asking: 0, number: 0 }],
    ];
    scenario(1, None, clients)
}

fn renewals() -> Scenario {
    scenario(1, None, &[&[Check(0)], &[Check(0)], &[LogOut(0), LogOut(0)], &[Authorize(0), Authorize(0)]])
}

fn two_revocations() -> Scenario {
    scenario(
        2,
        None,
        &[
            &[LogIn(2, NEW_KEY, None), Authorize(2)],
            &[EndAll { asking: 0, number: 0 }, Authorize(0)],
            &[EndAll { asking: 1, number: 1 }],
        ],
    )
}

fn one_by_one() -> Scenario {
    scenario(
        2,
        None,
        &[
            &[Check(0), Authorize(1)],
            &[EndOne { asking: 1, ended: 0 }, Authorize(0)],
            &[LogOut(0)],
            &[EndAll { asking: 1, number: 0 }],
        ],
    )
}

fn replaced() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[LogIn(2, KNOWN_KEY, Some(0)), Authorize(0)], &[Check(0), Check(1)], &[LogOut(0)]];
    scenario(2, None, clients)
}

fn account_deletion() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[DeleteAccount { asking: 0, number: 0 }], &[LogIn(2, NEW_KEY, None)], &[Check(0)]];
    scenario(2, None, clients)
}

fn tight_cap() -> Scenario {
    scenario(1, Some(1), &[&[LogIn(1, NEW_KEY, None)], &[LogIn(2, KNOWN_KEY, None)], &[Check(0)]])
}

fn cap_of_two() -> Scenario {
    scenario(
        2,
        Some(2),
        &[&[LogIn(2, NEW_KEY, None), LogIn(3, NEW_KEY, None)], &[LogIn(4, KNOWN_KEY, Some(1))]],
    )
}

#[track_caller]
fn holds(name: &str, scenario: &Scenario) -> Findings {
    let started = std::time::Instant::now();
    let found = Explorer::new(scenario, Variant::Ours).run();
    println!("{name}: {} states, {} steps, {:.1?}", found.states, found.steps, started.elapsed());
    assert!(found.broken.is_none(), "{name}: {:#?}", found.broken);
    found
}

fn all() -> Vec<(&'static str, Scenario)> {
    vec![
        ("everyone", everyone()),
        ("two logins", two_logins()),
        ("renewals", renewals()),
        ("two revocations", two_revocations()),
        ("one by one", one_by_one()),
        ("replaced", replaced()),
        ("account deletion", account_deletion()),
        ("tight cap", tight_cap()),
        ("cap of two", cap_of_two()),
    ]
}

#[test]
fn no_interleaving_breaks_a_promise() {
    let found: Vec<Findings> = std::thread::scope(|threads| {
        let search = |(name, scenario)| threads.spawn(move || holds(name, &scenario));
        let searches: Vec<_> = all().into_iter().map(search).collect();
        searches.into_iter().map(|search| search.join().expect("this search holds")).collect()
    });
    let states: usize = found.iter().map(|found| found.states).sum();
    let steps: usize = found.iter().map(|found| found.steps).sum();
    println!("all: {states} states, {steps} steps");
    assert!(states >= 30_000, "{states} states");
}

#[track_caller]
fn is_caught(variant: Variant, expected: fn(Broken) -> bool) {
    let caught = all().iter().find_map(|(name, scenario)| {
        Explorer::new(scenario, variant).run().broken.map(|(broken, way)| (*name, broken, way))
    });
    let (name, broken, way) = caught.expect("a broken design is caught");
    println!("{variant:?} in {name}: {broken:?} after {} steps", way.len());
    assert!(expected(broken), "{broken:?} {way:#?}");
}

#[test]
fn an_unconditional_renewal_is_caught() {
    is_caught(Variant::UnconditionalRenewal, |broken| broken == Broken::TombstoneWritten);
}

#[test]
fn a_renewal_that_puts_the_whole_record_is_caught() {
    is_caught(Variant::WholeRecordRenewal, |broken| broken == Broken::CameBackToLife);
}

#[test]
fn deleting_instead_of_a_tombstone_is_caught() {
    is_caught(Variant::DeleteNoTombstone, |broken| broken == Broken::CameBackToLife);
}

#[test]
fn a_list_that_is_not_looked_at_is_caught() {
    is_caught(Variant::MembershipIgnored, |broken| matches!(broken, Broken::AcceptedAfterEnd(_)));
}
