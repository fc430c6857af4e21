//! Users and sessions made from their number, so that a million of them need not be remembered.

use std::sync::atomic::{AtomicI64, Ordering};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use wechat_simulator::DEFAULT_APP;
use wxsession::{
    Random, SessionId, UserId,
    session::{Rules, Session},
    token::SessionToken,
};

/// Sessions in the small table of a comparison.
pub(super) const SMALL: u32 = 1_000;

/// Of this many sessions one comes due for renewal while it is used.
const AGEING_ONE_IN: u32 = 8;
/// They come due within this time after the tables were filled, one after another.
const COME_DUE_WITHIN_SECONDS: u32 = 600;

/// A user and the session they have.
pub(super) struct Member {
    pub(super) token: SessionToken,
    pub(super) session: Session,
}

/// So many users with one session each.
pub(super) struct Population {
    pub(super) size: u32,
    rules: Rules,
    /// When the tables are filled.
    born: i64,
    /// The expiry of each session as last heard.
    heard: Vec<AtomicI64>,
}

/// What the expiry in an answer says about renewals.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// None since it was last heard of.
    AsBefore,
    /// One.
    Renewed,
    /// One, less than the interval after the one before.
    RenewedTooSoon,
}

impl Population {
    pub(super) fn new(size: u32, rules: Rules, born: i64) -> Self {
        let mut population = Self { size, rules, born, heard: Vec::new() };
        population.heard =
            (0..size).map(|number| AtomicI64::new(population.session_times(number).1)).collect();
        population
    }

    /// WeChat's name of a user. There are users beyond the population's size: those who never logged in before.
    pub(super) fn openid(number: u32) -> String {
        format!("o{}", URL_SAFE_NO_PAD.encode(random_of(number, 1).bytes::<20>()))
    }

    pub(super) fn user_id(number: u32) -> UserId {
        UserId::of(DEFAULT_APP.0, &Self::openid(number))
    }

    pub(super) fn member(&self, number: u32) -> Member {
        let openid = Self::openid(number);
        let user_id = UserId::of(DEFAULT_APP.0, &openid);
        let random = random_of(number, 2);
        let (last_seen_at, expires_at) = self.session_times(number);
        let token = SessionToken::generate(user_id, &random);
        let session = Session {
            id: SessionId::generate(last_seen_at * 1000, random.bytes()),
            user_id,
            app_id: DEFAULT_APP.0.to_owned(),
            created_at: last_seen_at,
            last_seen_at: Some(last_seen_at),
            expires_at,
            absolute_expires_at: last_seen_at + self.rules.absolute_seconds,
            device: wxsession::session::Device::default(),
            parent: None,
            children: Vec::new(),
        };
        Member { token, session }
    }

    /// A token that is well formed and names the user, but was never handed out.
    pub(super) fn forged(number: u32) -> SessionToken {
        SessionToken::generate(Self::user_id(number), &Random::system())
    }

    /// One of so many members, spread over all.
    pub(super) fn one_of(&self, active: u32, draw: u64) -> u32 {
        let active = u64::from(active.clamp(1, self.size.max(1)));
        let number = draw % active * u64::from(self.size) / active;
        u32::try_from(number).unwrap_or(0)
    }

    /// A member whose session will not come due for renewal within the next half hour.
    pub(super) fn rested(&self, number: u32) -> u32 {
        let is_ageing = number.is_multiple_of(AGEING_ONE_IN);
        if is_ageing && self.size > 1 { (number + 1) % self.size.max(2) } else { number }
    }

    /// Takes note of an expiry that an answer carried.
    pub(super) fn heard(&self, number: u32, expires_at: i64) -> Heard {
        let known = self.heard[number as usize].fetch_max(expires_at, Ordering::Relaxed);
        if expires_at <= known {
            Heard::AsBefore
        } else if expires_at >= known + self.rules.renew_after_seconds {
            Heard::Renewed
        } else {
            Heard::RenewedTooSoon
        }
    }

    /// When it was last seen, and when it ends.
    fn session_times(&self, number: u32) -> (i64, i64) {
        let nth = i64::from((number / AGEING_ONE_IN) % COME_DUE_WITHIN_SECONDS);
        let age =
            if number.is_multiple_of(AGEING_ONE_IN) { self.rules.renew_after_seconds - 1 - nth } else { nth };
        let seen = self.born - age.max(0);
        (seen, self.rules.expires_at(seen, seen + self.rules.absolute_seconds))
    }
}

/// Repeatable randomness for one use of one user.
pub(super) fn random_of(number: u32, use_of_it: u64) -> Random {
    Random::seeded((u64::from(number) << 8) | use_of_it)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const RULES: Rules = Rules {
        idle_seconds: 86_400,
        absolute_seconds: 172_800,
        renew_after_seconds: 3_600,
        page_seconds: 7_200,
    };

    #[test]
    fn a_member_is_the_same_each_time_and_unlike_the_others() {
        let population = Population::new(1_000, RULES, 1_700_000_000);
        let (one, again, other) = (population.member(7), population.member(7), population.member(8));
        assert_eq!(one.session, again.session);
        assert!(one.token == again.token && one.token != other.token);
        assert_eq!(one.token.user_id(), Population::user_id(7));
        assert_eq!(Population::openid(7).len(), 28);
        assert_ne!(one.session.id, other.session.id);
    }

    #[test]
    fn one_in_eight_comes_due_within_ten_minutes_and_a_rested_one_never() {
        let population = Population::new(8_000, RULES, 1_700_000_000);
        let due = |number: u32, after: i64| {
            RULES.renewed(&population.member(number).session, 1_700_000_000 + after).is_some()
        };
        assert_eq!((0..8_000).filter(|number| due(*number, 0)).count(), 0);
        assert_eq!((0..8_000).filter(|number| due(*number, 600)).count(), 1_000);
        assert!((0..8_000).all(|number| !due(population.rested(number), 1_800)));
    }

    #[test]
    fn active_members_are_as_many_as_asked_for_and_lie_far_apart() {
        let population = Population::new(8_000, RULES, 1_700_000_000);
        let active = |most| (0..16_000).map(|draw| population.one_of(most, draw)).collect::<BTreeSet<_>>();
        assert_eq!(active(8_000).len(), 8_000);
        assert_eq!(active(9_000).len(), 8_000);
        assert_eq!(active(10), (0..10).map(|nth| nth * 800).collect());
    }

    #[test]
    fn a_second_renewal_within_the_hour_is_noticed() {
        let population = Population::new(1, RULES, 1_700_000_000);
        let expiry = population.member(0).session.expires_at;
        assert_eq!(population.heard(0, expiry), Heard::AsBefore);
        assert_eq!(population.heard(0, expiry + 3_600), Heard::Renewed);
        assert_eq!(population.heard(0, expiry), Heard::AsBefore, "an answer that was overtaken");
        assert_eq!(population.heard(0, expiry + 3_700), Heard::RenewedTooSoon);
    }
}
