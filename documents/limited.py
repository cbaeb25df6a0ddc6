"""Starting the limited reader process and listening to it."""

import fcntl
import json
import subprocess
import sys
import threading
from contextlib import suppress

from django.conf import settings

# What it may compute, the kernel holds to `seconds`; a busy server may let it wait this much longer before it gets there.
PATIENCE = 30
PIPE = 1 << 20  # bytes of answers that may wait to be taken


class ReaderFailed(Exception):
    """The reader died, was stopped, or gave no sense: the file is refused."""


class ReaderRefused(Exception):
    """The reader read the file and refuses it for a reason with a sentence (see documents.reasons)."""

    def __init__(self, code, arguments):
        super().__init__(code)
        self.code, self.arguments = code, arguments


def ask_reader(order, *, memory=None, seconds=None, module="documents.reader"):
    """Give the order to a fresh limited process (`module`) and yield its answers (dicts) as they come.

    To the answer {"asking": …} the caller may `send` a plain value, which the reader gets as its next line.
    """
    seconds = seconds or settings.READER_SECONDS
    order = {**order, "memory": memory or settings.READER_MEGABYTES * 2**20, "seconds": seconds}
    process = subprocess.Popen(
        [sys.executable, "-E", "-s", "-B", "-m", module],
        cwd=settings.BASE_DIR,
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
    )
    with suppress(OSError):  # room for the reader to work ahead, where the system allows it
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE)
    alarm = threading.Timer(seconds + PATIENCE, process.kill)
    alarm.daemon = True
    alarm.start()
    try:
        try:
            _tell(process, order)
        except BrokenPipeError as error:
            raise ReaderFailed from error
        finished = False
        for line in process.stdout:
            try:
                answer = json.loads(line)
            except ValueError as error:
                raise ReaderFailed from error
            if "refused" in answer:
                raise ReaderRefused(*answer["refused"])
            finished = "end" in answer or "looked" in answer
            told = yield answer
            if told is not None:
                _tell(process, told)
                yield {}
        if process.wait() != 0 or not finished:
            raise ReaderFailed
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.close()


def _tell(process, value):
    process.stdin.write(json.dumps(value).encode() + b"\n")
    process.stdin.flush()
