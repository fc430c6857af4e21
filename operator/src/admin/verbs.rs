//! What can be done. What changes something asks first, and says what is there now.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::{
    Failure, Outcome, Terminal,
    control::{Control, of_user},
    listed::Listed,
    moment::later,
    person::Person,
    show,
    texts::{
        BAD_CLAIM, BLOCK, BLOCKED_NOBODY, CLAIM_TWICE, CLAIMS, DONE, END_ALL, END_ONE, ERASE, EXTERNAL_ID,
        NO_ACCOUNT, NOBODY, NONE, NOTHING_LEFT, ROLES, SET, UNBLOCK, UNCHANGED,
    },
    words::{Block, Claims, External, Find, Roles},
};
use crate::text::{Message, Text};

#[derive(Subcommand)]
pub(super) enum Verb {
    /// Show the account: times, block, roles, claims.
    Show(Person),
    /// List the sessions that are good, newest first.
    Sessions(Person),
    /// Name the users with a unionid or an external id, or whether an openid has an account.
    Find(Find),
    /// End all sessions of the user, or with --session that one.
    SignOut(Person),
    /// Refuse the user from the next request on, and end all sessions.
    Block(Block),
    /// Let the user log in again. Ended sessions stay ended.
    Unblock(Person),
    /// Put these roles in the place of all others.
    Roles(Roles),
    /// Put these claims in the place of all others.
    Claims(Claims),
    /// Set the business's own name of the user.
    ExternalId(External),
    /// Erase the account: names, vault, roles, claims, sessions. A block stays.
    Erase(Person),
    /// Erase the accounts of a list of openids, such as WeChat mails of users who closed theirs.
    EraseList(Listed),
}

/// Something that is done to a user when it was confirmed.
struct Change<'a> {
    question: Text,
    action: &'a str,
    members: Value,
    /// The member of the result that says whether there was something to do, if one does.
    tells: &'a str,
    /// What is to be said where there is no account of the user; of a mistyped name there is none.
    nobody: Option<Text>,
}

impl Verb {
    pub(super) async fn run(
        &self,
        control: &Control,
        terminal: &mut Terminal<'_>,
    ) -> Result<Outcome, Failure> {
        match self {
            Self::Show(who) => {
                let user = who.user_id(control, terminal).await?;
                show::account(&control.ask("get", of_user(&user)).await?, terminal)?;
                Ok(Outcome::Done)
            }
            Self::Sessions(who) => {
                let user = who.user_id(control, terminal).await?;
                let listed = control.ask("list_sessions", of_user(&user)).await?;
                show::sessions(&user, &listed, terminal)?;
                Ok(Outcome::Done)
            }
            Self::Find(wanted) => wanted.run(control, terminal).await,
            Self::SignOut(who) => sign_out(who, control, terminal).await,
            Self::Block(wanted) => {
                let mut members = json!({ "reason": wanted.reason });
                if let Some(until) = &wanted.until {
                    members["until"] = later(until, control.now())?.into();
                }
                let change = Change {
                    question: BLOCK,
                    action: "block",
                    members,
                    tells: "",
                    nobody: Some(BLOCKED_NOBODY),
                };
                change.run(&wanted.who, control, terminal).await
            }
            Self::Unblock(who) => {
                let (question, members) = (UNBLOCK, json!({}));
                let change =
                    Change { question, action: "unblock", members, tells: "was_blocked", nobody: None };
                change.run(who, control, terminal).await
            }
            Self::Erase(who) => {
                let (question, members, nobody) = (ERASE, json!({}), Some(NO_ACCOUNT));
                let change = Change { question, action: "erase", members, tells: "ended", nobody };
                change.run(who, control, terminal).await
            }
            Self::EraseList(listed) => listed.run(control, terminal).await,
            Self::Roles(wanted) => {
                let after = json!(wanted.roles);
                set(&wanted.who, ("set_roles", "roles", ROLES), after, control, terminal).await
            }
            Self::Claims(wanted) => {
                let after = claims(&wanted.claims)?;
                set(&wanted.who, ("set_claims", "claims", CLAIMS), after, control, terminal).await
            }
            Self::ExternalId(wanted) => {
                let after = json!(wanted.name);
                set(&wanted.who, ("set_external_id", "external_id", EXTERNAL_ID), after, control, terminal)
                    .await
            }
        }
    }
}

impl Find {
    async fn run(&self, control: &Control, terminal: &mut Terminal<'_>) -> Result<Outcome, Failure> {
        let found = match (&self.unionid, &self.external_id) {
            (Some(unionid), _) => control.ask("find_by_unionid", json!({ "unionid": unionid })).await?,
            (None, Some(name)) => control.ask("find_by_external_id", json!({ "external_id": name })).await?,
            (None, None) => {
                let names = json!({ "app_id": self.app_id, "openid": self.openid });
                control.ask("find_by_openid", names).await?
            }
        };
        if found["users"] == json!([]) {
            return Err(Failure::new(Outcome::NotFound, NOBODY));
        }
        Ok(if show::users(&found, terminal)? > 0 { Outcome::Done } else { Outcome::NotFound })
    }
}

async fn sign_out(who: &Person, control: &Control, terminal: &mut Terminal<'_>) -> Result<Outcome, Failure> {
    let (question, action, members, nobody) = match who.session() {
        Some(session) => (END_ONE, "end_session", json!({ "session_id": session }), None),
        None => (END_ALL, "end_sessions", json!({}), Some(NO_ACCOUNT)),
    };
    Change { question, action, members, tells: "ended", nobody }.run(who, control, terminal).await
}

impl Change<'_> {
    async fn run(
        self,
        who: &Person,
        control: &Control,
        terminal: &mut Terminal<'_>,
    ) -> Result<Outcome, Failure> {
        let user = who.user_id(control, terminal).await?;
        if let Some(nobody) = self.nobody
            && !has_account(&user, control).await?
        {
            terminal.say(Message::from(nobody).with("user", &user))?;
        }
        let question = Message::from(self.question).with("user", &user);
        let question = question.with("session", who.session().unwrap_or_default());
        if !terminal.confirms(&question)? {
            terminal.say(UNCHANGED)?;
            return Ok(Outcome::NotConfirmed);
        }
        let mut members = self.members;
        members["user_id"] = user.into();
        let is_done = match control.ask(self.action, members).await {
            Ok(result) => result[self.tells] != false,
            // It is on record, and in no list any more: whatever emptied that has ended it.
            Err(failure) if failure.outcome == Outcome::NotFound && who.is_a_session_alone() => false,
            Err(failure) => return Err(failure),
        };
        terminal.say(if is_done { DONE } else { NOTHING_LEFT })?;
        Ok(Outcome::Done)
    }
}

/// Whether there is an account. Of a user who is only blocked there is none.
async fn has_account(user: &str, control: &Control) -> Result<bool, Failure> {
    match control.ask("get", of_user(user)).await {
        Ok(account) => Ok(account["app_id"].is_string()),
        Err(failure) if failure.outcome == Outcome::NotFound => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Replaces one part of the account, if nobody else changed it since it was looked at.
async fn set(
    who: &Person,
    (action, member, what): (&str, &str, Text),
    after: Value,
    control: &Control,
    terminal: &mut Terminal<'_>,
) -> Result<Outcome, Failure> {
    let user = who.user_id(control, terminal).await?;
    let account = control.ask("get", of_user(&user)).await?;
    let none = terminal.word(NONE);
    let shown = |part: &Value| match part {
        Value::String(text) => text.clone(),
        Value::Array(_) => show::roles(&json!({ "roles": part })).unwrap_or_else(|| none.clone()),
        Value::Object(_) => show::claims(&json!({ "claims": part })).unwrap_or_else(|| none.clone()),
        _ => none.clone(),
    };
    let question = Message::from(SET).with("user", &user).with_words("what", what.en, what.zh);
    let question = question.with("before", &shown(&account[member])).with("after", &shown(&after));
    if !terminal.confirms(&question)? {
        terminal.say(UNCHANGED)?;
        return Ok(Outcome::NotConfirmed);
    }
    // Whoever is asked takes their time: the account may have been erased, and have begun again, meanwhile.
    let mut members =
        json!({ "user_id": user, "version": account["version"], "created_at": account["created_at"] });
    members[member] = after;
    control.ask(action, members).await?;
    terminal.say(DONE)?;
    Ok(Outcome::Done)
}

fn claims(pairs: &[String]) -> Result<Value, Failure> {
    let mut claims = Map::new();
    for pair in pairs {
        let (name, text) = pair.split_once('=').ok_or_else(|| Failure::new(Outcome::Refused, BAD_CLAIM))?;
        let value = match serde_json::from_str(text) {
            Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
            _ => text.into(),
        };
        if claims.insert(name.to_owned(), value).is_some() {
            return Err(Failure::new(Outcome::Refused, CLAIM_TWICE));
        }
    }
    Ok(Value::Object(claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_what_it_looks_like() {
        let read =
            |pairs: &[&str]| claims(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>()).ok();
        assert_eq!(
            read(&["level=3", "vip=true", "name=Pat", "zip=00123", "note=a=b", "empty=", "list=[1]"]),
            Some(json!({
                "level": 3, "vip": true, "name": "Pat", "zip": "00123", "note": "a=b", "empty": "", "list": "[1]",
            }))
        );
        assert_eq!(read(&["level"]), None);
        assert_eq!(read(&["level=1", "level=2"]), None);
    }
}
