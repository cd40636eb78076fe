#!/usr/bin/env python3
"""Answers `!time`, said to everyone or to it alone, with the time at which it was asked.

Needs Python 3.9 and its standard library. It remembers in a file how far it has read: killed and
started again, it answers what was asked meanwhile, and nothing twice.
"""

import json
import os
import random
import sys
import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ.get("OBROL_URL", "http://127.0.0.1:3000")
STATE = Path(os.environ.get("BOT_STATE", "./time-bot-state.json"))

#: Three heartbeats of 15 s: a line that is silent for longer is dead. In seconds.
SILENCE = 45
#: The longest wait before the stream is opened again, in seconds.
LONGEST_WAIT = 30
#: What goes wrong when a line breaks: refused, reset, timed out, cut in the middle.
BROKEN = (OSError, HTTPException)


class Refused(Exception):
    """The server said no. Decide by `code`; `detail` is for people."""

    def __init__(self, error: HTTPError):
        try:
            problem = json.load(error)
        except ValueError:
            problem = {}
        self.status = error.code
        self.code = problem.get("type", "").removeprefix("/problems/")
        self.retry_after = float(error.headers.get("Retry-After") or 0)
        super().__init__(problem.get("detail", f"status {error.code}"))

    @property
    def may_pass(self) -> bool:
        return self.status in (408, 429) or self.status >= 500


def request(method, path, body=None, token=None, headers=None):
    """Sends one request; the answer is still to be read."""
    headers = {"Content-Type": "application/json", **(headers or {})}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    try:
        return urlopen(Request(URL + path, data, headers, method=method), timeout=SILENCE)
    except HTTPError as error:
        raise Refused(error) from None


def call(method, path, **options):
    """Calls until there is an answer or a refusal that waiting does not change."""
    while True:
        try:
            with request(method, path, **options) as answer:
                return json.load(answer)
        except Refused as refusal:
            if not refusal.may_pass:
                raise
            time.sleep(refusal.retry_after or 1)
        except BROKEN:
            time.sleep(1)


def events(stream):
    """The events of an open stream, each as its fields: `event`, `data`, and maybe `id`, `retry`."""
    fields = {}
    for line in stream:
        name, _, value = line.decode().rstrip("\r\n").partition(": ")
        if name:
            fields[name] = value
        elif fields:
            yield fields
            fields = {}


class TimeBot:
    def __init__(self, name, password):
        credentials = {"username": name, "password": password}
        try:
            session = call("POST", "/v1/login", body=credentials)
        except Refused as refusal:
            if refusal.code != "unknown-user":
                raise
            session = call("POST", "/v1/register", body=credentials)
        self.name = session["user"]["username"]
        self.token = session["token"]
        state = json.loads(STATE.read_text()) if STATE.exists() else {}
        self.cursor = state.get("cursor", "")
        self.seen = state.get("seen", 0)
        self.retry = 3.0
        self.failures = 0

    def run(self):
        """Listens until the session ends; a stream that breaks is opened again where it was."""
        while True:
            asked = 0.0
            try:
                if self.listen():
                    return
            except Refused as refusal:
                if not refusal.may_pass:
                    raise
                asked = refusal.retry_after
            except BROKEN as error:
                print(f"cut off: {error}", file=sys.stderr)
            # What the server asked for, doubled with each failure in a row, and up to half more at
            # random, so that not everyone comes back in the same moment.
            wait = min(self.retry * 2 ** min(self.failures, 8), LONGEST_WAIT)
            self.failures += 1
            time.sleep(max(asked, wait * random.uniform(1, 1.5)))

    def listen(self) -> bool:
        """Reads one stream to its end; true where it is not to be opened again."""
        cursor = {"Last-Event-ID": self.cursor} if self.cursor else {}
        path = "/v1/events?presence=none"
        with request("GET", path, token=self.token, headers=cursor) as stream:
            for fields in events(stream):
                if "retry" in fields:
                    self.retry = int(fields["retry"]) / 1000
                if "data" in fields and self.on_event(fields):
                    return True
        return False

    def on_event(self, fields) -> bool:
        data = json.loads(fields["data"])
        kind = fields.get("event", "message")
        if kind == "message":
            self.on_message(data)
        elif kind == "reset":
            # The log may have gone back, and ids past `from` may be given out again.
            self.seen = min(self.seen, data["from"])
        elif kind == "ready":
            self.failures = 0
            print(f"{self.name} is listening", file=sys.stderr)
        elif kind == "bye" and data["reason"] in ("logged-out", "replaced"):
            return True
        self.remember(fields.get("id", self.cursor))
        return False

    def on_message(self, message):
        if message["id"] <= self.seen:
            return
        # What is said in rooms, and kinds of later versions, are left alone.
        known = message["kind"] in ("broadcast", "direct")
        if known and message["text"] == "!time" and message["from"] != self.name:
            self.answer(message)
        self.seen = message["id"]

    def answer(self, message):
        # An answer made from the message alone, under a key made from it: the same after any crash,
        # so it is said once, however often it is sent.
        body = {"text": f"{message['from']}, it is {message['sentAt'][11:19]} UTC"}
        if message["kind"] == "direct":
            body.update(to=message["from"], whenOffline="keep")
        key = f"time-bot-{message['id']}-{message['sentAt']}"
        path = f"/v1/messages/{message['kind']}"
        try:
            call("POST", path, body=body, token=self.token, headers={"Idempotency-Key": key})
        except Refused as refusal:
            if refusal.status == 401:
                raise
            print(f"not said: {refusal}", file=sys.stderr)

    def remember(self, cursor):
        """Whole or not at all, and only once what came has been done."""
        self.cursor = cursor
        beside = STATE.with_suffix(".new")
        beside.write_text(json.dumps({"cursor": cursor, "seen": self.seen}))
        beside.replace(STATE)


if __name__ == "__main__":
    try:
        TimeBot(os.environ["BOT_NAME"], os.environ["BOT_PASSWORD"]).run()
    except Refused as refusal:
        sys.exit(f"{refusal.code}: {refusal}")
    except KeyboardInterrupt:
        pass
