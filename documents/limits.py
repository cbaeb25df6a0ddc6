"""What every limited process has: its limits, its way to answer, and to refuse. No Django here."""

import json
import resource
import sys


def limit_self(memory, seconds):
    """No more memory, time, files or children than the order allows."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(**answer):
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")))
    sys.stdout.write("\n")


class Refusal(Exception):
    """The file is refused for a reason that a person can act on."""

    def __init__(self, code, **arguments):
        super().__init__(code)
        self.code, self.arguments = code, arguments
