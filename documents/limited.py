"""Starting the limited reader process and listening to it."""

import json
import subprocess
import sys
import threading

from django.conf import settings


class ReaderFailed(Exception):
    """The reader died, was stopped, or gave no sense: the file is refused."""


class ReaderRefused(Exception):
    """The reader read the file and refuses it for a reason with a sentence (see documents.reasons)."""

    def __init__(self, code, arguments):
        super().__init__(code)
        self.code, self.arguments = code, arguments


def ask_reader(order, *, memory=None, seconds=None):
    """Give the order to a fresh limited process and yield its answers (dicts) as they come."""
    seconds = seconds or settings.READER_SECONDS
    order = {**order, "memory": memory or settings.READER_MEGABYTES * 2**20, "seconds": seconds}
    process = subprocess.Popen(
        [sys.executable, "-E", "-s", "-B", "-m", "documents.reader"],
        cwd=settings.BASE_DIR,
        env={"LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
    )
    alarm = threading.Timer(seconds * 2, process.kill)
    alarm.daemon = True
    alarm.start()
    try:
        try:
            process.stdin.write(json.dumps(order).encode())
            process.stdin.close()
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
            yield answer
        if process.wait() != 0 or not finished:
            raise ReaderFailed
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
