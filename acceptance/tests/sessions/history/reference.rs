//! What the documents promise, as a model of its own: it knows the rules, and neither tables nor tokens.

use wxsession::{session::Session, token::SessionToken};

pub(super) const DAY: i64 = 86_400;
pub(super) const HOUR: i64 = 3_600;

/// A session as it was promised to somebody.
pub(super) struct Known {
    pub(super) token: SessionToken,
    pub(super) session: Session,
    pub(super) user: usize,
    install: Option<usize>,
    /// When `GET /session` last answered 200 for it.
    seen: Option<i64>,
    expires: i64,
    end: Option<(&'static str, i64)>,
    /// Its record has passed its time to live and is gone.
    pub(super) is_swept: bool,
}

/// One user.
#[derive(Default)]
struct Account {
    /// `None`: never seen, or erased.
    since: Option<i64>,
    /// The live sessions, in the order of login.
    list: Vec<usize>,
    signed_out: Option<i64>,
    block: Option<Blocked>,
    /// When a record without an account goes.
    goes_at: Option<i64>,
}

#[derive(Clone, Copy)]
struct Blocked {
    /// Until when, if there is an end.
    until: Option<i64>,
}

/// All of them.
pub(super) struct Reference {
    pub(super) cap: usize,
    pub(super) known: Vec<Known>,
    accounts: [Account; 3],
}

impl Known {
    fn seen_at(&self) -> i64 {
        self.seen.unwrap_or(self.session.created_at)
    }

    fn is_over(&self, now: i64) -> bool {
        now >= self.expires || now >= self.session.created_at + 2 * DAY || now >= self.seen_at() + DAY
    }

    fn is_dead(&self, now: i64) -> bool {
        self.is_swept || self.end.is_some() || self.is_over(now)
    }
}

impl Reference {
    pub(super) fn new(cap: usize) -> Self {
        Self { cap, known: Vec::new(), accounts: Default::default() }
    }

    pub(super) fn is_blocked(&self, user: usize, now: i64) -> bool {
        self.accounts[user].block.is_some_and(|block| block.until.is_none_or(|until| now < until))
    }

    pub(super) fn has_account(&self, user: usize) -> bool {
        self.accounts[user].since.is_some()
    }

    /// Accepted: in the list of a user who is not blocked, not ended, and within the rules.
    pub(super) fn is_good(&self, which: usize, now: i64) -> bool {
        let known = &self.known[which];
        let account = &self.accounts[known.user];
        account.since.is_some()
            && account.list.contains(&which)
            && !known.is_dead(now)
            && !self.is_blocked(known.user, now)
    }

    /// Why it is not; `None`: its record is gone.
    pub(super) fn reason(&self, which: usize, now: i64) -> Option<&'static str> {
        let known = &self.known[which];
        let account = &self.accounts[known.user];
        let (created, is_listed) = (known.session.created_at, account.list.contains(&which));
        if known.is_swept {
            return None;
        }
        Some(match (known.end, account.since) {
            (Some((reason, _)), _) => reason,
            (None, None) => "deleted",
            (None, Some(since)) if !is_listed && created < since => "deleted",
            _ if self.is_blocked(known.user, now) => "blocked",
            _ if !is_listed && account.signed_out.is_some_and(|at| created <= at) => "signed_out_everywhere",
            _ if known.is_over(now) => "expired",
            _ => "evicted",
        })
    }

    pub(super) fn is_listed(&self, which: usize) -> bool {
        let known = &self.known[which];
        self.accounts[known.user].list.contains(&which) && !known.is_swept
    }

    pub(super) fn good(&self, user: usize, now: i64) -> Vec<usize> {
        let mut good = self.accounts[user].list.clone();
        good.retain(|which| self.is_good(*which, now));
        good
    }

    pub(super) fn log_in(
        &mut self,
        (token, session): (SessionToken, Session),
        user: usize,
        presented: Option<usize>,
        install: Option<usize>,
        now: i64,
    ) {
        let mut list = std::mem::take(&mut self.accounts[user].list);
        let is_replaced = |which: &usize| {
            presented == Some(*which) || install.is_some() && self.known[*which].install == install
        };
        let replaced: Vec<usize> = list.iter().copied().filter(is_replaced).collect();
        list.retain(|which| !replaced.contains(which));
        for which in replaced {
            self.end(which, "replaced", now);
        }
        if list.len() >= self.cap {
            list.drain(..list.len() - self.cap);
            list.retain(|which| !self.known[*which].is_dead(now));
        }
        while list.len() >= self.cap {
            let order = |which: &usize| (self.known[*which].seen.is_some(), self.known[*which].seen);
            let first = list.iter().min_by_key(|which| order(which)).copied();
            list.retain(|which| Some(*which) != first);
        }
        list.push(self.known.len());
        self.accounts[user].list = list;
        self.accounts[user].since.get_or_insert(now);
        self.accounts[user].goes_at = None;
        let expires = now + DAY;
        self.known.push(Known {
            token,
            session,
            user,
            install,
            seen: None,
            expires,
            end: None,
            is_swept: false,
        });
    }

    /// `GET /session` has answered 200. When the client should ask next, and when the session ends.
    pub(super) fn checked(&mut self, which: usize, now: i64) -> (i64, i64) {
        let known = &mut self.known[which];
        let absolute = known.session.created_at + 2 * DAY;
        if known.seen.is_none_or(|at| now - at >= HOUR) {
            known.seen = Some(now);
            known.expires = (now + DAY).min(absolute).max(known.expires);
        }
        let ends = known.expires.min(absolute).min(known.seen_at() + DAY);
        ((known.seen_at() + HOUR).min(ends), ends)
    }

    pub(super) fn end(&mut self, which: usize, reason: &'static str, now: i64) {
        let known = &mut self.known[which];
        if known.end.is_none() && !known.is_swept {
            known.end = Some((reason, now));
        }
    }

    pub(super) fn sign_out_everywhere(&mut self, user: usize, now: i64) {
        if self.has_account(user) {
            self.accounts[user].list.clear();
            self.accounts[user].signed_out = Some(now);
        }
    }

    pub(super) fn block(&mut self, user: usize, until: Option<i64>, now: i64) {
        let account = &mut self.accounts[user];
        account.list.clear();
        account.signed_out = Some(now);
        account.block = Some(Blocked { until });
        self.keep_for_a_day(user, now);
    }

    pub(super) fn unblock(&mut self, user: usize, now: i64) -> bool {
        let lifted = self.accounts[user].block.take().is_some();
        if lifted {
            self.keep_for_a_day(user, now);
        }
        lifted
    }

    /// Or for as long as a block is in force.
    fn keep_for_a_day(&mut self, user: usize, now: i64) {
        let is_blocked = self.is_blocked(user, now);
        let account = &mut self.accounts[user];
        if account.since.is_none() {
            account.goes_at = match account.block.filter(|_| is_blocked) {
                None => Some(now + DAY),
                Some(block) => block.until.map(|until| until.max(now + DAY)),
            };
        }
    }

    /// What stays of an erased account is a block that is in force.
    pub(super) fn erase(&mut self, user: usize, now: i64) {
        let block = self.accounts[user].block.filter(|_| self.is_blocked(user, now));
        self.accounts[user] = Account { block, ..Account::default() };
        self.keep_for_a_day(user, now);
    }

    pub(super) fn sweep(&mut self, now: i64) {
        for known in &mut self.known {
            let ttl = match known.end {
                None => known.session.created_at + 3 * DAY,
                Some((_, at)) => at + DAY,
            };
            known.is_swept |= ttl < now;
        }
        for account in &mut self.accounts {
            if account.goes_at.is_some_and(|at| at < now) {
                *account = Account::default();
            }
        }
    }
}
