//! The user's `session_key`s, out of the vault.

use wxsession::{
    Secret,
    http::{Code, Problem},
    store::StoreError,
    telemetry::Line,
};

use crate::{
    secrets::CachedSecret,
    vault::{KeyRing, Owner},
};

/// What opens the vault: the ring, where the deployment keeps `session_key`s.
pub struct SessionKeys {
    ring: Option<CachedSecret<KeyRing>>,
}

impl SessionKeys {
    /// Without a ring nothing is kept.
    #[must_use]
    pub fn new(ring: Option<CachedSecret<KeyRing>>) -> Self {
        Self { ring }
    }

    /// Fetches the ring. A failure is left to the first event.
    pub async fn prime(&self) {
        if let Some(ring) = &self.ring {
            drop(ring.value().await);
        }
    }

    /// The ring that seals `session_key`s.
    ///
    /// # Errors
    ///
    /// `not_enabled` where there is none.
    pub fn ring(&self) -> Result<&CachedSecret<KeyRing>, Problem> {
        self.ring.as_ref().ok_or_else(|| Problem::new(Code::NotEnabled).because("no_vault"))
    }

    /// The keys of what `sealed` reads, in its order; those that do not open are left out.
    ///
    /// # Errors
    ///
    /// When there is no ring, or one of the two could not be read.
    pub async fn open(
        &self,
        owner: Owner<'_>,
        sealed: impl Future<Output = Result<Vec<Vec<u8>>, StoreError>>,
        line: &mut Line,
    ) -> Result<Vec<Secret>, Problem> {
        let cached = self.ring()?;
        let reads = async { tokio::join!(cached.value(), sealed) };
        let (ring, sealed) = line.timed("store_ms", reads).await;
        cached.report(line);
        let (ring, sealed) = (ring?, sealed?);
        let mut opened = open(&ring, owner, &sealed);
        // A login may have sealed it with a key that the ring got a moment ago.
        if opened.first().is_some_and(Option::is_none)
            && let Some(ring) = line.timed("store_ms", cached.newer_than(&ring)).await
        {
            opened = open(&ring, owner, &sealed);
        }
        cached.report(line);
        let unopened = opened.iter().filter(|key| key.is_none()).count();
        if unopened > 0 {
            line.put("unopened_keys", unopened);
        }
        if unopened > 0 && unopened == opened.len() {
            line.warn();
            line.audit("crypt_decrypt_fail", &[]);
        }
        Ok(opened.into_iter().flatten().collect())
    }
}

fn open(ring: &KeyRing, owner: Owner<'_>, sealed: &[Vec<u8>]) -> Vec<Option<Secret>> {
    sealed.iter().map(|sealed| ring.open(owner, sealed)).collect()
}
