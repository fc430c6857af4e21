//! How the cells are shown: a table in Markdown, one row for each fault.

use std::fmt::Write as _;

use crate::{
    matrix::Judged,
    routes::Route,
    rows::{Row, Warmth},
};

/// The summary and the table.
pub(crate) fn render(rows: &[Row], cells: &[Judged], summary: &str) -> String {
    let mut text = format!(
        "{summary}\n\nA cell: the answer of a new function / of one that has served before, and the longest time in ms. \
         Answers: the status, or what the authorizer said; codes are in docs/api.md.\n\n| fault |"
    );
    for route in Route::ALL {
        text.push_str(&format!(" {} |", route.name()));
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Route::ALL.len()));
    text.push('\n');
    for (number, row) in rows.iter().enumerate() {
        text.push_str(&format!("| {} |", row.name));
        for route in Route::ALL {
            let of = |cell: &&Judged| cell.row == number && cell.route == route;
            let pair: Vec<&Judged> = cells.iter().filter(of).collect();
            text.push_str(&format!(" {} |", if pair.is_empty() { String::new() } else { shown(&pair) }));
        }
        text.push('\n');
    }
    text
}

fn shown(pair: &[&Judged]) -> String {
    let answer = |warmth| {
        let cell = pair.iter().find(|cell| cell.warmth == warmth);
        cell.map_or("–", |cell| cell.outcome.split(' ').next().unwrap_or_default())
    };
    let (cold, warm) = (answer(Warmth::Cold), answer(Warmth::Warm));
    let answers = if cold == warm { cold.to_owned() } else { format!("{cold}/{warm}") };
    let worst = pair.iter().map(|cell| cell.took.as_millis()).max().unwrap_or_default();
    let mut text = String::new();
    if pair.iter().any(|cell| !cell.wrong.is_empty()) {
        text.push_str("**RED** ");
    }
    write!(text, "{answers} {worst}").expect("text grows");
    text
}
