//! WeChat calls us: message push. Open at API Gateway, because WeChat has no token of ours; a signature decides.
//!
//! | route | does |
//! |---|---|
//! | `GET /wechat/push/{app_id}` | answers WeChat's check of the URL |
//! | `POST /wechat/push/{app_id}` | takes a message: verifies it, stores what asks for something, answers `success` |
//!
//! What a message asks for is carried out by the function `erasures`, from the stream of the table: WeChat sends a message
//! three times at most, and only while it has no answer. So it is stored first, and then the rest is ours.
//!
//! Off, per Mini Program, until its entry in the apps secret has Token and `EncodingAESKey`.

mod asked;
mod message;
mod received;
mod xml;

use std::sync::Arc;

use facts::route;
use wxsession::{
    Clock,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem, Request, RequestExt, Response, Route, response},
    serve::HttpFunction,
    store::{Pushes, pushes::Asks},
    telemetry::Line,
};
use wxsession_wechat::{
    envelope::Envelope,
    secrets::{Apps, CachedSecret},
    settings::secrets_manager,
};

use crate::{
    asked::{Asked, asked},
    message::Message,
    received::{Query, Refused},
};

/// The longest message of WeChat's that is documented is far shorter.
const MOST_BYTES: usize = 64 * 1024;
/// `echostr` is some digits.
const MOST_ECHO_BYTES: usize = 1024;
/// What WeChat takes for "do not send it again".
/// <https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html>
const SUCCESS: &str = "success";

/// The function with its clients, built once per environment.
pub struct MessagePush {
    account: Account,
    apps: CachedSecret<Apps>,
    pushes: Pushes,
    /// Somebody else is told of every message.
    hands_on: bool,
    clock: Clock,
}

/// A Mini Program that WeChat may push to.
struct App {
    id: String,
    envelope: Envelope,
    allows_plain: bool,
}

impl MessagePush {
    /// Reads the settings and builds the clients, with the caller's own account.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn with_account(account: Account, env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        let tables = Tables::read(env)?;
        let hands_on = config::event_bus(env)?.is_some();
        let apps_secret_id = env.given(&facts::settings::WECHAT_APPS_SECRET_ID)?;
        Ok(Self {
            apps: CachedSecret::new(secrets_manager(&account, env), apps_secret_id, clock.clone()),
            pushes: Pushes::new(account.dynamodb(Budget::WRITE), tables.sessions),
            hands_on,
            account,
            clock,
        })
    }

    async fn check(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        // No message is lost by it.
        line.counts_as(false);
        let (query, echo) = (query(request)?, one(request, "echostr")?.unwrap_or_default());
        if echo.is_empty() || echo.len() > MOST_ECHO_BYTES {
            return Err(Problem::malformed("push_echostr"));
        }
        self.verified(request, line, |app| {
            let is_ours = app.envelope.is_signed(query.signature, &[query.timestamp, query.nonce]);
            is_ours.then_some(()).ok_or(Refused::Signature)
        })
        .await?;
        Ok(response::text(echo))
    }

    async fn receive(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let (query, body): (_, &[u8]) = (query(request)?, request.body());
        if body.len() > MOST_BYTES {
            return Err(Problem::new(Code::BodyTooLarge));
        }
        let (app, message) = self
            .verified(request, line, |app| {
                received::message(&app.envelope, &app.id, app.allows_plain, query, body)
            })
            .await?;
        let now = self.clock.now();
        line.put("event", asked::word(&message));
        if let Ok(sent_at) = query.timestamp.parse::<i64>() {
            line.put("push_age_seconds", now.saturating_sub(sent_at));
        }
        self.take(&app, &message, now, line).await?;
        Ok(response::text(SUCCESS))
    }

    /// Stores what there is to do. Sending the message again changes nothing about one that is too old or names nobody, so
    /// that is a success, and a warning.
    async fn take(&self, app: &App, message: &Message, now: i64, line: &mut Line) -> Result<(), Problem> {
        let Asked { row, reason, is_lost } = asked(message, &app.id, now, self.hands_on);
        if is_lost {
            line.put("push_lost", true);
        }
        if let Some(why) = reason {
            line.put("reason", why);
            line.warn();
        }
        let Some((key, push)) = row else { return Ok(()) };
        let erases = push.asks != Asks::Nothing;
        if erases {
            line.put("user_id", push.user.to_string());
        }
        line.put("push_id", key.id());
        let stored = line.timed("store_ms", self.pushes.store(&key, &push, now)).await?;
        if stored && erases {
            line.audit("push_stored", &[("event", push.asks.event().into())]);
        } else if !stored && reason.is_none() {
            line.put("reason", "push_again");
        }
        Ok(())
    }

    /// What `verify` makes of what came, for the Mini Program of the path. When its signature does not fit, or its key, they may
    /// have been changed just now: WeChat is not known to send again what was refused, so that is looked up.
    async fn verified<T>(
        &self,
        request: &Request,
        line: &mut Line,
        verify: impl Fn(&App) -> Result<T, Refused>,
    ) -> Result<(App, T), Problem> {
        let parameters = request.path_parameters_ref();
        let named = parameters.and_then(|named| named.first("app_id")).unwrap_or_default();
        let apps = line.timed("secrets_ms", self.apps.value()).await;
        self.apps.report(line);
        let apps = apps?;
        let app = app(&apps, named)?;
        line.put("app_id", app.id.as_str());
        let refused = match verify(&app) {
            Ok(done) => return Ok((app, done)),
            Err(refused) => refused,
        };
        let newer = if refused.may_be_of_newer_keys() {
            line.timed("secrets_ms", self.apps.newer_than(&apps)).await
        } else {
            None
        };
        let refused = match newer {
            None => refused,
            Some(newer) => {
                let app = self::app(&newer, named)?;
                match verify(&app) {
                    Ok(done) => return Ok((app, done)),
                    Err(refused) => refused,
                }
            }
        };
        if refused.is_lost() {
            line.put("push_lost", true);
            line.warn();
        }
        Err(refused.into())
    }
}

/// The Mini Program of that name, if it takes pushed messages. One that does not is like one that there is not.
fn app(apps: &Arc<Apps>, named: &str) -> Result<App, Problem> {
    let off = || Problem::new(Code::NotEnabled).because("push_off");
    let (id, app) = apps.get(named)?.ok_or_else(off)?;
    let push = Apps::part(id, &app.push)?.ok_or_else(off)?;
    let envelope = Envelope::new(push, id).ok_or_else(off)?;
    Ok(App { id: id.to_owned(), envelope, allows_plain: push.allow_plain })
}

fn query(request: &Request) -> Result<Query<'_>, Problem> {
    let of = |name| one(request, name).map(Option::unwrap_or_default);
    Ok(Query {
        signature: of("signature")?,
        msg_signature: of("msg_signature")?,
        timestamp: of("timestamp")?,
        nonce: of("nonce")?,
    })
}

/// A parameter of the query. Of two of one name nobody can say which is meant.
fn one<'a>(request: &'a Request, name: &str) -> Result<Option<&'a str>, Problem> {
    let all = request.query_string_parameters_ref().and_then(|query| query.all(name)).unwrap_or_default();
    match all.as_slice() {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => Err(Problem::malformed("push_query")),
    }
}

impl HttpFunction for MessagePush {
    const NAME: &'static str = "push";
    const ROUTES: &'static [Route<Self>] = &[
        Route::of(&route::PUSH_CHECK, |function, request, line| Box::pin(function.check(request, line))),
        Route::of(&route::PUSH, |function, request, line| Box::pin(function.receive(request, line))),
    ];

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock)
    }

    async fn prime(&self) {
        tokio::join!(async { drop(self.apps.value().await) }, self.account.prime());
    }
}

/// What a stranger can reach: any bytes as body and query, for a Mini Program with these keys. Whether a message was taken.
/// For the fuzz target.
#[cfg(feature = "test-util")]
#[must_use]
pub fn takes(envelope: &Envelope, app_id: &str, signed: [&str; 3], body: &[u8]) -> bool {
    let [msg_signature, timestamp, nonce] = signed;
    let query = Query { signature: msg_signature, msg_signature, timestamp, nonce };
    let Ok(message) = received::message(envelope, app_id, false, query, body) else { return false };
    drop(asked(&message, app_id, message.create_time().unwrap_or_default(), true));
    true
}
