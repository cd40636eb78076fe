import time

import httpx
from httpx_sse import SSEError, connect_sse

from program import ADDRESS, headers, note, tell

client = httpx.Client(timeout=httpx.Timeout(10, read=45))
cursor, wait = "", 1.0
while True:
    try:
        with connect_sse(client, "GET", ADDRESS, headers=headers(cursor)) as stream:
            if stream.response.status_code == 401:
                break
            for event in stream.iter_sse():
                cursor = event.id or cursor
                if event.retry is not None:
                    wait = event.retry / 1000
                tell(event.event, event.data, event.id)
    except (httpx.TransportError, SSEError) as error:
        note(error)
    time.sleep(wait)
