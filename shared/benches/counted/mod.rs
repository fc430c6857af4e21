//! Runs one case a given number of times: `<bench> <case> <times>`. The instructions of one call are the difference of two
//! such runs under callgrind, divided by the difference of their times: starting, setting up and ending cancel out.
//!
//! Without arguments, as under `cargo bench`, every case runs for a moment and its time is printed. That is for people; the
//! budgets in `.ci/micro/budgets.toml` are in instructions, which other work on the machine does not change.

use std::{
    io::{self, Write},
    time::Instant,
};

/// A name and one call.
pub(crate) type Case<'a> = (&'static str, Box<dyn Fn() + 'a>);

/// Prepends this to a case that is made slow on purpose. Its budget must catch it.
pub(crate) const SLOWED: &str = "slowed_";

const TIMED: u32 = 20_000;

/// Runs what the command line asks for.
pub(crate) fn run(cases: &[Case<'_>]) -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        [] => time(cases),
        [list] if list == "list" => {
            cases.iter().try_for_each(|(name, _)| writeln!(io::stdout().lock(), "{name}"))
        }
        [name, times] => {
            let case = cases.iter().find(|(known, _)| known == name);
            let (Some((_, call)), Ok(times)) = (case, times.parse::<u32>()) else {
                return Err(io::Error::other("usage: <bench> [list | <case> <times>]"));
            };
            (0..times).for_each(|_| call());
            Ok(())
        }
        _ => Err(io::Error::other("usage: <bench> [list | <case> <times>]")),
    }
}

fn time(cases: &[Case<'_>]) -> io::Result<()> {
    let mut spent = Vec::new();
    for (name, call) in cases.iter().filter(|(name, _)| !name.starts_with(SLOWED)) {
        let started = Instant::now();
        (0..TIMED).for_each(|_| call());
        spent.push((name, started.elapsed() / TIMED));
    }
    // On standard error: the case `log_line` writes its lines to standard output.
    spent.iter().try_for_each(|(name, each)| writeln!(io::stderr(), "{name}: {} ns", each.as_nanos()))
}
