from ld_eventsource import SSEClient
from ld_eventsource.actions import Event, Fault
from ld_eventsource.config import ConnectStrategy, ErrorStrategy
from ld_eventsource.errors import HTTPStatusError
from urllib3 import Timeout

from program import ADDRESS, AUTHORIZATION, note, tell

connect = ConnectStrategy.http(
    ADDRESS,
    headers=AUTHORIZATION,
    urllib3_request_options={"timeout": Timeout(connect=10, read=45)},
)
client = SSEClient(connect, error_strategy=ErrorStrategy.always_continue())
for action in client.all:
    if isinstance(action, Event):
        tell(action.event, action.data, action.id)
    elif isinstance(action, Fault):
        note(action.error)
        if isinstance(action.error, HTTPStatusError) and action.error.status == 401:
            break
