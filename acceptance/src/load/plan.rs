//! What is asked for.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use super::tally::Class;

/// What the command line can say.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Sessions in the tables before the first request, each of a user of its own.
    #[arg(long, default_value_t = 1_000_000)]
    sessions: u32,
    /// How long to keep the service busy.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Percent of check (GET /session), authorize (GET /me) and login requests.
    #[arg(long, default_value = "60/30/10")]
    mix: Mix,
    /// Requests a second; without it three quarters of what is reached in ten seconds of asking as fast as it goes.
    #[arg(long)]
    rate: Option<f64>,
    /// Connections to the gateway.
    #[arg(long, default_value_t = 32)]
    connections: u32,
    /// Seconds of each of the eight turns of a small and the large table afterwards; 0 leaves them out.
    #[arg(long, default_value_t = 30)]
    compare_seconds: u64,
    /// Write what a request takes to this file, for the cost model in benches/cost/.
    #[arg(long)]
    figures: Option<PathBuf>,
}

impl Args {
    pub(super) fn figures(&self) -> Option<&Path> {
        self.figures.as_deref()
    }

    pub(super) fn plan(&self) -> Plan {
        Plan {
            sessions: self.sessions,
            lasts: Duration::from_secs_f64(self.minutes.max(0.0) * 60.0),
            mix: self.mix,
            rate: self.rate,
            probe: Duration::from_secs(10),
            connections: self.connections,
            compare_seconds: self.compare_seconds,
        }
    }
}

/// How to load a service.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Sessions in the tables before the first request.
    pub sessions: u32,
    /// How long.
    pub lasts: Duration,
    /// What is asked how often.
    pub mix: Mix,
    /// Requests a second; found out when `None`.
    pub rate: Option<f64>,
    /// How long finding out takes.
    pub probe: Duration,
    /// Requests under way at once, at most.
    pub connections: u32,
    /// Seconds of a turn of the comparison; 0 for none.
    pub compare_seconds: u64,
}

/// Percent of each class of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    check: u64,
    authorize: u64,
}

impl Mix {
    /// The class for a number below 100.
    pub(super) fn class(self, percent: u64) -> Class {
        if percent < self.check {
            Class::Check
        } else if percent < self.check + self.authorize {
            Class::Authorize
        } else {
            Class::Login
        }
    }

    pub(super) fn words(self) -> String {
        let login = 100 - self.check - self.authorize;
        format!("{} % check, {} % authorize, {login} % login", self.check, self.authorize)
    }
}

impl FromStr for Mix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Option<Vec<u64>> = text.split('/').map(|part| part.parse().ok()).collect();
        match parts.as_deref() {
            Some(&[check, authorize, login]) if [check, authorize, login].iter().sum::<u64>() == 100 => {
                Ok(Self { check, authorize })
            }
            _ => Err("three whole numbers that make 100, such as 60/30/10"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Class::{Authorize, Check, Login},
        *,
    };

    #[test]
    fn a_mix_is_three_numbers_that_make_a_hundred() {
        let mix: Mix = "60/30/10".parse().unwrap();
        let classes = [0, 59, 60, 89, 90, 99].map(|percent| mix.class(percent));
        assert_eq!(classes, [Check, Check, Authorize, Authorize, Login, Login]);
        for text in ["60/30", "60/30/11", "a/b/c", "50/50/0/0", ""] {
            assert!(text.parse::<Mix>().is_err(), "{text}");
        }
    }
}
