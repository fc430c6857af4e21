//! Ten thousand deliveries, repeated and out of order, of messages about users who log in, cancel and come back, against a
//! model: erased are exactly the accounts that were cancelled.

use std::collections::{BTreeMap, BTreeSet};

use aws_emulator::dynamodb::Fault;
use futures_util::{StreamExt as _, stream};
use wechat_simulator::{PushMistake, PushOrder};

use crate::support::{APP, START, Stage};

const ROUNDS: usize = 10;
const DELIVERIES: usize = 1_000;
const USERS: usize = 60;
/// Longer than clocks may differ by, and all rounds together within the three days.
const STEP_SECONDS: i64 = 1_000;

/// Repeatable numbers: xorshift.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("less than sides")
    }
}

/// A user, and WeChat's time.
type Message = (usize, i64);

/// What should be.
#[derive(Default)]
struct Model {
    /// When the account began, of those who have one.
    accounts: BTreeMap<usize, i64>,
    done: BTreeSet<Message>,
}

impl Model {
    fn log_in(&mut self, user: usize, now: i64) {
        self.accounts.entry(user).or_insert(now);
    }

    fn deliver(&mut self, message: Message) {
        let (user, time) = message;
        if self.done.insert(message) && self.accounts.get(&user).is_some_and(|began| *began <= time + 60) {
            self.accounts.remove(&user);
        }
    }
}

fn openid(user: usize) -> String {
    format!("oMODEL{user:04}")
}

fn order((user, time): Message) -> PushOrder {
    let mut order = PushOrder::cancellation(APP, &openid(user));
    order.message.insert("CreateTime".to_owned(), time.into());
    order
}

/// Again, as long as the table is too slow: a busy machine is no part of the model.
async fn sent(stage: &Stage, order: PushOrder) {
    let mut answer = stage.push(&order).await;
    while answer.status == Some(503) {
        answer = stage.push(&order).await;
    }
    assert_eq!(answer.is_success(), order.mistake.is_none(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_deliveries_erase_exactly_the_accounts_that_were_cancelled() {
    let stage = Stage::open().await;
    let (mut dice, mut model, mut pool) = (Dice(0x2545_F491_4F6C_DD1D), Model::default(), Vec::new());
    let (mut delivered, mut erased) = (0, 0);
    for round in 0..ROUNDS {
        let now = START + i64::try_from(round).expect("few") * STEP_SECONDS;
        stage.service.clock.set(now);
        for user in 0..USERS {
            if dice.roll(2) == 0 {
                drop(stage.log_in(&openid(user)).await);
                model.log_in(user, now);
            }
            // Also of users who have no account now. Some are sent at once, some in a later round.
            if dice.roll(3) == 0 {
                pool.push((user, now));
            }
        }
        // In some rounds a table fails for a while.
        if round % 3 == 2 {
            let fault = Fault::InternalError { times: Some(40) };
            stage
                .service
                .dynamodb
                .proxy()
                .inject_on(&["UpdateItem SessionsTable", "PutItem UsersTable"], fault)
                .await;
        }
        let before = model.accounts.len();
        let mut orders = Vec::new();
        for _ in 0..DELIVERIES {
            let message = pool[dice.roll(pool.len())];
            let forged = dice.roll(20) == 0;
            if forged {
                let user = dice.roll(USERS);
                let mistake = [PushMistake::WrongToken, PushMistake::Changed, PushMistake::WrongReceiveId]
                    [dice.roll(3)];
                orders.push(PushOrder { mistake: Some(mistake), ..order((user, now)) });
            } else {
                model.deliver(message);
                orders.push(order(message));
            }
        }
        erased += before - model.accounts.len();
        delivered += orders.len();
        stream::iter(orders).for_each_concurrent(4, |order| sent(&stage, order)).await;
        let outcomes = stage.settled().await;
        assert_eq!(outcomes.len(), model.done.len(), "each message is stored once");
        for user in 0..USERS {
            let is_known = stage.is_known(&openid(user));
            assert_eq!(is_known, model.accounts.contains_key(&user), "round {round}, user {user}");
        }
        assert_eq!(stage.audits("push_carried_out").len(), model.done.len(), "each is carried out once");
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "erased").count(), erased, "round {round}");
        assert_eq!(stage.audits("user_deleted").len(), erased, "round {round}");
    }
    assert!(delivered == 10_000 && erased > 50, "{delivered} deliveries, {erased} erased");
    stage.close().await;
}
