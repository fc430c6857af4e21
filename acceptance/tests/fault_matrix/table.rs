//! How the cells are shown: a table in Markdown, one row for each fault.

use crate::{
    matrix::Judged,
    routes::Route,
    rows::{Row, Warmth},
};

/// The summary and the table.
pub(crate) fn render(rows: &[Row], cells: &[Judged], summary: &str) -> String {
    let line =
        |name: &str, cells: [String; Route::ALL.len()]| format!("| {name} | {} |\n", cells.join(" | "));
    let mut text = format!(
        "{summary}\n\nA cell: the answer of a new function / of one that has served before, and the longest time in ms. \
         Answers: the status, or what the authorizer said; codes are in docs/api.md. An empty cell: to this route the \
         fault is the same as errcode 40125. –: a function cannot have called a WeChat that never had a certificate.\n\n"
    );
    text.push_str(&line("fault", Route::ALL.map(|route| route.name().to_owned())));
    text.push_str(&line("---", [(); Route::ALL.len()].map(|()| "---".to_owned())));
    for (number, row) in rows.iter().enumerate() {
        let shown = Route::ALL.map(|route| {
            let of = |cell: &&Judged| cell.row == number && cell.route == route;
            shown(&cells.iter().filter(of).collect::<Vec<_>>())
        });
        text.push_str(&line(&row.name, shown));
    }
    text
}

fn shown(pair: &[&Judged]) -> String {
    if pair.is_empty() {
        return String::new();
    }
    let answer = |warmth| {
        let cell = pair.iter().find(|cell| cell.warmth == warmth);
        cell.map_or("–", |cell| cell.outcome.split(' ').next().unwrap_or_default())
    };
    let (cold, warm) = (answer(Warmth::Cold), answer(Warmth::Warm));
    let answers = if cold == warm { cold.to_owned() } else { format!("{cold}/{warm}") };
    let worst = pair.iter().map(|cell| cell.took.as_millis()).max().unwrap_or_default();
    let red = if pair.iter().any(|cell| !cell.wrong.is_empty()) { "**RED** " } else { "" };
    format!("{red}{answers} {worst}")
}

#[test]
fn a_red_cell_is_seen_and_a_missing_one_is_no_answer() {
    let cell = |route, warmth, outcome: &str, took, wrong: &[&str]| Judged {
        row: 0,
        route,
        warmth,
        outcome: outcome.to_owned(),
        took: std::time::Duration::from_millis(took),
        wrong: wrong.iter().map(|text| (*text).to_owned()).collect(),
        stalled: false,
    };
    let cells = [
        cell(Route::Login, Warmth::Cold, "503 store_unavailable", 12, &[]),
        cell(Route::Login, Warmth::Warm, "200", 7, &[]),
        cell(Route::Check, Warmth::Cold, "401 session_invalid", 3, &["logs the user out"]),
    ];
    let rows = [crate::rows::all().remove(0)];
    let text = render(&rows, &cells, "summary");
    let last = text.lines().last().unwrap();
    assert_eq!(
        last,
        "| DynamoDB refused | 503/200 12 | **RED** 401/– 3 |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |"
    );
}
