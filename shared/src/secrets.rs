//! Secrets of the deployment: AppSecrets and the key ring, from Secrets Manager, kept in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_secretsmanager::Client;
use serde::de::DeserializeOwned;

use crate::{
    clock::Clock,
    secret::Secret,
    store::{StoreError, kind_of},
};

/// A cached value is fetched again after this time: five minutes. A failure then keeps the old one.
const FRESH_SECONDS: i64 = 300;
/// A value that WeChat did not accept is not fetched again within this time.
const REFETCH_SECONDS: i64 = 10;

/// Why there is no secret.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SecretError {
    /// Secrets Manager could not be asked.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
    /// Secrets Manager refuses, or the value is not of the documented form.
    #[error("the secret cannot be used: {0}")]
    Unusable(String),
}

/// The AppSecrets of this deployment's Mini Programs: `{"<app_id>": "<app_secret>", …}`.
pub type Apps = BTreeMap<String, Secret>;

/// One secret whose value is JSON, fetched when needed and kept.
pub struct CachedSecret<T> {
    client: Client,
    id: String,
    clock: Clock,
    cached: Mutex<Option<(i64, Arc<T>)>>,
}

impl<T: DeserializeOwned> CachedSecret<T> {
    /// Nothing is fetched yet.
    #[must_use]
    pub fn new(client: Client, id: impl Into<String>, clock: Clock) -> Self {
        Self { client, id: id.into(), clock, cached: Mutex::new(None) }
    }

    /// The value, from memory while it is fresh. When it cannot be fetched again the old one serves.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when there is none at all.
    pub async fn value(&self) -> Result<Arc<T>, SecretError> {
        let cached = self.cached();
        if let Some((at, value)) = &cached
            && (0..FRESH_SECONDS).contains(&self.clock.now().saturating_sub(*at))
        {
            return Ok(value.clone());
        }
        match (self.fetch().await, cached) {
            (Ok(value), _) => Ok(value),
            (Err(SecretError::Unavailable(_)), Some((_, old))) => Ok(old),
            (Err(error), _) => Err(error),
        }
    }

    /// Fetches again because the value was not accepted; `None` when it was fetched just now.
    ///
    /// # Errors
    ///
    /// [`SecretError`].
    pub async fn refetched(&self) -> Result<Option<Arc<T>>, SecretError> {
        let age = self.cached().map(|(at, _)| self.clock.now().saturating_sub(at));
        if age.is_some_and(|age| (0..REFETCH_SECONDS).contains(&age)) {
            return Ok(None);
        }
        self.fetch().await.map(Some)
    }

    async fn fetch(&self) -> Result<Arc<T>, SecretError> {
        let answer = self.client.get_secret_value().secret_id(&self.id).send().await.map_err(|error| {
            let kind = kind_of(&error);
            match kind.as_str() {
                "ResourceNotFoundException" | "AccessDeniedException" | "DecryptionFailure" => {
                    SecretError::Unusable(kind)
                }
                _ => SecretError::Unavailable(StoreError { operation: "GetSecretValue", kind }),
            }
        })?;
        // The error of a failed parse would quote the secret.
        let parsed = answer.secret_string().and_then(|text| serde_json::from_str(text).ok());
        let value =
            Arc::new(parsed.ok_or_else(|| SecretError::Unusable("not of the documented form".to_owned()))?);
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        *cached = Some((self.clock.now(), Arc::clone(&value)));
        Ok(value)
    }

    fn cached(&self) -> Option<(i64, Arc<T>)> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
