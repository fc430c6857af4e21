//! What an alarm is. [`alarms`](crate::alarms) are those that there are.

use crate::Function;

/// An alarm.
#[derive(Clone, Copy, Debug)]
pub struct Alarm {
    /// What the template calls it, less `Alarm`.
    pub name: &'static str,
    /// The comment above it.
    pub why: &'static str,
    /// What it tells whom it calls.
    pub says: &'static str,
    /// When it rings.
    pub rule: Rule,
}

/// When an alarm rings.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The template's condition on which the alarm is made.
    pub condition: Option<&'static str>,
    /// What it looks at.
    pub watched: Watched,
    /// How many seconds a period has.
    pub period: u32,
    /// In how many periods it must be so, of how many; of fewer than all, as data are late.
    pub periods: (u32, u32),
    /// How much is too much.
    pub limit: Limit,
}

/// What an alarm looks at.
#[derive(Clone, Copy, Debug)]
pub enum Watched {
    /// One metric.
    One(Metric),
    /// What a formula makes of several metrics.
    Formula {
        /// What its result is called in the alarm.
        id: &'static str,
        /// What it finds, in words.
        label: &'static str,
        /// The formula.
        expression: &'static str,
        /// The metrics, each with its name in the formula.
        metrics: &'static [(&'static str, Metric)],
    },
    /// What Lambda counts of several functions, added up.
    Sum {
        /// What Lambda calls the metric.
        metric: &'static str,
        /// What the sum is of, in words.
        label: &'static str,
        /// Of which functions.
        of: fn(Function) -> bool,
    },
}

/// A metric of this stack.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// What it is measured of.
    pub of: Of,
    /// Its name there.
    pub name: &'static str,
    /// What is made of the values in a period.
    pub statistic: &'static str,
}

/// What a metric is measured of; that decides its namespace and its dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The stack: one of our own [`METRICS`](crate::log::METRICS).
    Stack,
    /// A function.
    Function(Function),
    /// The users table.
    UsersTable,
    /// The sessions table.
    SessionsTable,
    /// A queue, by its name in the template.
    Queue(&'static str),
    /// The API.
    Api,
}

/// How much is too much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// This much, and more.
    AtLeast(f64),
    /// Whatever is more than this.
    MoreThan(f64),
}

impl Rule {
    /// One, in one of five minutes.
    pub(crate) const fn of(watched: Watched) -> Self {
        let condition = match watched {
            Watched::One(_) => None,
            // Emulators know no metric math.
            Watched::Formula { .. } | Watched::Sum { .. } => Some("RunsOnAws"),
        };
        Self { condition, watched, period: 60, periods: (1, 5), limit: Limit::AtLeast(1.0) }
    }

    /// Only where there is a bus; of one metric, as an alarm has one condition.
    pub(crate) const fn with_a_bus(self) -> Self {
        Self { condition: Some("HasEventBus"), ..self }
    }

    /// One, in one of five minutes, of one metric.
    pub(crate) const fn of_one(of: Of, name: &'static str, statistic: &'static str) -> Self {
        Self::of(Watched::One(Metric { of, name, statistic }))
    }

    /// One of what our own metric counts.
    pub(crate) const fn counted(name: &'static str) -> Self {
        Self::of_one(Of::Stack, name, "Sum")
    }

    /// A stream waits for its function for more than an hour, and not only as long as it takes to catch up: a function that is
    /// switched on begins with what is a day old.
    pub(crate) const fn late(function: Function) -> Self {
        let age = Self::of_one(Of::Function(function), "IteratorAge", "Maximum");
        Self { period: 300, periods: (3, 4), limit: Limit::MoreThan(3_600_000.0), ..age }
    }

    /// Something is in the queue of what a stream gave up.
    pub(crate) const fn given_up(queue: &'static str) -> Self {
        let length = Self::of_one(Of::Queue(queue), "ApproximateNumberOfMessagesVisible", "Maximum");
        Self { period: 300, periods: (1, 3), ..length }
    }
}
