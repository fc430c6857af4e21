//! Erasing the users of a list: WeChat mails one of those who closed their accounts.

use std::{collections::BTreeSet, path::PathBuf};

use wxsession::UserId;

use super::{
    Failure, Outcome, Terminal,
    control::{Control, of_user},
    moment::seconds,
    texts::{ERASE_LISTED, LIST_EMPTY, LIST_FORM, LIST_UNREADABLE, LISTED, UNCHANGED},
};
use crate::{form, text::Message};

/// Whose accounts.
#[derive(clap::Args)]
pub(super) struct Listed {
    /// A text with one openid on each line. Empty lines, and those that begin with #, do not count.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The Mini Program that they are users of.
    #[arg(long, value_name = "APPID", value_parser = form::app_id)]
    app_id: String,
    /// Leave accounts alone that began at this time or later: as 2026-12-31T16:00:00Z or in unix seconds.
    #[arg(long, value_name = "TIME")]
    created_before: Option<String>,
}

#[derive(Default)]
struct Count {
    erased: usize,
    none: usize,
    newer: usize,
    failed: usize,
}

impl Listed {
    pub(super) async fn run(
        &self,
        control: &Control,
        terminal: &mut Terminal<'_>,
    ) -> Result<Outcome, Failure> {
        let before = self.created_before.as_deref().map(seconds).transpose()?;
        let users = self.users()?;
        let question = Message::from(ERASE_LISTED).with("count", &users.len()).with("app", &self.app_id);
        if !terminal.confirms(&question)? {
            terminal.say(UNCHANGED)?;
            return Ok(Outcome::NotConfirmed);
        }
        let mut count = Count::default();
        for user in users {
            match erased(&user.to_string(), before, control).await {
                Ok(Some(true)) => count.erased += 1,
                Ok(Some(false)) => count.none += 1,
                Ok(None) => count.newer += 1,
                // The others are not to wait for one.
                Err(failure) => {
                    count.failed += 1;
                    terminal.say(failure.message)?;
                }
            }
        }
        let Count { erased, none, newer, failed } = count;
        let said = Message::from(LISTED).with("erased", &erased).with("none", &none);
        terminal.say(said.with("newer", &newer).with("failed", &failed))?;
        Ok(if failed == 0 { Outcome::Done } else { Outcome::Unavailable })
    }

    /// Each once, and one at least. An openid is not shown: a line is named by its number.
    fn users(&self) -> Result<BTreeSet<UserId>, Failure> {
        let text = std::fs::read_to_string(&self.file);
        let text = text.map_err(|error| {
            Failure::new(Outcome::Refused, Message::from(LIST_UNREADABLE).with("kind", &error.kind()))
        })?;
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).enumerate();
        let mut users = BTreeSet::new();
        for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let openid = form::openid(line).map_err(|_| {
                Failure::new(Outcome::Refused, Message::from(LIST_FORM).with("line", &(number + 1)))
            })?;
            users.insert(UserId::of(&self.app_id, &openid));
        }
        if users.is_empty() {
            return Err(Failure::new(Outcome::Refused, LIST_EMPTY));
        }
        Ok(users)
    }
}

/// Whether there was an account to erase; `None` when it began too late. The function itself looks at when it began: who is
/// asked about first may have come back since.
async fn erased(user: &str, before: Option<i64>, control: &Control) -> Result<Option<bool>, Failure> {
    let mut members = of_user(user);
    if let Some(before) = before {
        members["created_before"] = before.into();
    }
    let result = control.ask("erase", members).await?;
    Ok(if result["newer"] == true { None } else { Some(result["ended"] == true) })
}
