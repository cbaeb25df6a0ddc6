"""Two processes on two databases that are asked for the same pages in turn, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent


class Asked:
    """`module` on a database with `count` rows: it tells what it laid, and then, each time it is asked, what it measured."""

    def __init__(self, module, environment, count):
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, str(count)],
            cwd=HOUSE,
            env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.stdin.close()
        self.process.wait(60)

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def ask(self):
        self.process.stdin.write("again\n")
        self.process.stdin.flush()
        return self.answer()


def tell(said):
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
