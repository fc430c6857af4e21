//! A token with a right checksum, and even with the name of a user who is logged in, opens nothing: only a
//! record does. The property runs over the real functions and the embedded tables.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::runtime::{Builder, Runtime};
use wxsession::{Clock, Random, UserId, session::Session, token::SessionToken};

use crate::{
    connector::direct,
    engine::Engine,
    world::{NOW, World},
};

struct Stage {
    runtime: Runtime,
    world: World,
    token: SessionToken,
    session: Session,
}

impl Stage {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let world = World::over(direct(&Engine::new()), &Clock::stopped(NOW), 1, &[]);
        let logged_in = runtime.block_on(world.log_in("tiihtNczf5v6AKRyjwEUhQ==", None));
        let (token, session) = logged_in.expect("the tables answer");
        Self { runtime, world, token, session }
    }

    fn authorizes(&self, token: &SessionToken) -> bool {
        self.runtime.block_on(self.world.authorizes(token)).expect("the tables answer")
    }

    /// Checks that `authorizes` refuses every token that was never given out.
    fn check(&self, authorizes: fn(&Self, &SessionToken) -> bool) -> Result<(), String> {
        // A case makes three requests, so a quarter of the usual number.
        let cases = Config::default().cases / 4;
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let users = prop_oneof![Just(self.session.user_id), any::<[u8; 16]>().prop_map(UserId::from_bytes)];
        let asked = TestRunner::new(config).run(&(users, any::<u64>()), |(user, seed)| {
            let forged = SessionToken::generate(user, &Random::seeded(seed));
            prop_assert!(SessionToken::parse(&forged.expose()).is_ok(), "it has the form of a token");
            prop_assert!(!authorizes(self, &forged), "it was never given out");
            for (method, status) in [("GET", 401), ("DELETE", 204)] {
                let answer = self.runtime.block_on(self.world.session_route(method, &forged.expose()));
                prop_assert_eq!(answer.0, status, "{} /session", method);
            }
            Ok(())
        });
        asked.map_err(|error| error.to_string())
    }
}

#[test]
fn a_right_checksum_is_no_authority() {
    let stage = Stage::new();
    assert_eq!(stage.check(Stage::authorizes), Ok(()));
    assert!(stage.authorizes(&stage.token), "and nothing of it touched the real session");
}

#[test]
fn the_property_refutes_an_authorizer_that_trusts_the_checksum() {
    let trusting = Stage::new().check(|_, token| SessionToken::parse(&token.expose()).is_ok());
    assert!(trusting.is_err_and(|error| error.contains("never given out")));
}
