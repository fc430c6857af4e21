//! The attribute of a session's record that names its children.

use super::item::{Damaged, Item, bytes};
use crate::token::TokenHash;

/// Their hashes on the parent's record.
pub(super) const CHILDREN: &str = "children";
const HASH: usize = 32;

/// The children that a session's item names.
pub(super) fn children(item: &Item) -> Result<Vec<TokenHash>, Damaged> {
    if !item.contains_key(CHILDREN) {
        return Ok(Vec::new());
    }
    let (hashes, rest) = bytes(item, CHILDREN)?.as_chunks::<HASH>();
    if !rest.is_empty() {
        return Err(Damaged(CHILDREN));
    }
    Ok(hashes.iter().map(|hash| TokenHash::from_bytes(*hash)).collect())
}

/// The value that names them.
pub(super) fn joined(children: &[TokenHash]) -> Vec<u8> {
    children.iter().flat_map(TokenHash::as_bytes).copied().collect()
}
