//! Routes: the tables of `docs/api.md` and of the page in Chinese.

use facts::{
    Route,
    route::{ALL, Auth},
};

use crate::markdown::{self, Language, code};

/// What each route answers, or what it takes and may refuse.
pub(crate) fn table(which: &str) -> Option<Vec<String>> {
    if let Some(language) = which.strip_prefix("with codes, ") {
        return Language::named(language).map(with_codes);
    }
    let language = Language::named(which)?;
    let head = language.pick(["Route", "Auth", "Answer"], ["路由", "鉴权", "返回"]);
    let rows = ALL.iter().map(|route| {
        let auth = match route.auth {
            Auth::Open => language.pick("none", "无"),
            Auth::Token => language.pick("token", "token"),
            Auth::Authorizer => language.pick("authorizer", "授权函数"),
        };
        [named(route), auth.to_owned(), language.pick(route.answer, route.chinese).to_owned()]
    });
    Some(markdown::table(head, rows))
}

fn named(route: &Route) -> String {
    code(&format!("{} {}", route.method, route.path))
}

fn with_codes(language: Language) -> Vec<String> {
    let rows = ALL.iter().map(|route| {
        let own: Vec<_> = route.codes.iter().map(|each| code(each.as_str())).collect();
        let authorizer = match route.auth {
            Auth::Authorizer => language.pick("those of the authorizer, ", "授权函数的错误码，以及 "),
            Auth::Open | Auth::Token => "",
        };
        [
            named(route),
            language.pick(
                route.body.to_owned(),
                route.body.replace(", at most ", "，最多 ").replace(" bytes", " 字节"),
            ),
            route.success.to_string(),
            format!("{authorizer}{}", own.join(" ")),
        ]
    });
    let head = language.pick(
        ["Route", "Body", "Success", "Codes beyond the common ones"],
        ["路由", "请求体", "成功", "通用错误码之外的错误码"],
    );
    markdown::table(head, rows)
}
