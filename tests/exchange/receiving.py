"""Subscriptions for tests, and a receiver of events that answers as it is told."""

import itertools
import threading
import uuid
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.utils import timezone
from standardwebhooks import Webhook

from exchange.models import Sending
from exchange.sending import Run
from exchange.services_subscriptions import subscribe
from tests.exchange.calling import make_client

BY = "system:test"
HEARS = ("events:read", "enterprises:read", "figures:read")
_numbers = itertools.count(1)


def make_subscription(client=None, *, address="https://receiver.example.com/events", types=None, now=None):
    """(the subscription, its secret)."""
    now = now or timezone.now()
    client = client or make_client(*HEARS, now=now, name=f"Hệ thống {next(_numbers)}")[0]
    types = types or ["enterprise.registered", "enterprise.changed"]
    return subscribe(client=client, address=address, types=types, by=BY, now=now)


def make_sending(subscription, *, state="waiting", now=None, **fields):
    """A test on its way, or what became of it."""
    now, ended = now or timezone.now(), state in ("parked", "dropped")
    values = {"object_id": uuid.uuid4(), "type": "ping", "made_at": now, "next_try_at": now, "state": state}
    values |= {"why": Sending.Why.ANSWER} if ended else {}
    values |= {"status": 200, "tried_at": now} if state == "sent" else {}
    return Sending.objects.create(subscription=subscription, **{**values, **fields})


class Clock:
    """A clock that goes when it is told."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def goes(self, **by):
        self.now += timedelta(**by)


class Receiver:
    """Receives on this machine. `behave(path, body, headers)` gives a status, or (status, headers), for each call."""

    def __init__(self):
        self.taken, self.calls, self.behave = [], [], lambda body, headers: 204
        self.lock = threading.Lock()

    def answer(self, body, headers):
        with self.lock:
            self.calls.append((body, headers))
            answer = self.behave(body, headers)
            status, more = answer if isinstance(answer, tuple) else (answer, {})
            if 200 <= status < 300:
                self.taken.append((body, headers))
        return status, more


@contextmanager
def receiving(port=0):
    """A receiver that listens; `address` is where."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, more = receiver.answer(body, dict(self.headers))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}/events"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def turn(clock):
    """One process's turn with a clock of the test's own; nothing is left to chance."""
    return Run(clock=clock, chance=lambda: 0.5).work()


def verified(secret, body, headers):
    """What the event says, once its signature holds: as a receiver does it."""
    return Webhook(secret).verify(body, headers)
