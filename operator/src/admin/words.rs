//! What each verb is told on the command line.

use clap::Args;

use super::person::Person;
use crate::form;

#[derive(Args)]
pub(super) struct Block {
    #[command(flatten)]
    pub(super) who: Person,
    /// Why: a code of yours such as `spam`. The user does not see it.
    #[arg(long, value_name = "CODE")]
    pub(super) reason: String,
    /// The first second in which the user may log in again, as 2026-12-31T16:00:00Z or in unix seconds.
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<String>,
}

#[derive(Args)]
#[expect(clippy::struct_field_names, reason = "an argument is called as the command line shows it")]
pub(super) struct Roles {
    #[command(flatten)]
    pub(super) who: Person,
    /// The roles.
    #[arg(value_name = "ROLE", required_unless_present = "none")]
    pub(super) roles: Vec<String>,
    /// No roles at all.
    #[arg(long, conflicts_with = "roles")]
    pub(super) none: bool,
}

#[derive(Args)]
#[expect(clippy::struct_field_names, reason = "an argument is called as the command line shows it")]
pub(super) struct Claims {
    #[command(flatten)]
    pub(super) who: Person,
    /// The claims. A number, true and false are what they look like; everything else is a text.
    #[arg(value_name = "NAME=VALUE", required_unless_present = "none")]
    pub(super) claims: Vec<String>,
    /// No claims at all.
    #[arg(long, conflicts_with = "claims")]
    pub(super) none: bool,
}

#[derive(Args)]
pub(super) struct External {
    #[command(flatten)]
    pub(super) who: Person,
    /// The name.
    #[arg(value_name = "NAME", required_unless_present = "none")]
    pub(super) name: Option<String>,
    /// Take the name away.
    #[arg(long, conflicts_with = "name")]
    pub(super) none: bool,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
pub(super) struct Find {
    /// WeChat's name of the user across Mini Programs.
    #[arg(long, value_name = "UNIONID", conflicts_with_all = ["external_id", "app_id", "openid"])]
    pub(super) unionid: Option<String>,
    /// The business's own name of the user.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["app_id", "openid"])]
    pub(super) external_id: Option<String>,
    /// The Mini Program.
    #[arg(long, value_name = "APPID", value_parser = form::app_id, requires = "openid")]
    pub(super) app_id: Option<String>,
    /// WeChat's name of the user in it.
    #[arg(long, value_name = "OPENID", value_parser = form::openid, requires = "app_id")]
    pub(super) openid: Option<String>,
}
