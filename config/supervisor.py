"""Runs the portal on one machine: web, worker and beat, started again when they die, ended together.

`make run` calls it with the Python of .venv; what is given to it goes to `manage.py prepare`. The standard library
only.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from lifeline import adopt_orphans, die_with_parent  # its neighbour in this folder: config itself would load Celery

HOUSE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DATA_DIR", "").strip() or HOUSE / "var")
LOGS = DATA / "log"
PYTHON = sys.executable
PATIENCE = 2.5  # seconds between asking a process to end and ending it
READY_WITHIN = 120.0
LONGEST_PAUSE = 30.0
LARGEST_LOG = 10 * 2**20


def say(sentence=""):
    print(sentence, flush=True)


class Service:
    """One process of the portal with everything it starts, as a process group of its own."""

    def __init__(self, name, *command):
        self.name, self.command = name, command
        self.process = None
        self.started_at = 0.0
        self.failures = 0
        self.start_at = 0.0

    def start(self):
        log = LOGS / f"{self.name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [PYTHON, __file__, "--child", str(os.getpid()), *self.command],
                cwd=HOUSE,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    def look_after(self, now):
        """Starts it when it should run and does not; a process that keeps dying waits longer each time."""
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.signal(signal.SIGKILL)  # what it left behind
        self.failures = 0 if now - self.started_at > LONGEST_PAUSE else self.failures + 1
        pause = min(LONGEST_PAUSE, 2.0 ** max(self.failures - 1, 0)) if self.failures else 0.0
        self.process, self.start_at = None, now + pause
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        again = f"in {pause:.0f} s" if pause else "now"
        say(f"{self.name} {how}; starting it again {again} (see {shown(LOGS / (self.name + '.log'))}).")

    def signal(self, sign):
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, sign)

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None


def shown(path):
    return path.relative_to(HOUSE) if path.is_relative_to(HOUSE) else path


def services():
    run = DATA / "run"
    return [
        Service("web", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application"),
        Service(
            "worker",
            "celery",
            *("--app", "config", "worker", "--pool", "prefork", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle"),
        ),
        Service(
            "beat",
            "celery",
            *("--app", "config", "beat", "--loglevel", "INFO"),
            *("--schedule", str(run / "beat-schedule"), "--pidfile", ""),
        ),
    ]


class Stop:
    """Set by Ctrl-C or TERM; a second one is in a hurry."""

    def __init__(self):
        self.asked = 0
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if sign != signal.SIGHUP or signal.getsignal(sign) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(sign, self.ask)

    def ask(self, *_):
        self.asked += 1


def port():
    text = os.environ.get("PORT", "").strip() or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        sys.exit(f"PORT={text} is no port: a whole number from 1 to 65535 is.")
    return int(text)


def refuse_taken_port(number):
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", number))
        except PermissionError:
            sys.exit(f"Port {number} may not be used by this user; choose another: make run PORT=8001")
        except OSError:
            free = number + 1 if number < 65535 else 8000
            sys.exit(f"Port {number} is taken by another program; choose another: make run PORT={free}")


def only_one():
    """Two portals on the same data would fight; the lock goes when this process goes."""
    lock = (DATA / "run" / "supervisor.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"The portal already runs on the data in {shown(DATA)}; end that one first (Ctrl-C in its terminal).")
    return lock


def prepare(stop):
    """Migrations, reference data, demo data, static files: whatever is missing."""
    process = subprocess.Popen(
        [PYTHON, __file__, "--child", str(os.getpid()), "manage.py", "prepare", *sys.argv[1:]],
        cwd=HOUSE,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    asked_at = None
    while process.poll() is None:
        time.sleep(0.05)
        if stop.asked and asked_at is None:
            asked_at = time.monotonic()
            os.killpg(process.pid, signal.SIGTERM)
        elif asked_at and time.monotonic() - asked_at > PATIENCE:
            os.killpg(process.pid, signal.SIGKILL)
    if stop.asked:
        sys.exit(130)
    if process.returncode:
        sys.exit("The portal could not be prepared; the reason stands above.")


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own loopback address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def welcome(address):
    people = DATA / "run" / "people.txt"
    say()
    say(f"The portal answers at {address}")
    if people.exists():
        say()
        say(people.read_text().rstrip())
    say()
    say(f"Logs: {shown(LOGS)}/web.log, worker.log, beat.log. Ctrl-C ends everything.")


def children():
    """Every living child of this process, adopted ones included."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[1]) == os.getpid():
            found.append(int(entry.parent.name))
    return found


def end_all(running, stop):
    say("Ending …")
    asked_before, deadline = stop.asked, time.monotonic() + PATIENCE
    for service in running:
        service.signal(signal.SIGTERM)
    while any(service.is_running for service in running) and time.monotonic() < deadline and stop.asked == asked_before:
        time.sleep(0.05)
    for service in running:
        service.signal(signal.SIGKILL)
    for _ in range(20):
        left = children()
        if not left:
            break
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    say("Everything has ended.")


def watch(running, stop, address):
    welcomed, begun = False, time.monotonic()
    next_look = 0.0
    while not stop.asked:
        now = time.monotonic()
        for service in running:
            service.look_after(now)
        if not welcomed and now >= next_look:
            next_look = now + 0.3
            if answers(f"{address}/healthz"):
                welcomed = True
                welcome(address)
            elif now - begun > READY_WITHIN:
                end_all(running, stop)
                sys.exit(f"The web server did not answer within {READY_WITHIN:.0f} s; see {shown(LOGS)}/web.log.")
        time.sleep(0.1)


def main():
    stop = Stop()
    die_with_parent(signal.SIGTERM, parent=os.getppid())
    adopt_orphans()
    number = port()
    for folder in (LOGS, DATA / "run"):
        folder.mkdir(parents=True, exist_ok=True)
    lock = only_one()
    refuse_taken_port(number)
    prepare(stop)
    running = services()
    try:
        watch(running, stop, f"http://127.0.0.1:{number}")
    finally:
        if any(service.process for service in running):
            end_all(running, stop)
        lock.close()


def become(parent, command):
    """In the child: tie its life to the supervisor's, then turn into the program."""
    die_with_parent(signal.SIGKILL, parent=parent)
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    script = command[0] if command[0].endswith(".py") else str(Path(PYTHON).parent / command[0])
    os.execv(PYTHON, [PYTHON, script, *command[1:]])  # noqa: S606 - a literal list of services()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        become(int(sys.argv[2]), sys.argv[3:])
    main()
