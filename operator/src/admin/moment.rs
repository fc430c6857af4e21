//! Times, as an operator writes them.

use aws_smithy_types::date_time::{DateTime, Format};

use super::{
    Failure, Outcome,
    texts::{BAD_TIME, PAST_UNTIL},
};

/// The time, which has not come yet.
pub(super) fn later(text: &str, now: i64) -> Result<i64, Failure> {
    let until = seconds(text)?;
    if until > now { Ok(until) } else { Err(Failure::new(Outcome::Refused, PAST_UNTIL)) }
}

pub(super) fn seconds(text: &str) -> Result<i64, Failure> {
    let read = text
        .parse()
        .ok()
        .or_else(|| DateTime::from_str(text, Format::DateTimeWithOffset).ok().map(|time| time.secs()));
    read.ok_or_else(|| Failure::new(Outcome::Refused, BAD_TIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_one_of_two_ways() {
        let read = |text| seconds(text).ok();
        assert_eq!(read("1798732800"), Some(1_798_732_800));
        assert_eq!(read("2026-12-31T16:00:00Z"), Some(1_798_732_800));
        assert_eq!(read("2027-01-01T00:00:00+08:00"), Some(1_798_732_800));
        for wrong in ["tomorrow", "2026-12-31", "", "7d"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(later("1798732800", 1_798_732_799).ok(), Some(1_798_732_800));
        assert!(later("1798732800", 1_798_732_800).is_err() && later("-1", 0).is_err());
    }
}
