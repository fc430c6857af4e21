//! What may happen next in a history.

use proptest::{
    option,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::Index,
};

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Who, presenting which token, at which install.
    LogIn(usize, Option<Index>, Option<usize>),
    Check(Index),
    LogOut(Index),
    EndOne(Index, Index),
    EndAll(Index),
    DeleteAccount(Index),
    List(Index),
    /// Who, and for how long.
    Block(usize, Option<i64>),
    Unblock(usize),
    Pass(i64),
    /// `DynamoDB` deletes what has passed its TTL.
    Sweep,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let session = any::<Index>;
    prop_oneof![
        6 => (0..3_usize, option::of(session()), option::of(0..4_usize))
            .prop_map(|(user, presented, install)| Step::LogIn(user, presented, install)),
        6 => session().prop_map(Step::Check),
        2 => session().prop_map(Step::LogOut),
        2 => (session(), session()).prop_map(|(asking, ended)| Step::EndOne(asking, ended)),
        1 => session().prop_map(Step::EndAll),
        1 => session().prop_map(Step::DeleteAccount),
        2 => session().prop_map(Step::List),
        1 => (0..3_usize, option::of(1..200_000_i64)).prop_map(|(user, seconds)| Step::Block(user, seconds)),
        2 => (0..3_usize).prop_map(Step::Unblock),
        3 => prop_oneof![-5_000..5_000_i64, 3_000..4_000_i64, 40_000..100_000_i64].prop_map(Step::Pass),
        1 => Just(Step::Sweep),
    ]
}
