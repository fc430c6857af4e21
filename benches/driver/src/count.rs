//! Instructions of start-up, the first event and a warm event, by the differences of whole runs under callgrind.
//!
//! Processor counters would be exact and quick, but most virtual machines, CI's among them, do not have them.

use std::path::Path;

use crate::plan::Variant;
use crate::result::Counted;
use crate::run::{Extent, Room, callgrind};

impl Room {
    pub(crate) fn count(
        &self,
        variant: &Variant,
        round: usize,
        warm_up: usize,
        events: usize,
    ) -> Result<Counted, String> {
        let none = self.total(variant, Extent { warm_up: 0, events: 0 })?;
        let first = self.total(variant, Extent { warm_up: 1, events: 0 })?;
        let some = self.total(variant, Extent { warm_up: 1 + warm_up, events: 0 })?;
        let all = self.total(variant, Extent { warm_up, events })?;
        Ok(Counted {
            variant: variant.name.clone(),
            round,
            init_instructions: none,
            cold_instructions: first,
            warm_instructions: all.saturating_sub(some) / events.max(1) as u64,
        })
    }

    fn total(&self, variant: &Variant, extent: Extent) -> Result<u64, String> {
        let log = self.logs.join(format!("{}.callgrind", variant.name));
        self.run(variant, extent, &callgrind(&log))?;
        collected(&log).ok_or_else(|| format!("{}: {} shows no total", variant.name, log.display()))
    }
}

/// `==123== Collected : 456`
fn collected(log: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(log).ok()?;
    let line = text.lines().find_map(|line| line.split_once("Collected : "))?;
    line.1.trim().parse().ok()
}
