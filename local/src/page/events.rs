//! The arrows as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::broadcast::error::RecvError;

use super::Page;

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Every arrow from now on, until the service stops.
pub(super) async fn stream(State(page): State<Page>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let arrows = page.shared.narrator.arrows();
    let mut stop = page.shared.stop.clone();
    let events = stream::unfold(arrows, async |mut arrows| {
        let event = match arrows.recv().await {
            Ok(arrow) => Event::default().json_data(&arrow).unwrap_or_default(),
            // The browser was too slow; the diagram says so instead of showing half a request as the whole.
            Err(RecvError::Lagged(lost)) => Event::default().event("lost").data(lost.to_string()),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), arrows))
    });
    // A first event at once, so that the browser knows that it is connected before it sends anything. One without
    // data would not be told to the page.
    let hello = stream::once(async { Ok(Event::default().event("hello").data("listening")) });
    let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
    let events = hello.chain(events).take_until(Box::pin(stopped));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
