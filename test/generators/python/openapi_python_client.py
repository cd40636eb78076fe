"""Talks to the server with what openapi-python-client makes."""

import json
import os

from obrol_client import AuthenticatedClient, Client
from obrol_client.api.accounts import get_me, login, logout, register
from obrol_client.api.events import create_stream_token, open_stream
from obrol_client.api.messages import get_message, list_messages, send_broadcast, send_direct
from obrol_client.api.people import list_online_users
from obrol_client.models import (
    Credentials,
    Message,
    MessageKind,
    NewAccount,
    NewBroadcast,
    NewDirect,
    NewDirectWhenOffline,
    Problem,
    ProblemType,
    Ready,
)

url = os.environ["OBROL_URL"]
anyone = Client(base_url=url)


def one(username, password):
    opened = register.sync(client=anyone, body=NewAccount(username=username, password=password))
    return AuthenticatedClient(base_url=url, token=opened.token)


ann = one("ann", "tall-ships")
bob = one("bob", "red-lantern")
assert get_me.sync(client=ann).user.username == "ann"

first = send_broadcast.sync(client=ann, body=NewBroadcast(text="Hello"), idempotency_key="one")
assert first.kind == MessageKind.BROADCAST and not first.to, first
again = send_broadcast.sync(client=ann, body=NewBroadcast(text="Hello"), idempotency_key="one")
assert again == first
second = send_direct.sync(
    client=bob, body=NewDirect(to="ann", text="Psst", when_offline=NewDirectWhenOffline.KEEP)
)
assert second.kind == MessageKind.DIRECT and second.to == "ann", second

page = list_messages.sync(client=ann, after=0, limit=1)
assert page.messages == [first] and page.more, page
page = list_messages.sync(client=ann, after=first.id, limit=1)
assert page.messages == [second] and not page.more, page
assert get_message.sync(client=ann, id=second.id) == second

for refused, kind in [
    (get_message.sync(client=ann, id=4711), "/problems/not-found"),
    (send_direct.sync(client=ann, body=NewDirect(to="nobody", text="?")), "/problems/unknown-recipient"),
]:
    assert isinstance(refused, Problem), refused
    assert refused.status == 404 and refused.type_ == ProblemType(kind), refused
refused = login.sync(client=anyone, body=Credentials(username="ann", password="wrong"))
assert refused.type_ == "/problems/wrong-password", refused

# The generated call waits for the stream's end, so its request is sent with the client's own httpx.
token = create_stream_token.sync(client=ann).token
request = open_stream._get_kwargs(token=token, last_event_id="1")
heard = []
with anyone.get_httpx_client().stream(**request) as stream:
    for line in stream.iter_lines():
        name, _, data = line.partition(": ")
        if name != "data":
            continue
        fields = json.loads(data)
        if "head" in fields:
            assert Ready.from_dict(fields).online == ["ann"]
            online = list_online_users.sync(client=bob)
            assert [user.username for user in online.users] == ["ann"] and online.count == 1
            break
        heard.append(Message.from_dict(fields))
assert heard == [second], heard

assert logout.sync_detailed(client=ann).status_code == 204
assert get_me.sync(client=ann).type_ == "/problems/unauthorized"
print("the stream")
