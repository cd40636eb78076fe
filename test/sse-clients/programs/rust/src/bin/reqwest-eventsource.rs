//! reqwest-eventsource reconnects by itself where a connection breaks. It ends at any other answer than
//! 200, so there is a loop around it.

use std::time::Duration;

use futures::StreamExt;
use programs::{client, request, tell};
use reqwest_eventsource::{Error, Event, EventSource};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = client();
    let mut cursor = String::new();
    loop {
        let asked = request(&client).header("Last-Event-ID", &cursor);
        let mut events = EventSource::new(asked).unwrap();
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Open) => {}
                Ok(Event::Message(message)) => {
                    tell(&message.event, &message.data, &message.id);
                    cursor = message.id;
                }
                Err(Error::InvalidStatusCode(status, _)) if status == 401 => return,
                Err(error) => eprintln!("{error}"),
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
