"""Talks to the server with what openapi-generator makes for Python."""

import json
import os

from openapi_client import (
    AccountsApi,
    ApiClient,
    ApiException,
    Configuration,
    Credentials,
    EventsApi,
    Message,
    MessagesApi,
    NewAccount,
    NewBroadcast,
    NewDirect,
    PeopleApi,
    Ready,
)

url = os.environ["OBROL_URL"]
anyone = AccountsApi(ApiClient(Configuration(host=url)))


def one(username, password):
    opened = anyone.register(NewAccount(username=username, password=password))
    return ApiClient(Configuration(host=url, access_token=opened.token))


ann = one("ann", "tall-ships")
bob = one("bob", "red-lantern")
assert AccountsApi(ann).get_me().user.username == "ann"

first = MessagesApi(ann).send_broadcast(NewBroadcast(text="Hello"), idempotency_key="one")
assert first.kind == "broadcast" and first.to is None, first
again = MessagesApi(ann).send_broadcast(NewBroadcast(text="Hello"), idempotency_key="one")
assert again == first
second = MessagesApi(bob).send_direct(NewDirect(to="ann", text="Psst", whenOffline="keep"))
assert second.kind == "direct" and second.to == "ann", second

page = MessagesApi(ann).list_messages(after=0, limit=1)
assert page.messages == [first] and page.more, page
page = MessagesApi(ann).list_messages(after=first.id, limit=1)
assert page.messages == [second] and not page.more, page
assert MessagesApi(ann).get_message(second.id) == second


def refused(call):
    try:
        call()
    except ApiException as error:
        return error.status, error.data.type
    raise AssertionError("it was not refused")


assert refused(lambda: MessagesApi(ann).get_message(4711)) == (404, "/problems/not-found")
assert refused(lambda: MessagesApi(ann).send_direct(NewDirect(to="nobody", text="?"))) == (
    404,
    "/problems/unknown-recipient",
)
assert refused(lambda: anyone.login(Credentials(username="ann", password="wrong"))) == (
    401,
    "/problems/wrong-password",
)

heard = []
stream = EventsApi(ann).open_stream_without_preload_content(last_event_id="1")
assert stream.status == 200, stream.data
for line in stream:
    name, _, data = line.decode().rstrip("\n").partition(": ")
    if name != "data":
        continue
    if "head" in json.loads(data):
        assert Ready.from_json(data).online == ["ann"]
        online = PeopleApi(bob).list_online_users()
        assert [user.username for user in online.users] == ["ann"] and online.count == 1
        break
    heard.append(Message.from_json(data))
stream.close()
assert heard == [second], heard

AccountsApi(ann).logout()
assert refused(lambda: AccountsApi(ann).get_me()) == (401, "/problems/unauthorized")
print("the stream")
