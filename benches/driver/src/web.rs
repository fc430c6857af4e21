//! A web server that does the same check: what a team would run instead of functions.

use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use crate::http::Connection;
use crate::plan::{Variant, Web, judge};
use crate::process::{Process, cpu, peak_memory};
use crate::result::{Latencies, Timed, count, mib, micros, millis};
use crate::run::{Extent, Room};

/// Longer than any answer takes.
const SILENCE: Duration = Duration::from_secs(20);

impl Room {
    /// Starts the helper and the server, and asks one request after another over one connection. A server that does not
    /// start or falls silent is given a second try: it is the peer, not what is tested.
    pub(crate) fn ask(&self, variant: &Variant, web: &Web, extent: Extent) -> Result<Timed, String> {
        let outcome =
            self.conversation(variant, web, extent).or_else(|_| self.conversation(variant, web, extent));
        outcome.map_err(|wrong| format!("{}: {wrong}", variant.name))
    }

    fn conversation(&self, variant: &Variant, web: &Web, extent: Extent) -> Result<Timed, String> {
        let said = |error: io::Error| error.to_string();
        let environment = self.environment(variant, 0);
        let log = self.log(variant);
        let helper =
            Process::start(&web.helper, &environment, None, &log.with_extension("helper")).map_err(said)?;
        drop(connect(web.helper_port).map_err(said)?);
        let server =
            Process::start(&variant.command, &environment, variant.folder.as_deref(), &log).map_err(said)?;
        let mut connection = Connection::new(connect(web.port).map_err(said)?);
        let init = server.started.elapsed();
        let mut latencies = Vec::with_capacity(extent.total());
        let (mut cold_cpu, mut before) = (Duration::ZERO, (Duration::ZERO, Duration::ZERO));
        let mut rss_first = 0;
        for number in 0..extent.total() {
            if number == 1 {
                cold_cpu = cpu(server.id()).saturating_sub(server.cpu_at_start);
                rss_first = peak_memory(server.id());
            }
            if number == extent.warm_from() {
                before = (cpu(server.id()), cpu(helper.id()));
            }
            let asked = Instant::now();
            connection.write(web.request.as_bytes()).map_err(said)?;
            let (status, body) = connection.response().map_err(said)?;
            latencies.push(asked.elapsed());
            if status != 200 {
                return Err(format!("status {status}"));
            }
            judge(&variant.expected, &body)?;
        }
        let warm = Latencies::of(&latencies[extent.warm_from()..]);
        let each = |now: Duration, then| micros(now.saturating_sub(then)) / count(extent.events);
        Ok(Timed {
            init_ms: millis(init),
            first_ms: millis(latencies[0]),
            cold_ms: millis(init + latencies[0]),
            cold_cpu_ms: millis(cold_cpu),
            p50_us: warm.p50,
            p99_us: warm.p99,
            mean_us: warm.mean,
            cpu_us: each(cpu(server.id()), before.0),
            helper_cpu_us: each(cpu(helper.id()), before.1),
            events: extent.events,
            rss_first_mib: mib(rss_first),
            rss_mib: mib(peak_memory(server.id())),
            helper_rss_mib: mib(peak_memory(helper.id())),
            ..Timed::default()
        })
    }
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let begun = Instant::now();
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(SILENCE))?;
                return Ok(stream);
            }
            Err(error) if begun.elapsed() > SILENCE => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}
