//! The Mini Programs of this deployment, each with what it has of WeChat.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Cause, FORM, Flaw, SecretError, SecretValue,
    tree::{Members, Tree},
};
use wxsession::Secret;

/// `{"<app id>": "<AppSecret>", …}`, or for a Mini Program that has more than that
/// `{"<app id>": {"secret": "…", "push"?: {…}, "virtual_payment"?: {…}}, …}`. Each is judged by itself, and at least one is
/// good.
#[derive(Debug)]
pub struct Apps {
    good: BTreeMap<String, App>,
    /// Those of another form, with what is wrong; of some the last good form is among the good ones.
    flawed: BTreeMap<String, &'static str>,
}

/// A Mini Program.
#[derive(Clone, Debug)]
pub struct App {
    /// The AppSecret.
    pub secret: Secret,
    /// Message push, when WeChat calls us.
    pub push: Option<Push>,
    /// Virtual payment, when there is any to sign.
    pub virtual_payment: Option<VirtualPayment>,
}

/// What the console shows under message push.
#[derive(Clone, Debug)]
pub struct Push {
    /// 3 to 32 letters and digits.
    pub token: Secret,
    /// `EncodingAESKey`: 43 characters of base64.
    pub encoding_aes_key: Secret,
    /// Messages that are not sealed are taken, too. Nothing signs what is in them.
    pub allow_plain: bool,
}

/// What the console shows under virtual payment.
#[derive(Clone, Debug)]
pub struct VirtualPayment {
    /// The merchant's offer.
    pub offer_id: Option<String>,
    /// The live `AppKey`.
    pub app_key: Secret,
    /// That of the sandbox.
    pub sandbox_app_key: Option<Secret>,
}

impl Apps {
    /// The Mini Program of that id, if it is one of the deployment's.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when it is, and its entry has another form.
    pub fn get(&self, app_id: &str) -> Result<Option<(&str, &App)>, SecretError> {
        if let Some((id, app)) = self.good.get_key_value(app_id) {
            return Ok(Some((id, app)));
        }
        match self.flawed.get(app_id) {
            None => Ok(None),
            Some(what) => {
                let cause = Cause::WrongEntries(vec![Flaw::of(app_id, what)]);
                Err(SecretError { secret: Self::NAME, cause })
            }
        }
    }

    /// The only one, when there is only one.
    #[must_use]
    pub fn only(&self) -> Option<(&str, &App)> {
        self.iter().next().filter(|_| self.count() == 1)
    }

    /// All that are good.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &App)> {
        self.good.iter().map(|(id, app)| (id.as_str(), app))
    }

    /// How many there are, good or not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.good.keys().chain(self.flawed.keys()).collect::<BTreeSet<_>>().len()
    }

    fn flaws(&self) -> Option<Cause> {
        let flaws: Vec<_> = self.flawed.iter().map(|(id, what)| Flaw::of(id, what)).collect();
        (!flaws.is_empty()).then_some(Cause::WrongEntries(flaws))
    }
}

impl SecretValue for Apps {
    const NAME: &'static str = "apps";

    fn read(text: &str) -> Result<Self, Cause> {
        let (mut good, mut flawed) = (BTreeMap::new(), BTreeMap::new());
        for (id, entry) in Tree::members(text)? {
            let is_new = !good.contains_key(&id) && !flawed.contains_key(&id);
            match App::read(&id, entry) {
                Ok(app) if is_new => drop(good.insert(id, app)),
                // Of two with one name nobody can say which is meant.
                read => {
                    good.remove(&id);
                    flawed.insert(id, read.err().unwrap_or(FORM));
                }
            }
        }
        let apps = Self { good, flawed };
        if apps.good.is_empty() {
            return Err(apps.flaws().unwrap_or(Cause::WrongForm("no_app")));
        }
        Ok(apps)
    }

    fn flaw(&self) -> Option<Cause> {
        self.flaws()
    }

    fn over(mut self, last: &Self) -> Self {
        for id in self.flawed.keys() {
            if let Some(app) = last.good.get(id) {
                self.good.insert(id.clone(), app.clone());
            }
        }
        self
    }
}

impl App {
    fn read(id: &str, entry: Tree) -> Result<Self, &'static str> {
        let app = match entry {
            Tree::Text(secret) => Self { secret, push: None, virtual_payment: None },
            Tree::Object(members) => Members::of(members)?.whole(|members| {
                Ok(Self {
                    secret: members.needed("secret")?,
                    push: members.object("push", Push::read)?,
                    virtual_payment: members.object("virtual_payment", VirtualPayment::read)?,
                })
            })?,
            Tree::Null | Tree::Flag(_) | Tree::Other => return Err(FORM),
        };
        let wrong = [
            (!is_within(id, 1..=64, u8::is_ascii_alphanumeric), "bad_app_id"),
            (!is_key(&app.secret), "bad_app_secret"),
            (!app.push.as_ref().is_none_or(Push::fits), "bad_push"),
            (!app.virtual_payment.as_ref().is_none_or(VirtualPayment::fits), "bad_virtual_payment"),
        ];
        match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, what)) => Err(what),
            None => Ok(app),
        }
    }
}

impl Push {
    fn read(members: &mut Members) -> Result<Self, &'static str> {
        Ok(Self {
            token: members.needed("token")?,
            encoding_aes_key: members.needed("encoding_aes_key")?,
            allow_plain: members.flag("allow_plain")?,
        })
    }

    /// Of what the console shows, for sealed messages only.
    #[must_use]
    pub fn of(token: &str, encoding_aes_key: &str) -> Self {
        let (token, encoding_aes_key) = (Secret::new(token), Secret::new(encoding_aes_key));
        Self { token, encoding_aes_key, allow_plain: false }
    }

    fn fits(&self) -> bool {
        is_within(self.token.expose(), 3..=32, u8::is_ascii_alphanumeric)
            && is_within(self.encoding_aes_key.expose(), 43..=43, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
            })
    }
}

impl VirtualPayment {
    fn read(members: &mut Members) -> Result<Self, &'static str> {
        Ok(Self {
            offer_id: members.text("offer_id")?.map(|id| id.expose().to_owned()),
            app_key: members.needed("app_key")?,
            sandbox_app_key: members.text("sandbox_app_key")?,
        })
    }

    fn fits(&self) -> bool {
        let offer = self.offer_id.as_deref();
        is_key(&self.app_key)
            && self.sandbox_app_key.as_ref().is_none_or(is_key)
            && offer.is_none_or(|id| is_within(id, 1..=64, u8::is_ascii_alphanumeric))
    }
}

fn is_key(text: &Secret) -> bool {
    is_within(text.expose(), 1..=128, u8::is_ascii_graphic)
}

fn is_within(text: &str, length: std::ops::RangeInclusive<usize>, fits: fn(&u8) -> bool) -> bool {
    length.contains(&text.len()) && text.as_bytes().iter().all(fits)
}

#[cfg(test)]
mod tests;
