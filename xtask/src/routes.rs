//! Routes: the tables of both READMEs and of `docs/api.md`.

use facts::{
    Route,
    route::{ALL, Auth},
};

use crate::markdown::{self, Language, code};

/// The table of a README, or of `docs/api.md`.
pub(crate) fn table(which: &str) -> Option<Vec<String>> {
    if which == "with codes" {
        return Some(with_codes());
    }
    let language = Language::named(which)?;
    let head = language.pick(["Route", "Auth", "Answer"], ["路由", "验证", "回答"]);
    let rows = ALL.iter().map(|route| {
        let auth = match route.auth {
            Auth::Open => language.pick("none", "无"),
            Auth::Token => language.pick("token", "令牌"),
            Auth::Authorizer => language.pick("authorizer", "授权方"),
        };
        [named(route), auth.to_owned(), language.pick(route.answer, route.chinese).to_owned()]
    });
    Some(markdown::table(head, rows))
}

fn named(route: &Route) -> String {
    code(&format!("{} {}", route.method, route.path))
}

fn with_codes() -> Vec<String> {
    let rows = ALL.iter().map(|route| {
        let own: Vec<_> = route.codes.iter().map(|each| code(each.as_str())).collect();
        let authorizer = if route.auth == Auth::Authorizer { "those of the authorizer, " } else { "" };
        [
            named(route),
            route.body.to_owned(),
            route.success.to_string(),
            format!("{authorizer}{}", own.join(" ")),
        ]
    });
    markdown::table(["Route", "Body", "Success", "Codes beyond the common ones"], rows)
}
