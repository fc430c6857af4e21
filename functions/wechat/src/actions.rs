//! What each action does.

use wxsession::{
    Secret, UserId,
    http::{Code, Problem},
    store::users::Signer,
    telemetry::Line,
};
use wxsession_wechat::{
    api::Call,
    calls::deadline,
    secrets::{App, VirtualPayment},
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
    pub(crate) async fn act(&self, asked: &Asked, line: &mut Line) -> Result<Outcome, Failure> {
        let apps = line.timed("secrets_ms", self.calls.apps().value()).await;
        self.calls.apps().report(line);
        let apps = apps.map_err(Problem::from)?;
        let (_, app) = apps.get(&asked.app_id).map_err(Problem::from)?.ok_or(RefusedCode::AppUnknown)?;
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
                self.payment(app, payment, signer, asked.checks, line).await
            }
            (Action::Xpay(call), signer) => self.xpay(app, call, signer.as_ref(), asked.checks, line).await,
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

    async fn token(
        &self,
        app_id: &str,
        refused: Option<&Secret>,
        line: &mut Line,
    ) -> Result<Outcome, Failure> {
        let token = self.calls.access_token(app_id, refused, line).await.map_err(Problem::from)?;
        Ok(Outcome::Token { access_token: token.expose().to_owned(), expires_at: token.expires_at() })
    }

    async fn payment(
        &self,
        app: &App,
        payment: &payment::Payment,
        signer: &(UserId, Signer),
        checks: bool,
        line: &mut Line,
    ) -> Result<Outcome, Failure> {
        let (account, app_key) = keys(app, payment.env)?;
        let offer = payment.sign_data(account.offer_id.as_deref());
        let sign_data = offer.ok_or_else(|| RefusedCode::NotConfigured.because("no_offer_id"))?;
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
        app: &App,
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

/// What the Mini Program has of virtual payment, and the `AppKey` of an environment.
fn keys(app: &App, env: Env) -> Result<(&VirtualPayment, &Secret), Failure> {
    let missing = |what| RefusedCode::NotConfigured.because(what);
    let account = app.virtual_payment.as_ref().ok_or_else(|| missing("no_virtual_payment"))?;
    Ok((account, env.app_key(account).map_err(missing)?))
}
