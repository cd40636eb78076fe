//! eventsource-stream reads what reqwest brings; to come back is up to the loop.

use std::time::Duration;

use eventsource_stream::Eventsource;
use futures::StreamExt;
use programs::{client, request, tell};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = client();
    let mut cursor = String::new();
    let mut wait = Duration::from_secs(1);
    loop {
        match request(&client).header("Last-Event-ID", &cursor).send().await {
            Ok(answer) if answer.status() == 401 => return,
            Ok(answer) if answer.status() == 200 => {
                let mut events = answer.bytes_stream().eventsource();
                while let Some(Ok(event)) = events.next().await {
                    tell(&event.event, &event.data, &event.id);
                    wait = event.retry.unwrap_or(wait);
                    cursor = event.id;
                }
            }
            Ok(answer) => eprintln!("{}", answer.status()),
            Err(error) => eprintln!("{error}"),
        }
        tokio::time::sleep(wait).await;
    }
}
