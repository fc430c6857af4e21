//! The user's `session_key`s, out of the vault.

use wxsession::{
    Identity, Secret,
    http::{Code, Problem},
    telemetry::Line,
};
use wxsession_wechat::{
    secrets::CachedSecret,
    vault::{KeyRing, Owner},
};

use crate::OpenData;

impl OpenData {
    /// The ring that seals `session_key`s.
    pub(crate) fn key_ring(&self) -> Result<&CachedSecret<KeyRing>, Problem> {
        self.key_ring.as_ref().ok_or_else(|| Problem::new(Code::NotEnabled).because("no_vault"))
    }

    /// The user's `session_key`s, newest first; none when there is none that opens.
    pub(crate) async fn session_keys(
        &self,
        caller: &Identity,
        line: &mut Line,
    ) -> Result<Vec<Secret>, Problem> {
        let cached = self.key_ring()?;
        let reads = async { tokio::join!(cached.value(), self.users.sealed_keys(caller.user_id)) };
        let (ring, sealed) = line.timed("store_ms", reads).await;
        cached.report(line);
        let (ring, sealed) = (ring?, sealed?);
        let mut opened = open(&ring, owner(caller), &sealed);
        // A login may have sealed it with a key that the ring got a moment ago.
        if opened.first().is_some_and(Option::is_none)
            && let Some(ring) = line.timed("store_ms", cached.newer_than(&ring)).await
        {
            opened = open(&ring, owner(caller), &sealed);
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

    /// The same for a route that can do nothing without one.
    pub(crate) async fn some_session_keys(
        &self,
        caller: &Identity,
        line: &mut Line,
    ) -> Result<Vec<Secret>, Problem> {
        let keys = self.session_keys(caller, line).await?;
        if keys.is_empty() {
            return Err(Problem::new(Code::SessionKeyStale).because("no_session_key"));
        }
        Ok(keys)
    }
}

/// Whose keys these are.
pub(crate) fn owner(caller: &Identity) -> Owner<'_> {
    Owner { user_id: caller.user_id, app_id: &caller.app_id }
}

fn open(ring: &KeyRing, owner: Owner<'_>, sealed: &[Vec<u8>]) -> Vec<Option<Secret>> {
    sealed.iter().map(|sealed| ring.open(owner, sealed)).collect()
}
