//! What these programs have in common.

use std::time::Duration;

/// A request for the stream, from its beginning.
pub fn request(client: &reqwest::Client) -> reqwest::RequestBuilder {
    client.get(variable("STREAM_URL")).bearer_auth(variable("TOKEN"))
}

/// A client that gives a line up after 45 s of silence; it has no limit of its own.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().read_timeout(Duration::from_secs(45)).build().unwrap()
}

/// Prints an event as a line of JSON.
pub fn tell(event: &str, data: &str, id: &str) {
    println!("{}", serde_json::json!({ "event": event, "data": data, "id": id }));
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap()
}
