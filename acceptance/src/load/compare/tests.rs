use super::*;

/// So many checks and logins, at so many nanoseconds each.
fn side(checks: (u64, u64), logins: (u64, u64)) -> Side {
    let cpu = [("check-session", checks.0 * checks.1), ("login", logins.0 * logins.1)].into();
    Side { cpu, counts: [checks.0, 0, logins.0, 0, 0], ..Side::default() }
}

fn ratio(small: Side, large: Side) -> f64 {
    Compared { rate: 1.0, small, large }.ratio()
}

#[test]
fn more_logins_in_the_turns_of_one_size_are_no_difference() {
    let (small, large) = (side((900, 100_000), (100, 1_000_000)), side((800, 100_000), (200, 1_000_000)));
    assert!((ratio(small, large) - 1.0).abs() < 1e-9);
}

#[test]
fn a_dearer_check_is_a_difference() {
    let (small, large) = (side((900, 100_000), (100, 1_000_000)), side((900, 120_000), (100, 1_000_000)));
    assert!(ratio(small, large) > super::super::report::SAME_COST);
}
