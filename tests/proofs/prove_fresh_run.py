"""`make run` as a newcomer meets it: a fresh clone, an empty home, and processes that are killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests import services
from tests.waiting import until

RUNS_ON = "nothing"


def newcomers_environment(home, port):
    """Nothing of ours but where this machine gets its packages."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    return {**kept, "HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "PORT": str(port), "LANG": "C.UTF-8"}


def read(path):
    with contextlib.suppress(OSError):
        return Path(path).read_text()
    return ""


def processes_below(pid):
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        below = [int(number) for number in read(f"/proc/{parent}/task/{parent}/children").split()]
        found += below
        waiting += below
    return found


def of_kind(pids, words):
    return [pid for pid in pids if words in read(f"/proc/{pid}/cmdline").replace("\0", " ")]


def is_alive(pid):
    return read(f"/proc/{pid}/stat").rpartition(")")[2].split()[:1] not in ([], ["Z"])


class Portal:
    def __init__(self, house, home, log):
        self.port = services.free_port()
        self.started = time.monotonic()
        with log.open("wb") as terminal:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=house,
                env=newcomers_environment(home, self.port),
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.log = log

    def answers(self):
        if self.make.poll() is not None:
            raise RuntimeError(f"make run ended:\n{self.log.read_text()[-3000:]}")
        return services.answers(f"http://127.0.0.1:{self.port}/")  # follows to the sign-in page

    def seconds_until_it_answers(self, patience):
        until(self.answers, patience)
        return time.monotonic() - self.started

    def below(self):
        return processes_below(self.make.pid)

    def interrupt(self):
        """Ctrl-C: the terminal tells the whole foreground group. Seconds until all is gone, and what is not."""
        everything = self.below()
        started = time.monotonic()
        os.killpg(self.make.pid, signal.SIGINT)
        self.make.wait(20)
        seconds = time.monotonic() - started
        return seconds, [pid for pid in everything if is_alive(pid)]


def figures():
    folder = Path(tempfile.mkdtemp(prefix="portal-fresh-"))
    portals = []
    try:
        house, home = folder / "house", folder / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(services.HOUSE), str(house)], check=True)

        portals.append(Portal(house, home, folder / "first.log"))
        first = portals[-1].seconds_until_it_answers(400)
        yield "first_run_seconds", f"{first:.1f}", "<= 300", first <= 300

        for name, words in (("web", "gunicorn"), ("worker", " worker "), ("beat", " beat ")):
            until(lambda words=words: of_kind(portals[-1].below(), words))
            old = set(of_kind(portals[-1].below(), words))
            started = time.monotonic()
            for pid in old:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            until(lambda words=words, old=old: set(of_kind(portals[-1].below(), words)) - old, 30)
            until(portals[-1].answers, 30)
            back = time.monotonic() - started
            yield f"{name}_killed_back_seconds", f"{back:.1f}", "<= 10", back <= 10

        # a job that hears nothing of the end: every process of the worker's pool is stopped in the middle
        workers = until(
            lambda: len(of_kind(portals[-1].below(), " worker ")) >= 2 and of_kind(portals[-1].below(), " worker ")
        )
        for pid in workers[1:]:
            os.kill(pid, signal.SIGSTOP)
        seconds, left = portals[-1].interrupt()
        yield "ctrl_c_with_a_busy_worker_seconds", f"{seconds:.1f}", "<= 4", seconds <= 4
        yield "processes_left", len(left), "0", not left

        portals.append(Portal(house, home, folder / "second.log"))
        second = portals[-1].seconds_until_it_answers(60)
        yield "second_run_seconds", f"{second:.1f}", "<= 15", second <= 15
        seconds, left = portals[-1].interrupt()
        yield "ctrl_c_seconds", f"{seconds:.1f}", "<= 4", seconds <= 4 and not left
    finally:
        for portal in portals:
            if portal.make.poll() is None:
                portal.interrupt()
        shutil.rmtree(folder, ignore_errors=True)
