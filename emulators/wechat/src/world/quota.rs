//! Minute and day limits: 45011 and 45009.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::Refusal;

const CLEARS_PER_MONTH: u64 = 10;

/// How often a Mini Program may call one path. Absent: as often as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quota {
    /// Beyond it: 45011.
    pub per_minute: Option<u64>,
    /// Beyond it: 45009. The day is Beijing's.
    pub per_day: Option<u64>,
}

/// Limits, and what was spent in the running window.
pub(crate) struct Quotas {
    limits: BTreeMap<String, Quota>,
    spent: BTreeMap<(String, String, Window), (i64, u64)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Window {
    Minute,
    Day,
    Month,
}

impl Window {
    fn index(self, now: i64) -> i64 {
        let beijing = now + 8 * 3600;
        match self {
            Self::Minute => beijing.div_euclid(60),
            Self::Day => beijing.div_euclid(86400),
            // A month of thirty days is near enough for a limit of ten.
            Self::Month => beijing.div_euclid(30 * 86400),
        }
    }
}

impl Quotas {
    /// The limits WeChat publishes.
    pub(crate) fn documented() -> Self {
        let limit = |per_minute, per_day| Quota { per_minute, per_day };
        let limits = [
            ("/cgi-bin/stable_token", limit(Some(10_000), Some(500_000))),
            ("/cgi-bin/token", limit(None, Some(2_000))),
            ("/wxa/resetusersessionkey", limit(Some(60_000), None)),
        ];
        let limits = limits.map(|(path, quota)| (path.to_owned(), quota));
        Self { limits: limits.into(), spent: BTreeMap::new() }
    }

    /// Limits how often each Mini Program may call the path from now on.
    pub(crate) fn limit(&mut self, path: &str, quota: Quota) {
        self.limits.insert(path.to_owned(), quota);
    }

    /// Counts one call of the path.
    pub(crate) fn spend(&mut self, app_id: &str, path: &str, now: i64) -> Result<(), Refusal> {
        let quota = self.limits.get(path).copied().unwrap_or_default();
        self.spend_minute(app_id, path, quota.per_minute.unwrap_or(u64::MAX), now)?;
        self.spend_day(app_id, path, quota.per_day.unwrap_or(u64::MAX), now)
    }

    pub(crate) fn spend_minute(
        &mut self,
        who: &str,
        what: &str,
        limit: u64,
        now: i64,
    ) -> Result<(), Refusal> {
        self.count(who, what, Window::Minute, limit, now).ok_or_else(|| 45011.into())
    }

    pub(crate) fn spend_day(&mut self, who: &str, what: &str, limit: u64, now: i64) -> Result<(), Refusal> {
        self.count(who, what, Window::Day, limit, now).ok_or_else(|| 45009.into())
    }

    /// `None` when the limit was reached before. A refused call spends nothing.
    fn count(&mut self, who: &str, what: &str, window: Window, limit: u64, now: i64) -> Option<()> {
        let index = window.index(now);
        let spent = self.spent.entry((who.to_owned(), what.to_owned(), window)).or_insert((index, 0));
        if spent.0 != index {
            *spent = (index, 0);
        }
        if spent.1 >= limit {
            return None;
        }
        spent.1 += 1;
        Some(())
    }

    /// Ten times a month, all counters of the account.
    pub(crate) fn clear(&mut self, app_id: &str, now: i64) -> Result<(), Refusal> {
        self.count(app_id, "clear_quota", Window::Month, CLEARS_PER_MONTH, now).ok_or(48006)?;
        self.spent.retain(|(who, _, window), _| who != app_id || *window == Window::Month);
        Ok(())
    }
}
