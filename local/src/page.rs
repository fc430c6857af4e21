//! The page at `/`: a Mini Program to press buttons on, and what happens behind it, drawn as it happens.
//!
//! Only `/` and `/_page/` are the page's; everything else goes to the gateway unchanged.
//!
//! - `assets`: the files, built into the program
//! - `narrator`: from what the gateway, WeChat and `DynamoDB` tell to the arrows of the diagram; `arrow`: one of them
//! - `events`: the arrows as server-sent events
//! - `phone`: what the WeChat client gives to a Mini Program
//! - `faults`: the buttons for what goes wrong
//! - `record`: the user's records as they are stored
//! - `told`: the last events on the bus
//! - `guard`: who may use the page

use std::{path::PathBuf, sync::Arc};

use aws_emulator::{
    dynamodb::{EmbeddedDynamoDb, FaultProxy, Items},
    event_bridge::Onlooker,
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use gateway_emulator::Gateway;
use sam_template::Table;
use serde_json::{Value, json};
use tokio::sync::watch;
use wechat_simulator::Simulator;
use wxsession::Clock;

use self::narrator::Narrator;
use crate::settings::Settings;

mod arrow;
mod assets;
mod events;
mod faults;
mod guard;
mod narrator;
mod phone;
mod record;
mod told;

/// What the page looks at and moves.
pub(crate) struct PageParts<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) simulator: &'a Simulator,
    pub(crate) dynamodb: &'a EmbeddedDynamoDb,
    pub(crate) tables: &'a [Table],
    pub(crate) bus: Onlooker,
    pub(crate) settings: &'a Settings,
    /// What the operator's tool asks for.
    pub(crate) stack: Value,
    /// The origin of the page that the Mini Program opens in a web-view.
    pub(crate) web_view: Option<String>,
    /// Becomes true when the service stops: pages that look on would keep it from stopping.
    pub(crate) stop: watch::Receiver<bool>,
}

/// The page. Clones share everything.
#[derive(Clone)]
pub(crate) struct Page {
    shared: Arc<Shared>,
}

struct Shared {
    narrator: Arc<Narrator>,
    simulator: Simulator,
    proxy: FaultProxy,
    items: Items,
    tables: Vec<Table>,
    bus: Onlooker,
    clock: Clock,
    is_simulated: bool,
    files: Option<PathBuf>,
    stack: Value,
    web_view: Option<String>,
    policy: HeaderValue,
    stop: watch::Receiver<bool>,
}

impl Page {
    /// Looks on from now on.
    pub(crate) fn new(parts: PageParts<'_>) -> Self {
        let narrator = Arc::new(Narrator::new(parts.settings.clock.clone()));
        narrator.listen(parts.gateway, parts.simulator, parts.dynamodb.proxy());
        let shared = Shared {
            narrator,
            simulator: parts.simulator.clone(),
            proxy: parts.dynamodb.proxy().clone(),
            items: parts.dynamodb.items(),
            tables: parts.tables.to_vec(),
            bus: parts.bus,
            clock: parts.settings.clock.clone(),
            is_simulated: parts.settings.real_wechat.is_none(),
            files: parts.settings.page_files.clone(),
            stack: parts.stack,
            policy: guard::policy(parts.web_view.as_deref()),
            web_view: parts.web_view,
            stop: parts.stop,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The gateway with the page in front.
    pub(crate) fn in_front_of(self, gateway: Router) -> Router {
        let only_to_read = get(assets::index).fallback_service(gateway.clone());
        let own = Router::new()
            .route("/events", get(events::stream))
            .route("/state", get(faults::state))
            .route("/record", get(record::show))
            .route("/told", get(told::show))
            .route("/stack", get(stack))
            .route("/wx/{what}", post(phone::give))
            .route("/faults", post(faults::set))
            .route("/clock", post(faults::move_clock))
            .route("/reset", post(faults::reset))
            .route("/rotate", post(faults::rotate))
            .route("/cancel", post(faults::cancel))
            .route("/expire", post(record::expire))
            .route("/{file}", get(assets::file))
            .fallback(not_there)
            .layer(middleware::from_fn_with_state(self.clone(), guard::check));
        let index = Router::new().route("/", only_to_read).route("/_page/", get(not_there));
        index.nest("/_page", own).with_state(self).fallback_service(gateway)
    }
}

async fn stack(State(page): State<Page>) -> Json<Value> {
    Json(page.shared.stack.clone())
}

async fn not_there() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "the page has no such thing".to_owned())
}

/// Why the page does not do it.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<aws_emulator::dynamodb::Error> for Refusal {
    fn from(error: aws_emulator::dynamodb::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}
