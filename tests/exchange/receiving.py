"""Subscriptions for tests, and a receiver of events that answers as it is told."""

import itertools
import ssl
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
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


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_given):
        """Whoever called was killed."""


@contextmanager
def receiving(tls=None):
    """A receiver that listens, with a certificate where it is given one; `address` is where."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it died meanwhile: nothing arrived
                self.close_connection = True
                return
            status, more = receiver.answer(body.decode(), dict(self.headers))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}/events"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def certified(folder, name):
    """(for the receiver, for whoever calls it): a certificate of its own for the name, and the trust in it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(tz=UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    plain = serialization.NoEncryption()
    both = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "both.pem").write_bytes(both + certificate)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(folder / "both.pem")
    return own, ssl.create_default_context(cadata=certificate.decode())


def turn(clock):
    """One process's turn with a clock of the test's own; nothing is left to chance."""
    return Run(clock=clock, chance=lambda: 0.5).work()


def verified(secret, body, headers):
    """What the event says, once its signature holds: as a receiver does it."""
    return Webhook(secret).verify(body, headers)
