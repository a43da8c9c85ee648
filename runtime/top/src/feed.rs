//! Asks the server again and again, and tells what came of it, for ever: a server that goes away is asked until it is back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::api::{Event, Plugins, Remembered, Server, Streams, Timeline};
use crate::client::{Client, Failure};
use crate::model::{Snapshot, Told};
use crate::sse::Parser;

/// How often is asked.
const EACH: Duration = Duration::from_secs(1);
/// How long nothing is asked where the answer was that we may not: the server counts wrong tries.
const REFUSED: Duration = Duration::from_secs(30);
/// Before events are asked for again.
const EVENTS_AGAIN: Duration = Duration::from_secs(2);
/// What happened last, before there is a stream of it.
const REMEMBERED: &str = "/api/events?limit=10";
/// What the once-a-second answers have too.
const UPDATES: [&str; 2] = ["frame-update", "bitrate-update"];

/// Whose timeline is shown, if one is.
pub(crate) type Wanted = watch::Receiver<Option<String>>;

/// Both, until nobody listens.
pub(crate) async fn run(client: Client, wanted: Wanted, told: mpsc::Sender<Told>) {
    tokio::join!(states(&client, wanted, &told), events(&client, &told));
}

async fn states(client: &Client, mut wanted: Wanted, told: &mpsc::Sender<Told>) {
    let mut each = interval(EACH);
    each.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = each.tick() => {}
            changed = wanted.changed() => if changed.is_err() { return },
        }
        let answer = state(client).await;
        let is_refused = matches!(&answer, Err(Failure::Unauthorized | Failure::Forbidden | Failure::TooMany));
        let message = answer.map_or_else(Told::Failed, Told::Snapshot);
        if told.send(message).await.is_err() {
            return;
        }
        if is_refused {
            sleep(REFUSED).await;
            continue;
        }
        let name = wanted.borrow_and_update().clone();
        if let Some(name) = name
            && let Ok(Timeline { steps }) = client.get(&format!("/api/streams/{name}/timeline")).await
            && told.send(Told::Timeline(name, steps)).await.is_err()
        {
            return;
        }
    }
}

async fn state(client: &Client) -> Result<Snapshot, Failure> {
    let Streams { streams } = client.get("/api/streams").await?;
    // Who may view streams may see these as well; a server that thinks otherwise is shown without.
    let Plugins { plugins } = client.get("/api/plugins").await.unwrap_or_default();
    let server: Option<Server> = client.get("/api/health").await.ok();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    Ok(Snapshot { streams, plugins, server, now })
}

async fn events(client: &Client, told: &mpsc::Sender<Told>) {
    // What was before, once; what happens between the two is in the next list that somebody looks at.
    let Remembered { events } = client.get(REMEMBERED).await.unwrap_or_default();
    for event in events {
        if told.send(Told::Event(event)).await.is_err() {
            return;
        }
    }
    while !told.is_closed() {
        match client.events().await {
            Ok(mut events) => {
                let mut parser = Parser::default();
                while let Some(piece) = events.piece().await {
                    for data in parser.push(&piece) {
                        let Ok(event) = serde_json::from_str::<Event>(&data) else { continue };
                        if !UPDATES.contains(&event.kind.as_str()) && told.send(Told::Event(event)).await.is_err() {
                            return;
                        }
                    }
                }
            }
            Err(Failure::Unauthorized | Failure::Forbidden | Failure::TooMany) => sleep(REFUSED).await,
            Err(_) => {}
        }
        sleep(EVENTS_AGAIN).await;
    }
}
