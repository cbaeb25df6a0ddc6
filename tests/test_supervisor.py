"""What `make run` starts: it lives, comes back when killed, and is gone when it is ended."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import pytest
from django.db import connection

from tests import schema, services
from tests.waiting import until

SUPERVISOR = [sys.executable, "config/supervisor.py", "--no-demo"]


def children_of(pid):
    """Every living process below this one."""
    found, waiting = [], [pid]
    while waiting:
        with contextlib.suppress(OSError), open(f"/proc/{waiting[0]}/task/{waiting[0]}/children") as listed:
            below = [int(number) for number in listed.read().split()]
            found += below
            waiting += below
        waiting.pop(0)
    return found


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as line:
            return line.read().replace("\0", " ")
    except OSError:
        return ""


class Run:
    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.output = folder / "terminal"
        with self.output.open("wb") as terminal:
            self.process = subprocess.Popen(
                SUPERVISOR,
                cwd=services.HOUSE,
                env=services.portal_environment(DATA_DIR=folder, PORT=port),
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self):
        return self.output.read_text()

    def answers(self):
        return services.answers(f"http://127.0.0.1:{self.port}/healthz")

    def one(self, words):
        """The process that the supervisor itself started and whose command holds these words."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as listed:
            return next((int(pid) for pid in listed.read().split() if words in command_of(pid)), None)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The portals that were started on one folder of data, prepared once; none is left at the end."""
    started = [Run(tmp_path_factory.mktemp("portal"), services.free_port())]
    yield started
    if started[-1].process.poll() is None:
        started[-1].process.terminate()
    started[-1].process.wait(10)


@pytest.fixture
def running(runs):
    """A portal that answers: the one of the test before, unless it was ended there."""
    if runs[-1].process.poll() is not None:
        runs.append(Run(runs[-1].folder, services.free_port()))
    run = runs[-1]
    until(lambda: "The portal answers" in run.said() or run.process.poll() is not None, 90)
    assert run.process.poll() is None, run.said()
    return run


def test_a_start_makes_the_tables_that_the_tests_work_on(running, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        ours = schema.definitions(cursor, connection.vendor)
    with contextlib.closing(sqlite3.connect(running.folder / "portal.sqlite3")) as started:
        theirs = schema.definitions(started.cursor(), "sqlite")
    assert schema.differences(ours, theirs) == []


def test_whatever_dies_is_started_again_and_everything_ends_within_four_seconds(running):
    for words, name in (("gunicorn", "web"), (" worker ", "worker"), (" beat ", "beat")):
        old = until(lambda words=words: running.one(words))
        os.kill(old, signal.SIGKILL)
        told = f"{name} was ended by signal 9; starting it again"
        until(lambda told=told: told in running.said(), 60)
        until(lambda words=words, old=old: running.one(words) not in (None, old), 60)
    until(running.answers, 60)
    everything = children_of(running.process.pid)
    assert len(everything) >= 7  # web and its two, worker and its children, beat
    started = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    running.process.wait(10)
    assert time.monotonic() - started <= 4
    assert not [pid for pid in everything if is_alive(pid)]


def test_nothing_is_left_when_the_supervisor_itself_is_killed(running):
    everything = until(lambda: len(children_of(running.process.pid)) >= 7 and children_of(running.process.pid), 60)
    running.process.kill()
    running.process.wait()
    until(lambda: not [pid for pid in everything if is_alive(pid)], 4)


def test_a_second_portal_on_the_same_data_is_refused_with_a_sentence(running):
    done = subprocess.run(
        SUPERVISOR,
        cwd=services.HOUSE,
        env=services.portal_environment(DATA_DIR=running.folder, PORT=services.free_port()),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "already runs on the data" in done.stderr


@pytest.mark.parametrize(
    ("port", "sentence"),
    [("eight", "is no port"), ("70000", "is no port"), (None, "is taken by another program; choose another")],
)
def test_a_port_that_cannot_be_used_is_refused_with_a_sentence(port, sentence, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = subprocess.run(
            SUPERVISOR,
            cwd=services.HOUSE,
            env=services.portal_environment(DATA_DIR=tmp_path, PORT=port or other.getsockname()[1]),
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
