//! Talks to the server with what openapi-generator makes for Rust.

use openapi::apis::accounts_api::{get_me, logout, register};
use openapi::apis::configuration::Configuration;
use openapi::apis::events_api::create_stream_token;
use openapi::apis::messages_api::{
    GetMessageError, get_message, list_messages, send_broadcast, send_direct,
};
use openapi::apis::people_api::list_online_users;
use openapi::apis::{Error, ResponseContent};
use openapi::models::{self, NewAccount, NewBroadcast, NewDirect, ProblemType};

fn client(token: Option<String>) -> Configuration {
    Configuration {
        base_path: std::env::var("OBROL_URL").unwrap(),
        bearer_access_token: token,
        ..Configuration::new()
    }
}

async fn one(name: &str, password: &str) -> Configuration {
    let account = NewAccount::new(name.into(), password.into());
    client(Some(register(&client(None), account).await.unwrap().token))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ann = one("ann", "tall-ships").await;
    let bob = one("bob", "red-lantern").await;
    assert_eq!(get_me(&ann).await.unwrap().user.username, "ann");

    let hello = NewBroadcast::new("Hello".into());
    let first = send_broadcast(&ann, hello.clone(), Some("one")).await.unwrap();
    assert_eq!(first.kind, models::message::Kind::Broadcast);
    assert_eq!(first.to, None);
    assert_eq!(send_broadcast(&ann, hello, Some("one")).await.unwrap(), first);
    let mut psst = NewDirect::new("ann".into(), "Psst".into());
    psst.when_offline = Some(models::new_direct::WhenOffline::Keep);
    let second = send_direct(&bob, psst, None).await.unwrap();
    assert_eq!(second.kind, models::message::Kind::Direct);
    assert_eq!(second.to.as_deref(), Some("ann"));

    let page = list_messages(&ann, Some(0), None, Some(1), None).await.unwrap();
    assert_eq!((page.messages, page.more), (vec![first.clone()], true));
    let page = list_messages(&ann, Some(first.id), None, Some(1), None).await.unwrap();
    assert_eq!((page.messages, page.more), (vec![second.clone()], false));
    assert_eq!(get_message(&ann, second.id).await.unwrap(), second);

    match get_message(&ann, 4711).await {
        Err(Error::ResponseError(ResponseContent { status, entity, .. })) => {
            assert_eq!(status, 404);
            let Some(GetMessageError::Status400(problem) | GetMessageError::Status404(problem)) = entity
            else {
                panic!("{entity:?}")
            };
            assert_eq!(problem.r#type, ProblemType::SlashProblemsSlashNotFound);
        }
        other => panic!("{other:?}"),
    }

    // The generated call waits for the stream's end, so this one is made by hand.
    let token = create_stream_token(&ann).await.unwrap().token;
    let at = format!("{}/v1/events?lastEventId=1&token={token}", ann.base_path);
    let mut stream = reqwest::get(at).await.unwrap();
    assert_eq!(stream.status(), 200);
    let mut text = String::new();
    while !text.contains("event: ready") {
        text += std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap();
    }
    assert!(text.contains("Psst"));
    assert_eq!(list_online_users(&bob, None, None).await.unwrap().count, 1);

    logout(&ann).await.unwrap();
    assert!(matches!(get_me(&ann).await, Err(Error::ResponseError(refused)) if refused.status == 401));
    println!("the stream without the client");
}
