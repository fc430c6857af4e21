//! A running service with a population in its tables.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use aws_emulator::dynamodb::TableSize;
use local::{
    service::Service,
    settings::{Lines, Settings},
};
use wxsession::{Clock, config, telemetry::Log};

use super::{Lanes, Progress, population::Population, seed};

/// A running service with a population in its tables.
pub struct Stage {
    /// The service: faults can be planted in it.
    pub service: Service,
    pub(super) population: Arc<Population>,
    /// What the tables held before the first request, by table.
    pub(super) held: BTreeMap<String, TableSize>,
    lines: Lines,
}

impl Stage {
    /// Starts a service on free ports, its parts on the threads of `lanes`, and fills its tables.
    ///
    /// # Errors
    ///
    /// When it does not start, or the tables cannot be filled.
    pub async fn open(sessions: u32, lanes: &Lanes, progress: &Progress) -> Result<Self, String> {
        let clock = Clock::system();
        let said = Lines::default();
        let (log_clock, kept) = (clock.clone(), Arc::clone(&said));
        let settings = Settings {
            new_log: Arc::new(move |name, level| {
                Log::stdout(name, level, log_clock.clone()).kept(Arc::clone(&kept))
            }),
            placement: lanes.placement(),
            ..Settings::on_free_ports(clock.clone(), Arc::default())
        };
        let service = Service::start(&settings).await.map_err(|error| error.to_string())?;
        // Nothing is set: these are the defaults, which the template has too.
        let rules = config::rules(&HashMap::<String, String>::new()).map_err(|error| error.to_string())?;
        let population = Population::new(sessions, rules, clock.now());
        seed::fill(&service, &population, progress).await?;
        let held = service.dynamodb.items().sizes().map_err(|error| error.to_string())?;
        Ok(Self { service, population: Arc::new(population), held, lines: said })
    }

    /// Keys of the seeded sessions, user id and token hash: for a test that damages what is stored.
    ///
    /// # Panics
    ///
    /// Never: the realm is a valid one.
    pub fn keys(&self) -> impl Iterator<Item = (String, String)> {
        let realm = seed::realm().expect("a realm of one letter is valid");
        (0..self.population.size).map(move |number| {
            let member = self.population.member(number);
            (member.session.user_id.to_string(), member.token.hash(&realm).sort_key())
        })
    }

    /// Stops the service.
    pub async fn close(self) {
        self.service.stop().await;
    }

    /// Log lines since the last time. They are forgotten.
    pub(super) fn take_lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().expect("nobody panics while writing a line"))
    }
}
