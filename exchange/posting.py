"""Posting to an address that another agency named: to a public address and a port for it only, and with patience that ends.

The name is looked up once, every address that it has must be a public one, and the call goes to the very address that was
looked at; the certificate is still that of the name. Redirects are not followed, proxies of the environment not asked.
"""

import ipaddress
import re
import socket
import ssl
import time
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

from exchange.models import Sending, Subscription

CONNECT = 5  # seconds
PATIENCE = 15  # for a whole call, once the name is known
MOST_READ = 64 * 1024
_NUMBERS = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)  # of which programs make addresses of their own
MOST_ADDRESS = Subscription._meta.get_field("address").max_length
_UNICAST = ipaddress.ip_network("2000::/3")


class NotPublic(Exception):
    """The address leads into a network that events do not go to."""


class NotThisPort(Exception):
    """Something else than a receiver of events listens there."""


@dataclass(frozen=True)
class Answer:
    """What came of a call: `status` is None where nothing was answered, `why` is empty where the event was taken."""

    status: int | None
    milliseconds: int = 0
    why: str = ""
    detail: str = ""
    retry_after: int = 0
    place: str = ""

    @property
    def is_good(self):
        return not self.why


def is_public(address: str) -> bool:
    """Whether the address is one of the public Internet, and no other address wrapped into one."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return False
    if place.version == 6:
        wrapped = place.sixtofour is not None or place.teredo is not None
        return place in _UNICAST and place.is_global and not wrapped
    return place.is_global and not place.is_multicast and place not in ipaddress.ip_network("192.88.99.0/24")


def is_inside(address: str) -> bool:
    """Whether the operator allows the address though it is not public."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(place in ipaddress.ip_network(network) for network in settings.EVENTS_ALSO_TO)


def is_here(address: str) -> bool:
    """Whether the address is one of this machine that the operator allows."""
    return is_inside(address) and ipaddress.ip_address(address).is_loopback


def place_of(host: str, port: int) -> str:
    """The address that the name stands for; refused where any of those it has may not be called."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [str(entry[4][0]) for entry in found]
    refused = [place for place in places if not (is_public(place) or is_inside(place))]
    if refused or not places:
        raise NotPublic(", ".join(refused) or host)
    return places[0]


def why_not_address(address: str) -> str:
    """Why events cannot be sent to this address, as far as can be told without calling it; "" if they can."""
    if len(address) > MOST_ADDRESS:
        return _("The address has at most %(most)s signs.") % {"most": MOST_ADDRESS}
    if not address.isascii() or not address.isprintable() or " " in address:
        return _("Write the address in plain letters, without blanks.")
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return _("This is no address of the web.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(host)):
        return _("The address begins with https://.")
    if not host or parts.username is not None or parts.fragment or port == 0:
        return _("Write the address without name, password and “#”.")
    if host == "localhost" or host.endswith(".localhost") or _is_number(host):
        return _("%(host)s is no public address; events are not sent there.") % {"host": host}
    if _is_literal(host) and not (is_public(host) or is_inside(host)):
        return _("%(host)s is no public address; events are not sent there.") % {"host": host}
    if (port or 443) not in settings.EVENTS_PORTS and not is_here(host):
        allowed = ", ".join(map(str, settings.EVENTS_PORTS))
        return _("Events are sent to these ports only: %(allowed)s.") % {"allowed": allowed}
    return ""


def _is_number(host):
    """Whether it is an address in another writing than the usual one (0177.0.0.1, 2130706433): no name ends so (RFC 3696, 2)."""
    return bool(_NUMBERS.fullmatch(host)) and not _is_literal(host)


def _is_literal(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _Patient(httpcore.NetworkStream):
    """A connection whose every wait ends with the call's own patience, however slowly bytes drip."""

    def __init__(self, stream, call):
        self.stream, self.call = stream, call

    def read(self, max_bytes, timeout=None):
        return self.stream.read(max_bytes, self.call.left())

    def write(self, buffer, timeout=None):
        self.stream.write(buffer, self.call.left())

    def close(self):
        self.stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        return _Patient(self.stream.start_tls(ssl_context, server_hostname, self.call.left()), self.call)

    def get_extra_info(self, info):
        return self.stream.get_extra_info(info)


class _Looking(httpcore.NetworkBackend):
    """Connects to the address that was looked at."""

    def __init__(self, call):
        self.call, self.network = call, httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.call.place = place_of(host, port)
        if port not in settings.EVENTS_PORTS and not is_here(self.call.place):
            raise NotThisPort(port)
        self.call.begin()
        stream = self.network.connect_tcp(self.call.place, port, min(CONNECT, self.call.left()))
        return _Patient(stream, self.call)


@cache
def _trusted():
    """The certificates that the system trusts; read once."""
    return ssl.create_default_context()


class Line:
    """The connection to one receiver, kept open between calls; for one thread at a time."""

    def __init__(self):
        self.place, self.ends = "", 0.0
        self.pool = httpcore.ConnectionPool(
            ssl_context=_trusted(),
            network_backend=_Looking(self),
            max_connections=1,
            keepalive_expiry=30,
        )

    def begin(self):
        self.ends = time.monotonic() + PATIENCE

    def left(self):
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def close(self):
        self.pool.close()

    def post(self, address: str, body: bytes, headers: dict) -> Answer:
        """Post once. Whatever happens is an answer."""
        begun, status, given, detail = time.monotonic(), None, {}, ""
        self.begin()
        try:
            status, given = self._post(address, body, headers)
            why = _why(status)
        except NotPublic as refused:
            why, detail = Sending.Why.NOT_PUBLIC, str(refused)
        except NotThisPort as refused:
            why, detail = Sending.Why.PORT, str(refused)
        except (TimeoutError, httpcore.TimeoutException):
            why = Sending.Why.NO_ANSWER
        except (socket.gaierror, UnicodeError):
            why = Sending.Why.NAME
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError) as failure:
            why, detail = Sending.Why.CONNECTION, f"{type(failure).__name__}: {failure}"[:300]
        milliseconds = round((time.monotonic() - begun) * 1000)
        return Answer(status, milliseconds, why, detail, _seconds(given.get(b"retry-after", b"")), self.place)

    def _post(self, address, body, headers):
        url = httpcore.URL(address)
        named = {"Host": urlsplit(address).netloc, "Content-Length": str(len(body)), **headers}
        with self.pool.stream("POST", url, headers=named, content=body) as response:
            read = 0
            for part in response.iter_stream():
                read += len(part)
                if read > MOST_READ:
                    break
            return response.status, {name.lower(): value for name, value in response.headers}


def _why(status):
    if 200 <= status < 300:
        return ""
    return Sending.Why.ELSEWHERE if 300 <= status < 400 else Sending.Why.ANSWER


def _seconds(text):
    return min(int(text), 86_400) if text.isdigit() and len(text) <= 6 else 0
