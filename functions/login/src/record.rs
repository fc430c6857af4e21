//! Recording a login: the user, the session, and the sessions that end with it.

use std::cmp::Reverse;

use wxsession::{
    SessionId, UserId,
    http::Problem,
    session::{Generation, Session, State, decide},
    store::{Revoked, StoreError, users::Registration},
    telemetry::Line,
    token::{SessionToken, TokenHash},
    vault::{Owner, Sealer},
};

use crate::{Login, wechat::Traded};

/// What the client gets.
pub struct Recorded {
    /// Shown once, to the client.
    pub token: SessionToken,
    /// As it is stored.
    pub session: Session,
    /// Whether this login made the user's record.
    pub is_new: bool,
}

impl Login {
    /// Registers the user, writes the session, and ends those that end with it: what a login does
    /// once WeChat has said who it is.
    ///
    /// # Errors
    ///
    /// `store_unavailable` when the login is not known to be written.
    pub async fn record(
        &self,
        traded: &Traded,
        presented: Option<&SessionToken>,
        line: &mut Line,
    ) -> Result<Recorded, Problem> {
        let user_id = UserId::of(&traded.app_id, &traded.wechat.openid);
        line.put("user_id", user_id.to_string());
        let now = self.clock.now();
        let login = self.registration(user_id, traded, now);
        // The list is for the cap only; both go out together.
        let reads =
            async { tokio::join!(self.users.register(user_id, &login), self.sessions.of_user(user_id)) };
        let (registered, others) = line.timed("store_ms", reads).await;
        let registered = registered?;

        let token = SessionToken::generate(user_id, &self.random);
        let session = self.session(user_id, traded, registered.generation, now);
        line.put("session_id", session.id.to_string());
        let hash = token.hash(&self.realm);
        let written = self.sessions.create(&hash, &session);
        line.timed("store_ms", written).await?;
        line.audit("session_created", &[]);

        let presented = presented.filter(|old| old.user_id() == user_id).map(|old| old.hash(&self.realm));
        self.end_others(&session, presented, others, line).await;
        Ok(Recorded { token, session, is_new: registered.is_new })
    }

    fn registration<'a>(&self, user_id: UserId, traded: &'a Traded, now: i64) -> Registration<'a> {
        let owner = Owner { user_id, app_id: &traded.app_id };
        let session_key = &traded.wechat.session_key;
        let key = match &traded.sealer {
            Sealer::Ring(ring) => Some(ring.for_storage(owner, session_key, now, &self.random)),
            Sealer::Off | Sealer::Broken => None,
        };
        Registration {
            app_id: &traded.app_id,
            openid: &traded.wechat.openid,
            unionid: traded.wechat.unionid.as_deref(),
            now,
            generation: Generation(self.random.bytes()),
            key,
        }
    }

    fn session(&self, user_id: UserId, traded: &Traded, generation: Generation, now: i64) -> Session {
        let absolute_expires_at = now.saturating_add(self.rules.absolute_seconds);
        Session {
            id: SessionId::generate(self.clock.now_millis(), &self.random),
            user_id,
            generation,
            app_id: traded.app_id.clone(),
            openid: Some(traded.wechat.openid.clone()),
            unionid: traded.wechat.unionid.clone(),
            created_at: now,
            last_seen_at: now,
            expires_at: self.rules.expires_at(now, absolute_expires_at),
            absolute_expires_at,
            state: State::Active,
        }
    }

    /// Ends the session whose token was presented, and the least recently seen ones over the cap.
    /// The login stands either way: a failure is logged, and the next login mends it.
    async fn end_others(
        &self,
        new: &Session,
        presented: Option<TokenHash>,
        others: Result<Vec<(TokenHash, Session)>, StoreError>,
        line: &mut Line,
    ) {
        let mut others = others.unwrap_or_else(|error| {
            Problem::from(error).note_in(line);
            Vec::new()
        });
        let replaced = presented.map(|hash| {
            let known = others.iter().find(|(other, _)| *other == hash).map(|(_, session)| session.id);
            (hash, known, "replaced")
        });
        others.retain(|(hash, session)| {
            replaced.as_ref().is_none_or(|(presented, ..)| hash != presented)
                && decide(new.created_at, Some(session), Some(new.generation)).is_ok()
        });
        others.sort_by_key(|(_, session)| Reverse((session.last_seen_at, session.created_at, session.id)));
        let over = others.split_off(others.len().min(self.max_sessions - 1));
        let evicted = over.into_iter().map(|(hash, session)| (hash, Some(session.id), "evicted"));
        for (hash, ended, reason) in replaced.into_iter().chain(evicted) {
            let write = self.sessions.revoke(new.user_id, &hash, reason, new.created_at);
            match line.timed("store_ms", write).await {
                Ok(Revoked::Now) => {
                    let event =
                        if reason == "evicted" { "excess_sessions_exceeded" } else { "session_revoked" };
                    let ended = ended.map(|id| id.to_string());
                    line.audit(event, &[("reason", reason.into()), ("ended_session_id", ended.into())]);
                }
                Ok(_) => {}
                Err(error) => Problem::from(error).note_in(line),
            }
        }
    }
}
