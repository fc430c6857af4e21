//! Long random histories with clock jumps, against a reference model that knows only the rules as
//! they are documented. 10,000 steps here; more with `WXSESSION_STEPS=1000000`.

mod step;

use std::cmp::Reverse;

use proptest::{
    collection::vec,
    sample::Index,
    test_runner::{Config, TestRunner},
};
use step::{Step, step};
use wxsession::{
    Clock,
    env::{Process, Source},
    session::Session,
    token::SessionToken,
};

use crate::{
    connector::direct,
    engine::{Dump, Engine, SESSIONS},
    world::{NOW, World},
};

const STEPS_OF_ONE: i64 = 100;
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
const CAP: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    Ended(i64),
    Swept,
}

/// A session as the reference model knows it.
struct Known {
    token: SessionToken,
    session: Session,
    user: usize,
    generation: u32,
    seen: i64,
    expires: i64,
    state: State,
}

struct History {
    world: World,
    engine: Engine,
    clock: Clock,
    /// The users' generations; `None` while there is no account.
    users: [Option<u32>; 3],
    generations: u32,
    known: Vec<Known>,
}

impl History {
    fn new() -> Self {
        let (engine, clock) = (Engine::new(), Clock::stopped(NOW));
        let world = World::over(direct(&engine), &clock, 31, &[]);
        Self { world, engine, clock, users: [None; 3], generations: 0, known: Vec::new() }
    }

    fn is_good(&self, which: usize) -> bool {
        let (known, now) = (&self.known[which], self.clock.now());
        known.state == State::Active
            && self.users[known.user] == Some(known.generation)
            && now < known.session.created_at + 2 * DAY
            && now < known.expires
    }

    fn end(&mut self, which: usize) {
        if self.known[which].state == State::Active {
            self.known[which].state = State::Ended(self.clock.now());
        }
    }

    fn of(&self, user: usize) -> Vec<usize> {
        (0..self.known.len()).filter(|which| self.known[*which].user == user).collect()
    }

    async fn take(&mut self, step: &Step) {
        let at = |index: &Index| index.index(self.known.len());
        match step {
            Step::Pass(seconds) => self.clock.advance(*seconds),
            Step::Sweep => self.sweep(),
            Step::LogIn(user, presented) if self.known.is_empty() || presented.is_none() => {
                self.log_in(*user, None).await;
            }
            Step::LogIn(user, presented) => {
                let presented = presented.as_ref().map(at);
                self.log_in(*user, presented).await;
            }
            _ if self.known.is_empty() => {}
            Step::Check(which) => self.check(at(which)).await,
            Step::LogOut(which) => {
                let which = at(which);
                let token = self.known[which].token.expose();
                assert_eq!(self.world.session_route("DELETE", &token).await.0, 204);
                self.end(which);
            }
            Step::EndOne(asking, ended) => self.end_one(at(asking), at(ended)).await,
            Step::EndAll(asking) => self.end_all(at(asking)).await,
            Step::DeleteAccount(asking) => self.delete_account(at(asking)).await,
            Step::List(asking) => self.list(at(asking)).await,
        }
    }

    async fn log_in(&mut self, user: usize, presented: Option<usize>) {
        let presented = presented.filter(|which| self.known[*which].user == user);
        let token = presented.map(|which| self.known[which].token.clone());
        let made =
            self.world.log_in_as(&format!("o{user}"), "tiihtNczf5v6AKRyjwEUhQ==", token.as_ref()).await;
        let (token, session) = made.expect("the engine answers");
        let mut others = self.of(user);
        others.retain(|which| Some(*which) != presented && self.is_good(*which));
        others.sort_by_key(|which| {
            let known = &self.known[*which];
            Reverse((known.seen, known.session.created_at, known.session.id))
        });
        let over: Vec<usize> = others.into_iter().skip(CAP - 1).collect();
        presented.into_iter().chain(over).for_each(|which| self.end(which));
        let generation = *self.users[user].get_or_insert_with(|| {
            self.generations += 1;
            self.generations
        });
        let now = self.clock.now();
        self.known.push(Known {
            token,
            session,
            user,
            generation,
            seen: now,
            expires: now + DAY,
            state: State::Active,
        });
        // Only here: a clock that is put back makes expired sessions good again, which no login counted.
        let good = self.of(user).into_iter().filter(|which| self.is_good(*which)).count();
        assert!(good <= CAP, "{good} good sessions after a login");
    }

    async fn check(&mut self, which: usize) {
        let good = self.is_good(which);
        let (status, body) = self.world.session_route("GET", &self.known[which].token.expose()).await;
        assert_eq!(status, if good { 200 } else { 401 });
        if good {
            let now = self.clock.now();
            let known = &mut self.known[which];
            let expires = (now + DAY).min(known.session.created_at + 2 * DAY);
            if now - known.seen >= HOUR && expires > known.expires {
                (known.seen, known.expires) = (now, expires);
            }
            assert_eq!(body["session"]["expires_at"], known.expires);
            assert_eq!(body["session"]["check_after"], (known.seen + HOUR).min(known.expires));
        }
    }

    async fn end_one(&mut self, asking: usize, ended: usize) {
        let (asks, target) = (&self.known[asking], &self.known[ended]);
        let id = target.session.id.to_string();
        let answer = self.world.sessions_route("DELETE", "/sessions/{id}", Some(&id), &asks.session).await;
        let found = asks.user == target.user && target.state != State::Swept;
        assert_eq!(answer.0, if found { 204 } else { 404 });
        if found {
            self.end(ended);
        }
    }

    async fn end_all(&mut self, asking: usize) {
        let asks = &self.known[asking];
        assert_eq!(self.world.sessions_route("DELETE", "/sessions", None, &asks.session).await.0, 204);
        self.generations += 1;
        let generation = self.generations;
        let user = asks.user;
        self.users[user] = self.users[user].map(|_| generation);
    }

    async fn delete_account(&mut self, asking: usize) {
        let user = self.known[asking].user;
        let allowed = self.users[user].is_none() || self.is_good(asking);
        let answer = self.world.sessions_route("DELETE", "/me", None, &self.known[asking].session).await;
        assert_eq!(answer.0, if allowed { 204 } else { 401 });
        if allowed {
            self.users[user] = None;
            self.of(user).into_iter().for_each(|which| self.end(which));
        }
    }

    async fn list(&self, asking: usize) {
        let asks = &self.known[asking];
        let mut good = self.of(asks.user);
        good.retain(|which| self.is_good(*which));
        good.sort_by_key(|which| {
            let session = &self.known[*which].session;
            Reverse((session.created_at, session.id))
        });
        let expected: Vec<_> = good.iter().map(|which| self.known[*which].session.id.to_string()).collect();
        let (status, body) = self.world.sessions_route("GET", "/sessions", None, &asks.session).await;
        let listed = body["sessions"].as_array().expect("a list").iter();
        let listed: Vec<_> = listed.map(|session| session["id"].as_str().expect("an id")).collect();
        assert_eq!((status, listed), (200, expected.iter().map(String::as_str).collect()));
    }

    fn sweep(&mut self) {
        let now = self.clock.now();
        let ttl =
            |item: &serde_json::Value| item["ttl"]["N"].as_str().and_then(|ttl| ttl.parse::<i64>().ok());
        let mut expired = self.engine.dump();
        expired.retain(|place, item| place.0 == SESSIONS && ttl(item).expect("every session has one") < now);
        self.engine.restore(&expired, &Dump::new());
        for known in &mut self.known {
            let ttl = match known.state {
                State::Active => known.session.created_at + 3 * DAY,
                State::Ended(at) => at + DAY,
                State::Swept => continue,
            };
            if ttl < now {
                known.state = State::Swept;
            }
        }
    }
}

#[test]
fn random_histories_agree_with_the_documented_rules() {
    let steps = Process.number_or("WXSESSION_STEPS", 10_000, 1..=1_000_000_000).expect("a number of steps");
    let cases = u32::try_from(steps / STEPS_OF_ONE).expect("a number of histories").max(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (length, started) = (usize::try_from(STEPS_OF_ONE).unwrap(), std::time::Instant::now());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let run = TestRunner::new(config).run(&vec(step(), length), |steps| {
        runtime.block_on(async {
            let mut history = History::new();
            for (number, step) in steps.iter().enumerate() {
                history.take(step).await;
                // Each step, the authorizer is asked about one of them.
                if !history.known.is_empty() {
                    let which = number % history.known.len();
                    let accepted = history.world.authorizes(&history.known[which].token).await;
                    assert_eq!(accepted, Some(history.is_good(which)), "session {which} after {step:?}");
                }
            }
        });
        Ok(())
    });
    run.unwrap();
    println!("histories: {cases} of {STEPS_OF_ONE} steps, {:.1?}", started.elapsed());
}
