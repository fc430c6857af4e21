//! How a user is named, and who that is.

use aws_sdk_dynamodb::types::AttributeValue;
use wxsession::{UserId, env::Source as _};

use super::{
    Failure, Outcome, Terminal,
    control::Control,
    texts::{NO_SESSION, SCANNING},
};
use crate::{
    access::{failed, kind_of},
    form,
};

/// A user, by one of their names.
#[derive(clap::Args, Clone, Debug)]
#[group(required = true, multiple = true)]
pub(super) struct Person {
    /// The user's name here, as log lines and the Mini Program have it.
    #[arg(long, value_name = "ID", value_parser = form::user_id, conflicts_with_all = ["app_id", "openid"])]
    user_id: Option<String>,
    /// A session of theirs. Alone it looks through the whole sessions table for who that is.
    #[arg(long, value_name = "ID", value_parser = form::session_id)]
    session: Option<String>,
    /// The Mini Program.
    #[arg(long, value_name = "APPID", value_parser = form::app_id, requires = "openid")]
    app_id: Option<String>,
    /// WeChat's name of the user in it. It does not leave this machine.
    #[arg(long, value_name = "OPENID", value_parser = form::openid, requires = "app_id")]
    openid: Option<String>,
}

impl Person {
    /// The session that was named, if one was.
    pub(super) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Whether nothing else was named: then the session was found in the table.
    pub(super) fn is_a_session_alone(&self) -> bool {
        self.session.is_some() && self.user_id.is_none() && self.openid.is_none()
    }

    /// Their name here.
    pub(super) async fn user_id(
        &self,
        control: &Control,
        terminal: &mut Terminal<'_>,
    ) -> Result<String, Failure> {
        if let Some(user_id) = &self.user_id {
            return Ok(user_id.clone());
        }
        if let (Some(app_id), Some(openid)) = (&self.app_id, &self.openid) {
            return Ok(UserId::of(app_id, openid).to_string());
        }
        terminal.say(SCANNING)?;
        let found = owner(control, self.session.as_deref().unwrap_or_default()).await?;
        found.ok_or_else(|| Failure::new(Outcome::NotFound, NO_SESSION))
    }
}

/// Whose session it is. Sessions are kept under their user, not under their id, so all of them are looked through, with
/// the operator's own rights.
async fn owner(control: &Control, session: &str) -> Result<Option<String>, Failure> {
    let environment = control.environment();
    let table = environment.text("SESSIONS_TABLE").unwrap_or_default();
    let mut own = aws_sdk_dynamodb::config::Builder::from(control.config());
    own.set_endpoint_url(environment.text("AWS_ENDPOINT_URL_DYNAMODB"));
    let client = aws_sdk_dynamodb::Client::from_conf(own.build());
    let mut from = None;
    loop {
        let page = client
            .scan()
            .table_name(&table)
            .projection_expression("pk")
            .filter_expression("session_id = :id")
            .expression_attribute_values(":id", AttributeValue::S(session.to_owned()))
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(|error| failed("dynamodb:Scan", &kind_of(&error)))?;
        let user =
            |item: &std::collections::HashMap<String, AttributeValue>| item.get("pk")?.as_s().ok().cloned();
        if let Some(user) = page.items().iter().find_map(user) {
            return Ok(Some(user));
        }
        from = page.last_evaluated_key;
        if from.is_none() {
            return Ok(None);
        }
    }
}
