//! Properties as values: one is checked against the code, and against something wrong that it must refute.
//!
//! 256 cases each; `PROPTEST_CASES` sets another number. Cases are random, so that every run adds some; a
//! failing one is printed at its smallest, and nothing is written to the source tree.

use proptest::{
    prelude::ProptestConfig,
    strategy::Strategy,
    test_runner::{TestCaseResult, TestRunner},
};

/// What came of a property: the smallest case that refutes it, in words.
pub(crate) type Checked = Result<(), String>;

/// Whether `test` passes for every case that `strategy` makes.
pub(crate) fn check<S: Strategy>(strategy: S, test: impl Fn(S::Value) -> TestCaseResult) -> Checked {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, test).map_err(|error| error.to_string())
}

#[track_caller]
pub(crate) fn holds(checked: &Checked) {
    assert_eq!(*checked, Ok(()));
}

/// The negative control of a property.
#[track_caller]
pub(crate) fn refuted(checked: &Checked) {
    assert!(checked.is_err(), "the property does not notice what is wrong here");
}
