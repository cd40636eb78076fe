import time

import requests
import sseclient

from program import ADDRESS, headers, note, tell

cursor, wait = "", 1.0
while True:
    try:
        answer = requests.get(ADDRESS, headers=headers(cursor), stream=True, timeout=45)
        if answer.status_code == 401:
            break
        answer.raise_for_status()
        for event in sseclient.SSEClient(answer).events():
            cursor = event.id or cursor
            if event.retry is not None:
                wait = int(event.retry) / 1000
            tell(event.event, event.data, event.id)
    except requests.RequestException as error:
        note(error)
    time.sleep(wait)
