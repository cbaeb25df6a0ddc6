"""Virus scan by a clamd daemon, when one is set up (CLAMD=/path/to/socket or host:port)."""

import socket
import struct

from django.conf import settings


class ScannerAway(Exception):
    """The scanner does not answer; the file is not yet scanned."""


def is_set_up():
    return bool(settings.CLAMD)


def _connect():
    if settings.CLAMD.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(10)
        try:
            line.connect(settings.CLAMD)
        except OSError:
            line.close()
            raise
        return line
    host, _sep, port = settings.CLAMD.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def scan(file):
    """The name of what was found in the open file, or None when it is clean. Raises ScannerAway."""
    try:
        with _connect() as line:
            line.sendall(b"zINSTREAM\0")
            while block := file.read(1 << 16):
                line.sendall(struct.pack("!I", len(block)) + block)
            line.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and (part := line.recv(4096)):
                answer += part
    except (OSError, ValueError) as error:
        raise ScannerAway from error
    text = answer.rstrip(b"\0").decode("utf-8", "replace")
    if text.endswith(" OK"):
        return None
    if text.endswith(" FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(text)
