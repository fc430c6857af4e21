//! The negative controls. With `FUZZ_BROKEN=<name>` in the environment a target's subject is replaced by a
//! deliberately wrong variant, which the target must find: `fuzz/run --controls`.

use std::sync::OnceLock;

/// Whether the variant `name` is under test.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a switch of the fuzzer, not a setting of the product")]
pub fn is(name: &str) -> bool {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    NAME.get_or_init(|| std::env::var("FUZZ_BROKEN").ok()).as_deref() == Some(name)
}
