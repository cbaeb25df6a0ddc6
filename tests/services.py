"""A PostgreSQL, a Redis and a Celery worker of our own, on free ports, ended with the process that asked for them.

with services.postgres() as pg, services.redis() as redis_url:
    with services.site(pg.environment | {"REDIS_URL": redis_url}) as site: ...
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
PACKAGES = {"chromium": "chromium", "postgres": "postgresql", "redis-server": "redis-server", "curl": "curl"}


class NotStarted(Exception):
    """A service did not come up; the message holds what it said."""


def program(name):
    """The path of a program that Debian installs, or None."""
    if name == "postgres":
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
        return str(found[-1]) if found else shutil.which("postgres")
    return shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/sbin")


def missing_packages(names=tuple(PACKAGES)):
    """The packages of those programs that are not there; a program without a row in PACKAGES is its own package."""
    return [PACKAGES.get(name, name) for name in names if program(name) is None]


def get_packages(missing, command):
    """Installs with apt where that is allowed; else stops and names the packages that `command` needs."""
    if not missing:
        return
    names = " ".join(missing)
    refuse = f"{command} needs these Debian packages: {names}. Install them: apt-get install {names}"
    if os.environ.get("NO_INSTALL") or os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(refuse)
    sys.stdout.write(f"Installing {names} …\n")
    sys.stdout.flush()
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # installed, not started
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt, "install", "-y", "--no-install-recommends", *missing]
    with tempfile.TemporaryFile() as log:
        for step in ([*apt, "update"], install):
            done = subprocess.run(step, env=quiet, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            if done.returncode and step is install:
                log.seek(0)
                sys.exit(f"{log.read().decode(errors='replace')[-2000:]}\n{refuse}")


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def start(command, *, log, user=None, environment=None, dies_by="TERM"):
    """A process that the kernel ends when this one is gone, even when this one was killed with -9."""
    command = ["setpriv", "--pdeathsig", dies_by, *(_as_user(user)), "--", *command]
    with Path(log).open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=HOUSE if user is None else "/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _as_user(user):
    return [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []


def end(process, patience=10):
    """TERM to the whole group, KILL to what is left of it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 15)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait()


def wait_until(ready, process, log, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            said = Path(log).read_text(errors="replace")[-3000:]
            raise NotStarted(f"{what} did not start:\n{said}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Postgres:
    """A private server with the owner's and the application's role and one empty database."""

    port: int
    owner_password: str
    app_password: str
    admin_password: str
    database: str = "portal"

    def address(self, role, password, database=None):
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database or self.database}"

    @property
    def app_url(self):
        return self.address("portal_app", self.app_password)

    @property
    def owner_url(self):
        return self.address("portal_owner", self.owner_password)

    @property
    def admin_url(self):
        return self.address("postgres", self.admin_password, "postgres")

    @property
    def environment(self):
        """What the portal reads to run on it."""
        return {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}


@contextlib.contextmanager
def postgres(**settings):
    """Debian's PostgreSQL in a directory of its own; `settings` go to its configuration (work_mem="64MB")."""
    import psycopg2

    binaries = Path(program("postgres")).parent
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    try:
        if user:
            shutil.chown(folder, user, user)
        secret = folder / "password"
        pg = Postgres(free_port(), *(secrets.token_hex(12) for _ in range(3)))
        secret.write_text(pg.admin_password)
        if user:
            shutil.chown(secret, user, user)
        data, log = folder / "data", folder / "log"
        log.touch()
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        made = start([*initdb, "--no-sync", "-A", "scram-sha-256", f"--pwfile={secret}"], log=log, user=user)
        if made.wait(120):
            raise NotStarted(f"initdb failed:\n{log.read_text(errors='replace')[-3000:]}")
        chosen = {
            "listen_addresses": "127.0.0.1",
            "port": pg.port,
            "unix_socket_directories": folder,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
            "max_locks_per_transaction": 256,
            "shared_buffers": "512MB",
            "max_wal_size": "4GB",
            "timezone": "UTC",
            **settings,
        }
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        server = start([str(binaries / "postgres"), "-D", str(data), *options], log=log, user=user, dies_by="INT")
        try:
            wait_until(lambda: _accepts(psycopg2, pg.admin_url), server, log, "PostgreSQL")
            _lay_roles(psycopg2, pg)
            yield pg
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(server.pid, 2)  # fast shutdown
            end(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _accepts(psycopg2, url):
    try:
        psycopg2.connect(url, connect_timeout=1).close()
    except psycopg2.OperationalError:
        return False
    return True


def _lay_roles(psycopg2, pg):
    connection = psycopg2.connect(pg.admin_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE portal_owner LOGIN CREATEDB PASSWORD %s", [pg.owner_password])
        cursor.execute("CREATE ROLE portal_app LOGIN PASSWORD %s", [pg.app_password])
        cursor.execute(f"CREATE DATABASE {pg.database} OWNER portal_owner")
    connection.close()


@contextlib.contextmanager
def redis(port=None, password=None):
    """Debian's Redis, nothing kept on disk, on a port and with a password of its own unless told; yields its address."""
    folder = Path(tempfile.mkdtemp(prefix="portal-redis-"))
    port, password = port or free_port(), password or secrets.token_hex(12)
    log = folder / "log"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--requirepass", password, "--dir", str(folder)]
    server = start([program("redis-server"), *options, "--save", "", "--appendonly", "no"], log=log)
    try:
        wait_until(lambda: _listens(port), server, log, "Redis")
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        end(server)
        shutil.rmtree(folder, ignore_errors=True)


def _listens(port):
    with socket.socket() as trial:
        trial.settimeout(0.5)
        return trial.connect_ex(("127.0.0.1", port)) == 0


def portal_environment(**chosen):
    """The environment of a portal process: ours without what would lead it to another database."""
    ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DATA_DIR", "PORT", "ENVIRONMENT"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PYTHONUNBUFFERED": "1", **{name: str(value) for name, value in chosen.items()}}


def manage(*arguments, environment, timeout=3600):
    """One manage.py command in a process of its own; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=HOUSE,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    if done.returncode:
        raise NotStarted(f"manage.py {' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def broken_promises(environment):
    """What the demonstration promises (tests/reporting/demo_promises.py) and this portal does not keep; "" if nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reporting.demo_promises"],
        cwd=HOUSE,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


@contextlib.contextmanager
def worker(environment, *, log, concurrency=1):
    """A real Celery worker (prefork); yields its process, ready to be killed."""
    options = ["--pool", "prefork", "--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
    process = start(
        [sys.executable, "-m", "celery", "--app", "config", "worker", "--loglevel", "INFO", *options],
        log=log,
        environment=environment,
        dies_by="KILL",
    )
    try:
        wait_until(lambda: " ready." in Path(log).read_text(errors="replace"), process, log, "The Celery worker", 60)
        yield process
    finally:
        end(process)


@contextlib.contextmanager
def beat(environment, *, log):
    """A real Celery beat."""
    schedule = Path(environment["DATA_DIR"]) / "beat-schedule"
    process = start(
        [sys.executable, "-m", "celery", "--app", "config", "beat", "--schedule", str(schedule), "--pidfile", ""],
        log=log,
        environment=environment,
        dies_by="KILL",
    )
    try:
        yield process
    finally:
        end(process)


@contextlib.contextmanager
def web(environment, *, log):
    """The real web server; yields its address."""
    port = free_port()
    process = start(
        [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application"],
        log=log,
        environment={**environment, "PORT": str(port)},
        dies_by="KILL",
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{address}/healthz"), process, log, "The web server", 60)
        yield address
    finally:
        end(process)


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own loopback address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
