//! Finding users by the names that their record is not kept under. Both indexes are sparse and hold keys only; they follow
//! the table within a second or so, so what they say is a hint, never a decision.

use super::{
    super::{
        Record, StoreError,
        item::{s, text},
    },
    Users,
};
use crate::{account::EXTERNAL_ID, ids::UserId};

/// Users that are listed at most.
const MOST: usize = 100;

/// By what users are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// WeChat's name of a user across one owner's apps.
    Unionid,
    /// The business's own name of a user.
    ExternalId,
}

impl Index {
    /// Its name in the template.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unionid => "by_unionid",
            Self::ExternalId => "by_external_id",
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Self::Unionid => "unionid",
            Self::ExternalId => EXTERNAL_ID,
        }
    }
}

/// Who was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundUsers {
    /// At most a hundred.
    pub users: Vec<UserId>,
    /// Whether there are more.
    pub truncated: bool,
}

impl Users {
    /// The users with this name, eventually consistent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the index could not be asked, and when it holds what is no user.
    pub async fn find(&self, index: Index, name: &str) -> Result<FoundUsers, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index.name())
            .key_condition_expression("#name = :name")
            .expression_attribute_names("#name", index.attribute())
            .expression_attribute_values(":name", s(name))
            .limit(i32::try_from(MOST + 1).unwrap_or(i32::MAX));
        let page = query.send().await.map_err(|error| StoreError::of("Query", &error))?;
        let damaged = |damaged| StoreError::damaged("Query", Record::User, damaged);
        let ids = page.items().iter().map(|item| {
            let id = text(item, "user_id").map_err(damaged)?;
            UserId::parse(id).ok_or_else(|| damaged(super::super::item::Damaged("user_id")))
        });
        let mut users = ids.collect::<Result<Vec<_>, _>>()?;
        let truncated = users.len() > MOST;
        users.truncate(MOST);
        Ok(FoundUsers { users, truncated })
    }
}
