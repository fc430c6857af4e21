//! Randomness as an argument.

#[cfg(feature = "test-util")]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ring::rand::{SecureRandom, SystemRandom};

/// Gives random bytes: the operating system's generator, or in tests a repeatable one.
#[derive(Clone, Debug, Default)]
pub struct Random {
    #[cfg(feature = "test-util")]
    seeded: Option<(u64, Arc<AtomicU64>)>,
}

impl Random {
    /// The operating system's generator.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// `N` random bytes.
    ///
    /// # Panics
    ///
    /// If the operating system gives none. A guessable token would be worse than no answer.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        #[cfg(feature = "test-util")]
        if let Some((seed, counter)) = &self.seeded {
            return stretched(*seed, counter.fetch_add(1, Ordering::SeqCst));
        }
        let mut bytes = [0; N];
        SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }
}

#[cfg(feature = "test-util")]
impl Random {
    /// The same bytes for the same seed, so that a failing test can be run again.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seeded: Some((seed, Arc::default())) }
    }

    /// Makes the next bytes those of this number, for all clones: what was asked for before does not matter then.
    pub fn wind_to(&self, number: u64) {
        if let Some((_, counter)) = &self.seeded {
            counter.store(number, Ordering::SeqCst);
        }
    }
}

#[cfg(feature = "test-util")]
fn stretched<const N: usize>(seed: u64, count: u64) -> [u8; N] {
    let mut bytes = [0; N];
    for (block, chunk) in bytes.chunks_mut(32).enumerate() {
        let mut input = seed.to_be_bytes().to_vec();
        input.extend_from_slice(&count.to_be_bytes());
        input.extend_from_slice(&block.to_be_bytes());
        let digest = ring::digest::digest(&ring::digest::SHA256, &input);
        chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
    }
    bytes
}
