//! `set_user_storage`: data of a user in WeChat's keeping. The call itself is made by the backend.
//! <https://developers.weixin.qq.com/minigame/dev/api-backend/open-api/data/storage.setUserStorage.html>

use serde::{Deserialize, Serialize};
use wxsession::account::Malformed;

use crate::payment::given;

pub(crate) const PATH: &str = "/wxa/set_user_storage";
const MOST_PAIRS: usize = 128;
const MOST_KEY_BYTES: usize = 128;
const MOST_PAIR_BYTES: usize = 1_024;

/// One of them.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    key: String,
    value: String,
}

/// What is stored.
#[derive(Debug, Serialize)]
pub(crate) struct Storage {
    kv_list: Vec<Pair>,
}

impl Storage {
    pub(crate) fn new(kv_list: Vec<Pair>) -> Result<Self, Malformed> {
        let fits = |pair: &Pair| {
            (1..=MOST_KEY_BYTES).contains(&pair.key.len())
                && pair.key.len() + pair.value.len() <= MOST_PAIR_BYTES
        };
        given((1..=MOST_PAIRS).contains(&kv_list.len()) && kv_list.iter().all(fits), "kv_list_form")?;
        Ok(Self { kv_list })
    }

    /// The exact bytes to be sent.
    pub(crate) fn body(&self) -> String {
        serde_json::to_string(self).expect("texts are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Storage, Malformed> {
        let pair = |(key, value): &(&str, &str)| Pair { key: (*key).to_owned(), value: (*value).to_owned() };
        Storage::new(pairs.iter().map(pair).collect())
    }

    #[test]
    fn the_body_is_that_of_the_vector() {
        assert_eq!(of(&[("score", "100")]).unwrap().body(), r#"{"kv_list":[{"key":"score","value":"100"}]}"#);
    }

    #[test]
    fn no_pair_too_many_pairs_and_long_ones_are_refused() {
        let long = "k".repeat(129);
        let large = "v".repeat(1_022);
        for pairs in [&[][..], &[("k", "v"); 129], &[("", "v")], &[(&long, "v")], &[("key", &large)]] {
            assert_eq!(of(pairs).err(), Some(Malformed("kv_list_form")));
        }
        assert!(of(&[("k", "v"); 128]).is_ok());
    }
}
