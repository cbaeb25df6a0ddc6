"""How the web server runs, to try the portal and in the Department alike."""

import json
import os
from pathlib import Path

from gunicorn.http.errors import (
    InvalidHeader,
    InvalidHeaderName,
    InvalidHTTPVersion,
    InvalidRequestLine,
    InvalidRequestMethod,
    LimitRequestHeaders,
    LimitRequestLine,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from config.lifeline import die_with_parent

UNREADABLE = (
    "400 Bad Request",
    "bad_request",
    "Phần đầu của yêu cầu không đúng HTTP. / The head of the request is no HTTP.",
)
REFUSED = {
    LimitRequestLine: (
        "414 URI Too Long",
        "uri_too_long",
        "Địa chỉ của yêu cầu quá dài. / The address of the request is too long.",
    ),
    LimitRequestHeaders: (
        "431 Request Header Fields Too Large",
        "headers_too_large",
        "Phần đầu của yêu cầu quá lớn. / The headers of the request are too large.",
    ),
    **dict.fromkeys(
        (InvalidHeader, InvalidHeaderName, InvalidHTTPVersion, InvalidRequestLine, InvalidRequestMethod), UNREADABLE
    ),
}


class Worker(ThreadWorker):
    """Answers a head that is too long or no HTTP, which no code of ours sees, in the shape of the API's errors: programs send such."""

    def handle_error(self, req, client, addr, exc):
        if type(exc) not in REFUSED:
            return super().handle_error(req, client, addr, exc)
        self.log.warning("Invalid request from ip=%s: %s", addr[0] if addr else "", exc)
        body = json.dumps(refusal_of(type(exc)), ensure_ascii=False).encode()
        status, *_rest = REFUSED[type(exc)]
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            write_nonblock(client, head.encode() + body)
        except OSError:
            self.log.debug("Failed to send error message.")


def refusal_of(fault):
    """What is answered to a head with this fault; it names no language that could be read, so it speaks both."""
    _status, code, sentence = REFUSED[fault]
    return {"type": "client_error", "errors": [{"code": code, "detail": sentence, "attr": None}]}


bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = Worker
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeat files stay off the disk
limit_request_line = 8190  # a list with many filters has a long address
limit_request_fields = 60
limit_request_field_size = 8190
timeout = 120
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = os.environ.get("ACCESS_LOG") or None
errorlog = "-"
control_socket_disable = True
proc_name = "portal-web"


def post_fork(server, worker):
    die_with_parent()
