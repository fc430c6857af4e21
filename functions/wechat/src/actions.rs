//! What each action does.

use std::sync::Arc;

use wxsession::{
    Secret, UserId,
    http::{Code, Problem},
    store::users::Signer,
    telemetry::Line,
};
use wxsession_wechat::{
    api::Call,
    calls::deadline,
    secrets::{App, Apps, VirtualPayment},
    signature::{pay_signature, user_signature},
    vault::Owner,
};

use crate::{
    Backend, Failure,
    answer::{Outcome, Payment, Query, RefusedCode},
    payment::{self, Env},
    request::{Action, Asked},
    storage, xpay,
};

/// How user storage is signed.
const HMAC_SHA256: &str = "hmac_sha256";

impl Backend {
    pub(crate) async fn done(&self, asked: &Asked, line: &mut Line) -> Result<Outcome, Failure> {
        let apps = self.apps(asked, line).await?;
        let (app_id, app) = look(&apps, asked)?;
        // Not before it is known to be a Mini Program's: anything may come in its place.
        line.put("app_id", app_id);
        let signer = match asked.user {
            Some(user) => Some((user, self.signer(user, asked, line).await?)),
            None => None,
        };
        match (&asked.action, &signer) {
            (Action::AccessToken(refused), _) => self.token(&asked.app_id, refused.as_ref(), line).await,
            (Action::PhoneNumber(code), Some((_, signer))) => {
                let user = (asked.app_id.as_str(), signer.openid.as_str());
                Ok(Outcome::Number(self.calls.phone_number(user, code, line).await?))
            }
            (Action::VirtualPayment(payment), Some(signer)) => {
                self.payment((app_id, app), payment, signer, asked.checks, line).await
            }
            (Action::Xpay(call), signer) => {
                self.xpay((app_id, app), call, signer.as_ref(), asked.checks, line).await
            }
            (Action::UserStorage(storage), Some(signer)) => {
                let key = self.session_key(signer, asked.checks, line).await?;
                let body = storage.body();
                let query = Query {
                    signature: Some(user_signature(&key, body.as_bytes())),
                    openid: Some(signer.1.openid.clone()),
                    sig_method: Some(HMAC_SHA256),
                    ..Query::default()
                };
                Ok(Outcome::Call { path: storage::PATH, query, body })
            }
            // A request that is about a user names one.
            (_, None) => Err(Problem::new(Code::Internal).into()),
        }
    }

    /// The apps secret. What the request needs of it may just have been put there.
    async fn apps(&self, asked: &Asked, line: &mut Line) -> Result<Arc<Apps>, Failure> {
        let cached = self.calls.apps();
        let apps = line.timed("secrets_ms", cached.value()).await;
        cached.report(line);
        let apps = apps.map_err(Problem::from)?;
        if look(&apps, asked).is_ok() {
            return Ok(apps);
        }
        let newer = line.timed("secrets_ms", cached.newer_than(&apps)).await;
        cached.report(line);
        Ok(newer.unwrap_or(apps))
    }

    async fn token(
        &self,
        app_id: &str,
        refused: Option<&Secret>,
        line: &mut Line,
    ) -> Result<Outcome, Failure> {
        let token = self.calls.access_token(app_id, refused, line).await.map_err(Problem::from)?;
        // WeChat gives the same one to everybody as long as it is good.
        if refused.is_some_and(|refused| refused.expose() == token.expose()) {
            return Err(RefusedCode::Unavailable.because("no_other_token").into());
        }
        Ok(Outcome::Token { access_token: token.expose().to_owned(), expires_at: token.expires_at() })
    }

    async fn payment(
        &self,
        app: (&str, &App),
        payment: &payment::Payment,
        signer: &(UserId, Signer),
        checks: bool,
        line: &mut Line,
    ) -> Result<Outcome, Failure> {
        let (account, app_key) = keys(app, payment.env)?;
        let sign_data = sign_data(account, payment)?;
        let key = self.session_key(signer, checks, line).await?;
        Ok(Outcome::Payment(Payment {
            mode: payment.mode,
            pay_sig: pay_signature(app_key, payment::CALLED, sign_data.as_bytes()),
            signature: user_signature(&key, sign_data.as_bytes()),
            sign_data,
        }))
    }

    async fn xpay(
        &self,
        app: (&str, &App),
        call: &xpay::Call,
        signer: Option<&(UserId, Signer)>,
        checks: bool,
        line: &mut Line,
    ) -> Result<Outcome, Failure> {
        let (_, app_key) = keys(app, call.env)?;
        let body = call.body(signer.map(|(_, signer)| signer.openid.as_str()));
        let signature = match signer.filter(|_| call.needs_session_key) {
            Some(signer) => {
                Some(user_signature(&self.session_key(signer, checks, line).await?, body.as_bytes()))
            }
            None => None,
        };
        let pay_sig = Some(pay_signature(app_key, call.path, body.as_bytes()));
        Ok(Outcome::Call { path: call.path, query: Query { pay_sig, signature, ..Query::default() }, body })
    }

    /// Who is meant: a user of this Mini Program, and not one who is blocked where that matters.
    async fn signer(&self, user: UserId, asked: &Asked, line: &mut Line) -> Result<Signer, Failure> {
        let read = line.timed("store_ms", self.users.signer(user)).await?;
        let signer = read.filter(|signer| signer.app_id == asked.app_id).ok_or(RefusedCode::UserUnknown)?;
        let is_blocked = signer.block.as_ref().is_some_and(|block| block.is_in_force(self.clock.now()));
        if is_blocked && asked.action.is_for_who_is_let_in() {
            return Err(RefusedCode::UserBlocked.into());
        }
        Ok(signer)
    }

    /// The newest `session_key` of the user and no other: WeChat takes an older one for nothing that is signed here.
    async fn session_key(
        &self,
        (user_id, signer): &(UserId, Signer),
        checks: bool,
        line: &mut Line,
    ) -> Result<Secret, Failure> {
        let owner = Owner { user_id: *user_id, app_id: &signer.app_id };
        let sealed: Vec<_> = signer.sealed.iter().cloned().collect();
        let keys = self.keys.open(owner, std::future::ready(Ok(sealed)), line).await?;
        let stale = |reason| Problem::new(Code::SessionKeyStale).because(reason);
        let key = keys.into_iter().next().ok_or_else(|| stale("no_session_key"))?;
        if !checks {
            return Ok(key);
        }
        let signature = user_signature(&key, b"");
        let query =
            [("openid", signer.openid.as_str()), ("signature", &signature), ("sig_method", HMAC_SHA256)];
        let call = Call { path: "/wxa/checksession", query: &query, body: None };
        match self.calls.call(&signer.app_id, &call, deadline(), line).await {
            Ok(_) => Ok(key),
            Err(error) if error.is_session_key_stale() => {
                Err(stale("no_key_that_wechat_holds").with("errcode", error.errcode()).into())
            }
            Err(error) => Err(Problem::from(error).into()),
        }
    }
}

/// The Mini Program, if it has what the request needs.
fn look<'a>(apps: &'a Apps, asked: &Asked) -> Result<(&'a str, &'a App), Failure> {
    let app = apps.get(&asked.app_id).map_err(Problem::from)?.ok_or(RefusedCode::AppUnknown)?;
    match &asked.action {
        Action::VirtualPayment(payment) => {
            let (account, _) = keys(app, payment.env)?;
            sign_data(account, payment)?;
        }
        Action::Xpay(call) => {
            keys(app, call.env)?;
        }
        Action::PhoneNumber(_) | Action::AccessToken(_) | Action::UserStorage(_) => {}
    }
    Ok(app)
}

/// What the Mini Program has of virtual payment, and the `AppKey` of an environment.
fn keys<'a>((id, app): (&str, &'a App), env: Env) -> Result<(&'a VirtualPayment, &'a Secret), Failure> {
    let missing = |what| RefusedCode::NotConfigured.because(what);
    let account = Apps::part(id, &app.virtual_payment).map_err(Problem::from)?;
    let account = account.ok_or_else(|| missing("no_virtual_payment"))?;
    Ok((account, env.app_key(account).map_err(missing)?))
}

fn sign_data(account: &VirtualPayment, payment: &payment::Payment) -> Result<String, Failure> {
    let offer = payment.sign_data(account.offer_id.as_deref());
    Ok(offer.ok_or_else(|| RefusedCode::NotConfigured.because("no_offer_id"))?)
}
