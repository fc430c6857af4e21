//! Who runs against whom.

mod refuted;

use std::sync::Arc;

use futures_util::FutureExt;
use wxsession::Clock;

use super::{
    client::{Held, Operation, Operation::*, Start},
    explorer::{Explorer, Findings, Scenario},
    variants::Variant,
};
use crate::{
    connector::direct,
    engine::{Dump, Engine},
    world::{NOW, World},
};

/// Two hours before the model begins: every renewal is due.
const BEFORE: i64 = 7_200;
pub(crate) const KNOWN_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const NEW_KEY: &str = "HyVFkGl5F5OQWJZZaNzBBg==";

fn scenario(held: usize, cap: Option<usize>, late: u8, clients: &[&[Operation]]) -> Scenario {
    let (engine, clock) = (Engine::new(), Clock::stopped(NOW - BEFORE));
    let world = World::over(direct(&engine), &clock, 7, &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be had");
    let _inside = runtime.enter();
    let log_in = || world.log_in(KNOWN_KEY, None).now_or_never().and_then(Result::ok);
    let held: Vec<_> = (0..held).map(|_| log_in().expect("the engine answers at once")).collect();
    let settings = match cap {
        Some(1) => vec![("MAX_SESSIONS_PER_USER", "1")],
        Some(2) => vec![("MAX_SESSIONS_PER_USER", "2")],
        _ => vec![],
    };
    let clients = clients.iter().map(|client| client.to_vec()).collect();
    let start = Start { held, tickets: Vec::new(), settings };
    Scenario { start: Arc::new(start), tables: engine.dump(), clients, cap, late }
}

/// One session with so many pages, and tickets that it made.
fn with_pages(pages: usize, tickets: usize, late: u8, clients: &[&[Operation]]) -> Scenario {
    let mut scenario = scenario(1, None, late, clients);
    let engine = Engine::new();
    engine.restore(&Dump::new(), &scenario.tables);
    let world = World::over(direct(&engine), &Clock::stopped(NOW), 8, &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be had");
    let _inside = runtime.enter();
    let mut held = scenario.start.held.clone();
    let ticket =
        |parent: &Held| world.ticket(parent).now_or_never().flatten().expect("the engine answers at once");
    for _ in 0..pages {
        let redeemed = world.redeem(&ticket(&held[0]), &held[0]).now_or_never();
        held.push(redeemed.flatten().expect("the engine answers at once"));
    }
    let tickets = (0..tickets).map(|_| ticket(&held[0])).collect();
    scenario.tables = engine.dump();
    scenario.start = Arc::new(Start { held, tickets, settings: Vec::new() });
    scenario
}

const END_ALL: Operation = EndAll { asking: 0, number: 0 };
const ERASE: Operation = DeleteAccount { asking: 0, number: 0 };

/// One of each: login, renewal, logout, revoke-all, authorize.
fn everyone() -> Scenario {
    let login = LogIn(1, KNOWN_KEY, None);
    scenario(1, None, 0, &[&[login], &[Check(0)], &[LogOut(0)], &[END_ALL], &[Authorize(0)]])
}

fn two_logins() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[LogIn(1, NEW_KEY, None), Authorize(1)], &[LogIn(2, NEW_KEY, None)], &[END_ALL, Authorize(0)]];
    scenario(1, None, 1, clients)
}

/// Nobody knows the user yet.
fn first_logins() -> Scenario {
    let clients: &[&[Operation]] = &[&[LogIn(0, KNOWN_KEY, None), Authorize(0)], &[LogIn(1, NEW_KEY, None)]];
    scenario(0, None, 2, clients)
}

fn renewals() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[Check(0)], &[Check(0)], &[LogOut(0), LogOut(0)], &[Authorize(0), Authorize(0)]];
    scenario(1, None, 0, clients)
}

fn a_renewal_that_comes_late() -> Scenario {
    scenario(1, None, 2, &[&[Check(0)], &[LogOut(0), Authorize(0)]])
}

fn two_revocations() -> Scenario {
    let clients: &[&[Operation]] = &[
        &[LogIn(2, NEW_KEY, None), Authorize(2)],
        &[END_ALL, Authorize(0)],
        &[EndAll { asking: 1, number: 1 }],
    ];
    scenario(2, None, 0, clients)
}

/// A login between two revocations: the list is empty twice.
fn empty_again() -> Scenario {
    let clients: &[&[Operation]] = &[&[
        END_ALL,
        LogIn(1, KNOWN_KEY, None),
        EndAll { asking: 1, number: 1 },
        LogIn(2, KNOWN_KEY, None),
        Authorize(2),
    ]];
    scenario(1, None, 2, clients)
}

fn one_by_one() -> Scenario {
    let clients: &[&[Operation]] = &[
        &[Check(0), Authorize(1)],
        &[EndOne { asking: 1, ended: 0 }, Authorize(0)],
        &[LogOut(0)],
        &[EndAll { asking: 1, number: 0 }],
    ];
    scenario(2, None, 0, clients)
}

fn replaced() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[LogIn(2, KNOWN_KEY, Some(0)), Authorize(0)], &[Check(0), Check(1)], &[LogOut(0)]];
    scenario(2, None, 0, clients)
}

/// Lost answers: the same phone logs in again.
fn one_install() -> Scenario {
    scenario(0, Some(2), 1, &[&[LogInAt(0, 1), LogInAt(1, 1), Authorize(1)], &[LogInAt(2, 1)]])
}

fn account_deletion() -> Scenario {
    let clients: &[&[Operation]] = &[&[ERASE], &[LogIn(2, NEW_KEY, None)], &[Check(0)]];
    scenario(2, None, 2, clients)
}

/// Two presses, and the user comes back.
fn deletion_pressed_twice() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[ERASE, LogIn(1, KNOWN_KEY, None), Authorize(1)], &[DeleteAccount { asking: 0, number: 1 }]];
    scenario(1, None, 1, clients)
}

/// A user comes, goes and comes back: the record is absent, or nearly so, more than once.
fn coming_and_going() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[LogIn(0, KNOWN_KEY, None), ERASE, LogIn(1, KNOWN_KEY, None), Authorize(1)]];
    scenario(0, None, 2, clients)
}

fn a_block() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[Block(0), Authorize(0)], &[LogIn(1, KNOWN_KEY, None), Check(1)], &[Check(0)]];
    scenario(1, None, 2, clients)
}

fn a_block_again() -> Scenario {
    let clients: &[&[Operation]] = &[&[Block(0), Unblock, Block(1)], &[LogIn(0, KNOWN_KEY, None)]];
    scenario(0, None, 2, clients)
}

fn a_block_of_somebody_erased() -> Scenario {
    let clients: &[&[Operation]] = &[&[ERASE, LogIn(1, KNOWN_KEY, None)], &[Block(1), Unblock]];
    scenario(1, None, 1, clients)
}

/// A page's session by the ticket of that number.
const fn redeem(ticket: usize, child: usize) -> Operation {
    Redeem { ticket, child }
}

fn a_page() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[MakeTicket(0, 0), redeem(0, 1), Authorize(1), Check(1)], &[LogOut(0), Authorize(0)], &[END_ALL]];
    scenario(1, None, 0, clients)
}

fn a_page_that_comes_late() -> Scenario {
    with_pages(0, 1, 2, &[&[redeem(0, 1), Authorize(1)], &[LogOut(0)]])
}

/// The page's own logout, and a block, beside a redemption.
fn a_page_that_leaves() -> Scenario {
    with_pages(1, 1, 1, &[&[redeem(0, 2), LogOut(2), Authorize(2)], &[LogOut(1)], &[Block(0)]])
}

fn two_pages() -> Scenario {
    with_pages(0, 2, 1, &[&[redeem(0, 1)], &[redeem(1, 2)], &[LogOut(0)]])
}

/// Somebody else has the ticket, too.
fn a_ticket_twice() -> Scenario {
    with_pages(0, 1, 2, &[&[redeem(0, 1), Authorize(1)], &[redeem(0, 2), Authorize(2)]])
}

fn a_ticket_three_times() -> Scenario {
    with_pages(0, 1, 0, &[&[redeem(0, 1)], &[redeem(0, 2)], &[redeem(0, 3)], &[LogOut(0)]])
}

fn a_fourth_page() -> Scenario {
    with_pages(3, 1, 2, &[&[redeem(0, 4), Authorize(4)], &[LogOut(0)]])
}

/// Two come where there is room for one.
fn a_fourth_and_a_fifth_page() -> Scenario {
    with_pages(3, 2, 0, &[&[redeem(0, 4)], &[redeem(1, 5)], &[LogOut(0)]])
}

fn pages_of_somebody_erased() -> Scenario {
    with_pages(1, 1, 1, &[&[redeem(0, 2), Authorize(2)], &[ERASE, LogIn(3, KNOWN_KEY, None)]])
}

fn tight_cap() -> Scenario {
    let clients: &[&[Operation]] = &[&[LogIn(1, NEW_KEY, None)], &[LogIn(2, KNOWN_KEY, None)], &[Check(0)]];
    scenario(1, Some(1), 1, clients)
}

fn cap_of_two() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[LogIn(2, NEW_KEY, None), LogIn(3, NEW_KEY, None)], &[LogIn(4, KNOWN_KEY, Some(1))]];
    scenario(2, Some(2), 1, clients)
}

fn three_under_a_cap_of_one() -> Scenario {
    let clients: &[&[Operation]] =
        &[&[LogIn(0, KNOWN_KEY, None)], &[LogIn(1, KNOWN_KEY, None)], &[LogIn(2, KNOWN_KEY, None)]];
    scenario(0, Some(1), 0, clients)
}

#[track_caller]
fn holds(name: &str, scenario: &Scenario) -> Findings {
    let started = std::time::Instant::now();
    let found = Explorer::new(scenario, Variant::Ours).run();
    println!("{name}: {} states, {} steps, {:.1?}", found.states, found.steps, started.elapsed());
    assert!(found.broken.is_none(), "{name}: {:#?}", found.broken);
    found
}

type Named = (&'static str, fn() -> Scenario);

const ALL: [Named; 27] = [
    ("a renewal that comes late", a_renewal_that_comes_late),
    ("first logins", first_logins),
    ("empty again", empty_again),
    ("coming and going", coming_and_going),
    ("a block", a_block),
    ("a block again", a_block_again),
    ("a block of somebody erased", a_block_of_somebody_erased),
    ("a page that comes late", a_page_that_comes_late),
    ("a fourth page", a_fourth_page),
    ("a ticket twice", a_ticket_twice),
    ("a page that leaves", a_page_that_leaves),
    ("two pages", two_pages),
    ("a ticket three times", a_ticket_three_times),
    ("a fourth and a fifth page", a_fourth_and_a_fifth_page),
    ("pages of somebody erased", pages_of_somebody_erased),
    ("deletion pressed twice", deletion_pressed_twice),
    ("two logins", two_logins),
    ("everyone", everyone),
    ("renewals", renewals),
    ("two revocations", two_revocations),
    ("one by one", one_by_one),
    ("replaced", replaced),
    ("one install", one_install),
    ("account deletion", account_deletion),
    ("a page", a_page),
    ("tight cap", tight_cap),
    ("cap of two", cap_of_two),
];

/// As many at once as there are processors: each takes memory.
fn search(names: &'static [Named]) -> Vec<Findings> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let lanes = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|threads| {
        let lane = || {
            let mut found = Vec::new();
            while let Some((name, scenario)) =
                names.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
            {
                found.push(holds(name, &scenario()));
            }
            found
        };
        let lanes: Vec<_> = (0..lanes).map(|_| threads.spawn(lane)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().expect("these searches hold")).collect()
    })
}

#[test]
fn no_interleaving_and_no_write_that_comes_late_breaks_a_promise() {
    let found = search(&ALL);
    let states: usize = found.iter().map(|found| found.states).sum();
    let steps: usize = found.iter().map(|found| found.steps).sum();
    println!("all: {states} states, {steps} steps");
    assert!(states >= 200_000, "{states} states");
}

#[test]
fn three_logins_at_once_under_a_cap_of_one_leave_one() {
    holds("three under a cap of one", &three_under_a_cap_of_one());
}
