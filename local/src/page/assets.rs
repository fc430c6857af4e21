//! The files of the page. The client library among them is the one that Mini Programs use.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{Page, Refusal, guard};

const INDEX: &str = "index.html";

const FILES: [(&str, &str, &str); 14] = [
    (INDEX, "text/html; charset=utf-8", include_str!("../../page/index.html")),
    ("page.css", CSS, include_str!("../../page/page.css")),
    ("diagram.css", CSS, include_str!("../../page/diagram.css")),
    ("page.js", SCRIPT, include_str!("../../page/page.js")),
    ("phone.js", SCRIPT, include_str!("../../page/phone.js")),
    ("diagram.js", SCRIPT, include_str!("../../page/diagram.js")),
    ("faults.js", SCRIPT, include_str!("../../page/faults.js")),
    ("reading.js", SCRIPT, include_str!("../../page/reading.js")),
    ("record.js", SCRIPT, include_str!("../../page/record.js")),
    ("told.js", SCRIPT, include_str!("../../page/told.js")),
    ("wx_shim.js", SCRIPT, include_str!("../../page/wx_shim.js")),
    ("web_view.js", SCRIPT, include_str!("../../page/web_view.js")),
    ("words.js", SCRIPT, include_str!("../../page/words.js")),
    ("wxsession.mjs", SCRIPT, LIBRARY),
];

/// The file that people copy into their Mini Programs, as a module.
const LIBRARY: &str = concat!(
    "const module = {};\n",
    include_str!("../../../miniprogram/demo/lib/wxsession.js"),
    "export const { createSession, isSessionError } = module.exports;\n"
);

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const ICON: &str = include_str!("../../page/icon.svg");

pub(super) async fn index(State(page): State<Page>) -> Response {
    let mut response = give(&page, INDEX).await;
    guard::protect(&page, &mut response);
    response
}

pub(super) async fn file(State(page): State<Page>, Path(name): Path<String>) -> Response {
    if name == "icon.svg" {
        return ([(header::CONTENT_TYPE, "image/svg+xml")], ICON).into_response();
    }
    give(&page, &name).await
}

async fn give(page: &Page, wanted: &str) -> Response {
    let Some((name, content_type, built_in)) = FILES.iter().find(|(name, ..)| *name == wanted) else {
        return Refusal(StatusCode::NOT_FOUND, "the page has no such file".to_owned()).into_response();
    };
    let from_folder = match &page.shared.files {
        // The library stays the built one: it is not in that folder.
        Some(folder) => tokio::fs::read_to_string(folder.join(name)).await.ok(),
        None => None,
    };
    let text = from_folder.unwrap_or_else(|| (*built_in).to_owned());
    ([(header::CONTENT_TYPE, *content_type)], text).into_response()
}
