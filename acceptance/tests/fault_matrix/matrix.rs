//! All cells.

use std::{
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    canaries::APP_SECRET,
    cell::{Cell, Stage},
    detour::hooked,
    instance::untouched,
    judge::judge,
    routes::Route,
    rows::{self, Cost, Row, Warmth},
    stalls::Stalls,
    table,
};

/// Pairs of cells that mostly wait, and pairs that work, at the same time.
const WAITING: usize = 8;
const WORKING: usize = 4;
/// A red cell in which the machine stalled is repeated, alone, so many times at most.
const REPEATS: usize = 3;

/// One judged cell.
pub(crate) struct Judged {
    pub(crate) row: usize,
    pub(crate) route: Route,
    pub(crate) warmth: Warmth,
    pub(crate) outcome: String,
    pub(crate) took: Duration,
    pub(crate) wrong: Vec<String>,
    pub(crate) stalled: bool,
}

struct Matrix {
    rows: Vec<Row>,
    stalls: Stalls,
    waiting: Semaphore,
    working: Semaphore,
}

impl Matrix {
    async fn cell(&self, stage: &Stage, row: usize, route: Route, warmth: Warmth) -> Option<Judged> {
        let cell = Cell { row: &self.rows[row], route, warmth };
        if !cell.exists() {
            return None;
        }
        let started = Instant::now();
        let (outcome, took, wrong) = match cell.run(stage, untouched).await {
            Ok(seen) => (seen.outcome.clone(), seen.took, judge(&cell, &seen)),
            Err(error) => ("-".to_owned(), Duration::ZERO, vec![format!("could not be set up: {error}")]),
        };
        Some(Judged { row, route, warmth, outcome, took, wrong, stalled: self.stalls.since(started) })
    }

    /// The new function and the one that has served, one after the other in one world.
    async fn pair(&self, row: usize, route: Route) -> Vec<Judged> {
        let known = &self.rows[row];
        let (places, needs) = match known.cost {
            // Routes that do not notice the fault have nothing to wait for.
            Cost::Wait if !known.is_healthy(route, Warmth::Cold) => (&self.waiting, 1),
            Cost::Wait | Cost::Work => (&self.working, 1),
            Cost::Quiet => (&self.working, 2),
        };
        let _place = places.acquire_many(needs).await.expect("nobody closes it");
        let stage = Stage::open().await;
        let mut pair = Vec::new();
        for warmth in [Warmth::Cold, Warmth::Warm] {
            pair.extend(self.cell(&stage, row, route, warmth).await);
        }
        pair
    }

    async fn repeat(&self, red: &mut Judged) {
        for _ in 0..REPEATS {
            if !red.stalled || red.wrong.is_empty() {
                return;
            }
            let stage = Stage::open().await;
            if let Some(again) = self.cell(&stage, red.row, red.route, red.warmth).await {
                *red = again;
            }
        }
    }

    fn told(&self, cell: &Judged) -> String {
        let (name, route) = (&self.rows[cell.row].name, cell.route.name());
        format!("{name}, {route}, {:?}: {}", cell.warmth, cell.wrong.join("; "))
    }
}

async fn all(matrix: &Arc<Matrix>) -> Vec<Judged> {
    let mut running = JoinSet::new();
    for (number, row) in matrix.rows.iter().enumerate() {
        for route in row.routes {
            let matrix = Arc::clone(matrix);
            running.spawn(async move { matrix.pair(number, *route).await });
        }
    }
    running.join_all().await.into_iter().flatten().collect()
}

/// Repeats what the machine spoiled; says which cells those were.
async fn repeat(matrix: &Matrix, cells: &mut [Judged]) -> Vec<String> {
    let mut told = Vec::new();
    for cell in cells.iter_mut().filter(|cell| cell.stalled && !cell.wrong.is_empty()) {
        told.push(format!("repeated after a stall of the machine: {}\n", matrix.told(cell)));
        matrix.repeat(cell).await;
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_fault_logs_anyone_out_lets_anyone_in_or_takes_too_long() {
    let (hook, started) = (hooked(), Instant::now());
    let (waiting, working) = (Semaphore::new(WAITING), Semaphore::new(WORKING));
    let matrix = Arc::new(Matrix { rows: rows::all(), stalls: Stalls::watch(), waiting, working });
    let mut cells = all(&matrix).await;
    let repeated = repeat(&matrix, &mut cells).await;
    let red: Vec<String> =
        cells.iter().filter(|cell| !cell.wrong.is_empty()).map(|cell| matrix.told(cell)).collect();
    let summary = format!(
        "Fault matrix: {} faults, {} routes, {} cells, {} red. {} repeated, {:.0} s.",
        matrix.rows.len(),
        Route::ALL.len(),
        cells.len(),
        red.len(),
        repeated.len(),
        started.elapsed().as_secs_f64(),
    );
    let text = table::render(&matrix.rows, &cells, &summary);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("fault-matrix.md");
    std::fs::write(&file, &text).expect("the target directory can be written");
    // Past the test harness, which hides what a passing test prints.
    write!(std::io::stdout(), "{text}\n{}{}\n", repeated.concat(), file.display()).expect("output is open");
    assert!(red.is_empty(), "{} red cells:\n{}", red.len(), red.join("\n"));
    assert!(cells.len() > 1_000, "only {} cells", cells.len());
    let hook = hook.lock().expect("no panic while a line is kept").concat();
    assert!(hook.contains("\"place\"") && !hook.contains(APP_SECRET), "{hook}");
}
