//! The page that the Mini Program opens in a web-view. It is served from an origin of its own, as in life.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

const INDEX: &str = "index.html";

const FILES: [(&str, &str, &str); 5] = [
    (INDEX, "text/html; charset=utf-8", include_str!("../page/web-view/index.html")),
    ("page.css", "text/css; charset=utf-8", include_str!("../page/web-view/page.css")),
    ("page.js", SCRIPT, include_str!("../page/web-view/page.js")),
    // The files that people copy beside their pages.
    ("wxsession-ticket.js", SCRIPT, include_str!("../../miniprogram/browser/wxsession-ticket.js")),
    ("wxsession-page.js", SCRIPT, include_str!("../../miniprogram/browser/wxsession-page.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

struct Site {
    /// Where the API is.
    gateway: String,
    /// Where the files are read from for every request; the built-in ones when `None`.
    files: Option<PathBuf>,
}

/// The site of a page that calls the API at `gateway`. `files`: the folder of the other page, with this one's inside.
pub(crate) fn router(gateway: &str, files: Option<PathBuf>) -> Router {
    let files = files.map(|folder| folder.join("web-view"));
    let site = Arc::new(Site { gateway: gateway.to_owned(), files });
    Router::new().route("/", get(index)).route("/{file}", get(file)).with_state(site)
}

async fn index(State(site): State<Arc<Site>>) -> Response {
    site.give(INDEX).await
}

async fn file(State(site): State<Arc<Site>>, Path(name): Path<String>) -> Response {
    site.give(&name).await
}

impl Site {
    async fn give(&self, wanted: &str) -> Response {
        let Some((name, content_type, built_in)) = FILES.iter().find(|(name, ..)| *name == wanted) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let from_folder = match &self.files {
            Some(folder) => tokio::fs::read_to_string(folder.join(name)).await.ok(),
            None => None,
        };
        let text = from_folder.unwrap_or_else(|| (*built_in).to_owned());
        let text = if *name == INDEX { text.replace("{gateway}", &self.gateway) } else { text };
        let headers = [
            (header::CONTENT_TYPE, *content_type),
            (header::CONTENT_SECURITY_POLICY, &self.policy()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, text).into_response()
    }

    /// It calls the API, and is shown by the phone in the other page: by nobody else.
    fn policy(&self) -> String {
        let gateway = &self.gateway;
        let by_name = gateway.replace("127.0.0.1", "localhost");
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src {gateway}; base-uri 'none'; \
             form-action 'none'; frame-ancestors {gateway} {by_name}"
        )
    }
}
