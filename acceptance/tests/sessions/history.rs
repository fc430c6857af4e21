//! Long random histories with clock jumps, against a reference model that knows only the rules as
//! they are documented. 10,000 steps here; more with `WXSESSION_STEPS=1000000`.

mod reference;
mod step;

use std::cmp::Reverse;

use proptest::{
    collection::vec,
    sample::Index,
    test_runner::{Config, TestRunner},
};
use wxsession::{
    Clock, UserId,
    env::{Process, Source},
};

use crate::{
    connector::direct,
    engine::{Dump, Engine, USERS},
    world::{APP, NOW, World},
};
use reference::Reference;
use step::{Step, step};

const STEPS_OF_ONE: i64 = 100;

struct History {
    world: World,
    engine: Engine,
    clock: Clock,
    reference: Reference,
}

impl History {
    fn new(cap: usize) -> Self {
        let (engine, clock) = (Engine::new(), Clock::stopped(NOW));
        let cap_text = cap.to_string();
        let world = World::over(direct(&engine), &clock, 31, &[("MAX_SESSIONS_PER_USER", &cap_text)]);
        Self { world, engine, clock, reference: Reference::new(cap) }
    }

    async fn take(&mut self, step: &Step) {
        let known = self.reference.known.len();
        let at = |index: &Index| index.index(known);
        match step {
            Step::Pass(seconds) => self.clock.advance(*seconds),
            Step::Sweep => self.sweep(),
            Step::LogIn(user, presented, install) => {
                let presented = presented.as_ref().filter(|_| known > 0).map(at);
                self.log_in(*user, presented, *install).await;
            }
            Step::Block(user, seconds) => self.block(*user, *seconds).await,
            Step::Unblock(user) => self.unblock(*user).await,
            _ if known == 0 => {}
            Step::Check(which) => self.check(at(which)).await,
            Step::LogOut(which) => {
                let which = at(which);
                let token = self.reference.known[which].token.expose();
                assert_eq!(self.world.session_route("DELETE", &token).await.0, 204);
                self.reference.end(which, "logged_out", self.clock.now());
            }
            Step::EndOne(asking, ended) => self.end_one(at(asking), at(ended)).await,
            Step::EndAll(asking) => self.end_all(at(asking)).await,
            Step::DeleteAccount(asking) => self.delete_account(at(asking)).await,
            Step::List(asking) => self.list(at(asking)).await,
        }
    }

    async fn log_in(&mut self, user: usize, presented: Option<usize>, install: Option<usize>) {
        let presented = presented.filter(|which| self.reference.known[*which].user == user);
        let token = presented.map(|which| self.reference.known[which].token.clone());
        let key = "tiihtNczf5v6AKRyjwEUhQ==";
        let made = self.world.log_in_at(&openid(user), key, token.as_ref(), install).await;
        let now = self.clock.now();
        if self.reference.is_blocked(user, now) {
            assert_eq!(made.map(drop).map_err(|problem| problem.code.as_str()), Err("user_blocked"));
            return;
        }
        let made = made.expect("the engine answers");
        self.reference.log_in(made, user, presented, install, now);
        let good = self.reference.good(user, now).len();
        assert!((1..=self.reference.cap).contains(&good), "{good} good sessions after a login");
    }

    async fn check(&mut self, which: usize) {
        let now = self.clock.now();
        let good = self.reference.is_good(which, now);
        let token = self.reference.known[which].token.expose();
        let (status, body) = self.world.session_route("GET", &token).await;
        assert_eq!(status, if good { 200 } else { 401 }, "{body}");
        if good {
            let (check_after, ends) = self.reference.checked(which, now);
            assert_eq!(body["session"]["expires_at"], ends);
            assert_eq!(body["session"]["check_after"], check_after);
        } else {
            assert_eq!(body["ended"].as_str(), self.reference.reason(which, now));
        }
    }

    async fn end_one(&mut self, asking: usize, ended: usize) {
        let (asks, target) = (&self.reference.known[asking], &self.reference.known[ended]);
        let id = target.session.id.to_string();
        let answer = self.world.sessions_route("DELETE", "/sessions/{id}", Some(&id), &asks.session).await;
        let found = asks.user == target.user && self.reference.is_listed(ended);
        assert_eq!(answer.0, if found { 204 } else { 404 });
        if found {
            self.reference.end(ended, "ended_by_user", self.clock.now());
        }
    }

    async fn end_all(&mut self, asking: usize) {
        let asks = &self.reference.known[asking];
        assert_eq!(self.world.sessions_route("DELETE", "/sessions", None, &asks.session).await.0, 204);
        self.reference.sign_out_everywhere(asks.user, self.clock.now());
    }

    async fn delete_account(&mut self, asking: usize) {
        let (user, now) = (self.reference.known[asking].user, self.clock.now());
        let is_good = self.reference.is_good(asking, now);
        let allowed = !self.reference.has_account(user) || is_good;
        let session = &self.reference.known[asking].session;
        let answer = self.world.sessions_route("DELETE", "/me", None, session).await;
        assert_eq!(answer.0, if allowed { 204 } else { 401 });
        if is_good {
            self.reference.erase(user, now);
        }
    }

    async fn list(&self, asking: usize) {
        let asks = &self.reference.known[asking];
        let mut good = self.reference.good(asks.user, self.clock.now());
        good.sort_by_key(|which| {
            let session = &self.reference.known[*which].session;
            Reverse((session.created_at, session.id))
        });
        let known = &self.reference.known;
        let expected: Vec<_> = good.iter().map(|which| known[*which].session.id.to_string()).collect();
        let (status, body) = self.world.sessions_route("GET", "/sessions", None, &asks.session).await;
        let listed = body["sessions"].as_array().expect("a list").iter();
        let listed: Vec<_> = listed.map(|session| session["id"].as_str().expect("an id")).collect();
        assert_eq!((status, listed), (200, expected.iter().map(String::as_str).collect()));
    }

    async fn block(&mut self, user: usize, seconds: Option<i64>) {
        let now = self.clock.now();
        let until = seconds.map(|seconds| now + seconds);
        self.world.block(UserId::of(APP, &openid(user)), until).await.expect("the engine answers");
        self.reference.block(user, until, now);
    }

    async fn unblock(&mut self, user: usize) {
        let lifted = self.world.unblock(UserId::of(APP, &openid(user))).await;
        assert_eq!(lifted, Ok(self.reference.unblock(user, self.clock.now())));
    }

    fn sweep(&mut self) {
        let now = self.clock.now();
        let ttl =
            |item: &serde_json::Value| item["ttl"]["N"].as_str().and_then(|ttl| ttl.parse::<i64>().ok());
        let mut expired = self.engine.dump();
        let has_ttl = |table: &str, item| ttl(item).is_some() || table == USERS;
        assert!(expired.iter().all(|(place, item)| has_ttl(&place.0, item)), "every session has one");
        expired.retain(|_, item| ttl(item).is_some_and(|ttl| ttl < now));
        self.engine.restore(&expired, &Dump::new());
        self.reference.sweep(now);
    }
}

fn openid(user: usize) -> String {
    format!("o{user}")
}

fn run(cap: usize) {
    let steps =
        Process.text("WXSESSION_STEPS").map_or(10_000, |text| text.parse().expect("a number of steps"));
    let cases = u32::try_from(steps / STEPS_OF_ONE).expect("a number of histories").max(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let (length, started) =
        (usize::try_from(STEPS_OF_ONE).expect("it is positive"), std::time::Instant::now());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let run = TestRunner::new(config).run(&vec(step(), length), |steps| {
        runtime.block_on(async {
            let mut history = History::new(cap);
            for (number, step) in steps.iter().enumerate() {
                history.take(step).await;
                // Each step, the authorizer is asked about one of them.
                let known = &history.reference.known;
                if !known.is_empty() {
                    let which = number % known.len();
                    let accepted = history.world.authorizes(&known[which].token).await;
                    let good = history.reference.is_good(which, history.clock.now());
                    assert_eq!(accepted, Some(good), "session {which} after {step:?}");
                }
            }
        });
        Ok(())
    });
    run.expect("the histories agree");
    println!("histories under a cap of {cap}: {cases} of {STEPS_OF_ONE} steps, {:.1?}", started.elapsed());
}

#[test]
fn random_histories_agree_with_the_documented_rules() {
    run(5);
}

#[test]
fn random_histories_of_one_session_a_user_agree_with_them_too() {
    run(1);
}
