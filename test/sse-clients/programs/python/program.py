"""What all of these programs have in common: where the stream is, and how its events are told."""

import json
import os
import sys

ADDRESS = os.environ["STREAM_URL"]
TOKEN = os.environ["TOKEN"]
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


def headers(cursor):
    return {**AUTHORIZATION, **({"Last-Event-ID": cursor} if cursor else {})}


def tell(event, data, id):
    """Prints an event as a line of JSON."""
    print(json.dumps({"event": event, "data": data, "id": id or ""}), flush=True)


def note(error):
    print(repr(error)[:300], file=sys.stderr, flush=True)
