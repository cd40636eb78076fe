"""Requests alone: lines, in a loop. Decoded, lines end wherever Python's str.splitlines ends them."""

import time

import requests

from program import ADDRESS, headers, note, tell

cursor, wait = "", 1.0
while True:
    try:
        answer = requests.get(ADDRESS, headers=headers(cursor), stream=True, timeout=45)
        if answer.status_code == 401:
            break
        answer.raise_for_status()
        fields = {}
        for line in answer.iter_lines(decode_unicode=True):
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
                continue
            if "retry" in fields:
                wait = int(fields["retry"]) / 1000
            cursor = fields.get("id", cursor)
            if "data" in fields:
                tell(fields.get("event", "message"), fields["data"], fields.get("id"))
            fields = {}
    except requests.RequestException as error:
        note(error)
    time.sleep(wait)
