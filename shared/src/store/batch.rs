//! `BatchGetItem`, complete or not at all.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{KeysAndAttributes, builders::KeysAndAttributesBuilder},
};

use super::{
    StoreError,
    item::{Item, s},
};

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
pub(super) const MOST_KEYS: usize = 100;

/// What was asked, by table.
pub(super) type Wanted = HashMap<String, KeysAndAttributes>;

/// The items of each table that has some.
pub(super) async fn get(
    client: &Client,
    mut wanted: Wanted,
) -> Result<HashMap<String, Vec<Item>>, StoreError> {
    let mut found: HashMap<String, Vec<Item>> = HashMap::new();
    // DynamoDB may leave keys unprocessed; ask for the rest once, then it is "cannot tell".
    for _ in 0..2 {
        let call = client.batch_get_item().set_request_items(Some(wanted));
        // On the heap, so that what waits for it stays small: every future around it is moved at least once.
        let answer = Box::pin(call.send()).await.map_err(|error| StoreError::of("BatchGetItem", &error))?;
        // A table missing in it has no such item; without any of it nothing is known.
        let responses = answer.responses.ok_or_else(|| StoreError::incomplete("BatchGetItem"))?;
        if found.is_empty() {
            found = responses;
        } else {
            for (table, items) in responses {
                found.entry(table).or_default().extend(items);
            }
        }
        wanted = answer.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            return Ok(found);
        }
    }
    Err(StoreError::new("BatchGetItem", "unprocessed_keys"))
}

/// A strongly consistent read of one key.
pub(super) fn strong<const N: usize>(key: [(&str, String); N]) -> KeysAndAttributesBuilder {
    KeysAndAttributes::builder().consistent_read(true).keys(item_key(key))
}

pub(super) fn item_key<const N: usize>(key: [(&str, String); N]) -> Item {
    key.map(|(name, value)| (name.to_owned(), s(value))).into()
}

/// What the builder makes once it has a key.
pub(super) fn built(keys: KeysAndAttributesBuilder) -> KeysAndAttributes {
    keys.build().expect("keys were given, the only thing the builder asks for")
}
