"""How the web server runs, to try the portal and in the Department alike."""

import os
from pathlib import Path

from config.lifeline import die_with_parent

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
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
