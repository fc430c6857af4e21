//! Memory that Rust code holds: our functions, the gateway, the clients. `SQLite` asks C for the pages of its tables.

use std::alloc::System;

use cap::Cap;

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes allocated and not yet freed.
pub(super) fn bytes() -> u64 {
    HEAP.allocated() as u64
}
