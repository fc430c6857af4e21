//! What each action does. Those about sessions are in `sessions`.

use std::time::{Duration, Instant};

use wxsession::{
    UserId,
    store::users::{Change, FoundUsers, Index, Moment, Seen, Set},
    telemetry::Line,
};

use crate::{
    Accounts, Failure,
    answer::{Account, FoundUser, Outcome, Refused, RefusedCode},
    request::{Action, Wanted},
};

/// How long a write is tried again that others overtake, when nobody limits the request.
const PATIENCE: Duration = Duration::from_secs(3);

impl Accounts {
    pub(crate) async fn done(&self, action: &Action, line: &mut Line) -> Result<Outcome, Failure> {
        let moment = Moment {
            now_ms: self.clock.now_millis(),
            until: line.deadline().unwrap_or_else(|| Instant::now() + PATIENCE),
            random: &self.random,
        };
        let acted = async {
            match action {
                Action::Get(user) => self.get(*user).await,
                Action::Find(wanted) => self.find(wanted).await,
                Action::Block(user, block) => {
                    self.users.block(*user, block, moment).await?;
                    Ok(Outcome::Blocked { blocked: block.into() })
                }
                Action::Unblock(user) => {
                    Ok(Outcome::Unblocked { was_blocked: self.users.unblock(*user, moment).await? })
                }
                Action::Set(user, seen, change) => self.set(*user, *seen, change).await,
                Action::ListSessions(user) => self.list(*user).await,
                Action::EndSession(user, session) => self.end(*user, *session).await,
                Action::EndSessions(user) => {
                    Ok(Outcome::Ended { ended: self.users.sign_out_everywhere(*user, moment).await? })
                }
                Action::Erase(user, before) => self.erase(*user, *before, moment).await,
            }
        };
        let outcome = line.timed("store_ms", acted).await?;
        if let (Action::Erase(..), Outcome::Ended { ended: true }) = (action, &outcome) {
            line.audit("user_deleted", &[]);
        }
        Ok(outcome)
    }

    async fn get(&self, user: UserId) -> Result<Outcome, Failure> {
        let read = self.users.read_whole(user).await?;
        // What stays of an erased account for a day is no account; a block is something to tell.
        let known = read.filter(|read| read.person.is_some() || read.block.is_some());
        let known = known.ok_or(RefusedCode::NotFound)?;
        Ok(Outcome::Account(Box::new(Account::of(user, &known))))
    }

    async fn find(&self, wanted: &Wanted) -> Result<Outcome, Failure> {
        let found = match wanted {
            Wanted::User(user) => {
                let exists = self.users.read(*user).await?.is_some_and(|read| read.person.is_some());
                let users = vec![FoundUser { user_id: user.to_string(), exists }];
                return Ok(Outcome::Users { users, truncated: false });
            }
            Wanted::Unionid(unionid) => self.users.find(Index::Unionid, unionid).await?,
            Wanted::ExternalId(name) => self.users.find(Index::ExternalId, name.as_str()).await?,
        };
        let FoundUsers { users, truncated } = found;
        let users = users.iter().map(|user| FoundUser { user_id: user.to_string(), exists: true });
        Ok(Outcome::Users { users: users.collect(), truncated })
    }

    /// Only the account that was read is erased: what begins meanwhile stays.
    async fn erase(&self, user: UserId, before: Option<i64>, moment: Moment<'_>) -> Result<Outcome, Failure> {
        let Some(read) = self.users.read(user).await? else { return Ok(Outcome::Ended { ended: false }) };
        let began = read.person.as_ref().map(|person| person.created_at_ms.div_euclid(1_000));
        if began.zip(before).is_some_and(|(began, before)| began >= before) {
            return Ok(Outcome::Newer { ended: false, newer: true });
        }
        Ok(Outcome::Ended { ended: self.users.erase(user, read, moment).await? })
    }

    async fn set(&self, user: UserId, seen: Seen, change: &Change) -> Result<Outcome, Failure> {
        match self.users.set(user, seen, change).await? {
            Set::Done(version) => Ok(Outcome::Set { version }),
            Set::NoAccount => Err(RefusedCode::NotFound.into()),
            Set::Conflict(version) => {
                let refused = Refused { version: Some(version), ..RefusedCode::VersionConflict.into() };
                Err(Failure::Refused(refused))
            }
        }
    }
}
