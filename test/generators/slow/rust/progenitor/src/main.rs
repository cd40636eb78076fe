//! Talks to the server with what progenitor makes.

use api::types::{MessageKind, NewAccount, NewBroadcast, NewDirect, NewDirectWhenOffline};
use api::{Client, Error};
use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, HeaderMap};

/// A client sends what its `reqwest::Client` always sends: there is nothing else for a token.
fn client(token: Option<&str>) -> Client {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    }
    let sender = reqwest::Client::builder().default_headers(headers).build().unwrap();
    Client::new_with_client(&std::env::var("OBROL_URL").unwrap(), sender)
}

async fn one(name: &str, password: &str) -> Client {
    let account =
        NewAccount { username: name.parse().unwrap(), password: password.parse().unwrap() };
    let opened = client(None).register(&account).await.unwrap();
    client(Some(&opened.token))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ann = one("ann", "tall-ships").await;
    let bob = one("bob", "red-lantern").await;
    assert_eq!(ann.get_me().await.unwrap().user.username, "ann");

    let key = "one".parse().unwrap();
    let hello = NewBroadcast { text: "Hello".parse().unwrap() };
    let first = ann.send_broadcast(Some(&key), &hello).await.unwrap().into_inner();
    assert_eq!((first.kind, &first.to), (MessageKind::Broadcast, &None));
    assert_eq!(ann.send_broadcast(Some(&key), &hello).await.unwrap().id, first.id);
    let psst = NewDirect {
        to: "ann".parse().unwrap(),
        text: "Psst".parse().unwrap(),
        when_offline: Some(NewDirectWhenOffline::Keep),
    };
    let second = bob.send_direct(None, &psst).await.unwrap().into_inner();
    assert_eq!((second.kind, second.to.as_deref()), (MessageKind::Direct, Some("ann")));

    let limit = Some(std::num::NonZeroU32::MIN);
    let page = ann.list_messages(Some(0), None, limit, None).await.unwrap();
    assert_eq!((page.messages[0].id, page.more), (first.id, true));
    let page = ann.list_messages(Some(first.id), None, limit, None).await.unwrap();
    assert_eq!((page.messages[0].id, page.more), (second.id, false));

    let id = 4711.try_into().unwrap();
    match ann.get_message(id).await {
        Err(Error::ErrorResponse(refused)) => assert_eq!(refused.status(), 404),
        Err(Error::UnexpectedResponse(refused)) => assert_eq!(refused.status(), 404),
        other => panic!("{other:?}"),
    }

    let cursor = "1".parse().unwrap();
    let mut stream = ann.open_stream(Some(&cursor), None, None).await.unwrap().into_inner();
    let mut text = String::new();
    while !text.contains("event: ready") {
        text += std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap();
    }
    assert!(text.contains("Psst"));
    assert_eq!(bob.list_online_users(None, None).await.unwrap().count, 1);

    ann.logout().await.unwrap();
    assert_eq!(ann.get_me().await.unwrap_err().status().unwrap(), 401);
    println!("the stream");
}
