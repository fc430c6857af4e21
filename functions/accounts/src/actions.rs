//! What each action does.

use std::{
    cmp::Reverse,
    time::{Duration, Instant},
};

use wxsession::{
    SessionId, UserId,
    session::{Ended, Session, SessionRecord, decide},
    store::{
        End, SessionKey, StoreError,
        item::Damaged,
        users::{Change, FoundUsers, Index, Moment, Seen, Set},
    },
    telemetry::Line,
    token::TokenHash,
    user::User,
};

use crate::{
    Accounts, Failure,
    answer::{Account, FoundUser, ListedSession, Outcome, Refused, RefusedCode},
    request::{Action, Wanted},
};

/// How long a write is tried again that others overtake, when nobody limits the request.
const PATIENCE: Duration = Duration::from_secs(3);

type Records = Vec<(TokenHash, Result<SessionRecord, Damaged>)>;

impl Accounts {
    pub(crate) async fn act(&self, action: &Action, line: &mut Line) -> Result<Outcome, Failure> {
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
                Action::Erase(user) => {
                    let ended = match self.users.read(*user).await? {
                        Some(read) => self.users.erase(*user, read, moment).await?,
                        None => false,
                    };
                    Ok(Outcome::Ended { ended })
                }
            }
        };
        line.timed("store_ms", acted).await
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

    async fn list(&self, user: UserId) -> Result<Outcome, Failure> {
        let (read, records) = self.records(user).await?;
        let now = self.clock.now();
        let decided = records.iter().filter_map(|(hash, record)| {
            decide(now, &self.rules, hash, record.as_ref().ok(), Some(&read)).ok()
        });
        let mut good: Vec<&Session> = decided.map(|(session, _)| session).collect();
        good.sort_by_key(|session| Reverse((session.created_at, session.id)));
        let sessions = good.into_iter().map(|session| ListedSession {
            id: session.id.to_string(),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: self.rules.ends_at(session),
            device: session.device.clone(),
        });
        Ok(Outcome::Sessions { sessions: sessions.collect() })
    }

    async fn end(&self, user: UserId, wanted: SessionId) -> Result<Outcome, Failure> {
        let (_, records) = self.records(user).await?;
        let is_wanted = |record: &SessionRecord| record.session().is_some_and(|session| session.id == wanted);
        let found = records.iter().find(|(_, record)| record.as_ref().is_ok_and(is_wanted));
        let (hash, _) = found.ok_or(RefusedCode::NotFound)?;
        let key = SessionKey { user, hash: *hash };
        let ended = self.sessions.end(&key, Ended::EndedByOperator, self.clock.now()).await?;
        Ok(Outcome::Ended { ended: matches!(ended, End::Now(_)) })
    }

    /// The account and the sessions in its list.
    async fn records(&self, user: UserId) -> Result<(User, Records), Failure> {
        let read = self.users.read(user).await?.filter(|read| read.person.is_some());
        let read = read.ok_or(RefusedCode::NotFound)?;
        let listed = read.live.entries().map(|entry| entry.hash);
        let records: Result<_, StoreError> = self.sessions.some(user, listed).await;
        Ok((read, records?))
    }
}
