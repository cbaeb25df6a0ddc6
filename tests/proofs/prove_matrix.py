"""Every cell of the permission matrix on SQLite too; `make test` asks them on PostgreSQL, as the application's role."""

import os
import re
import subprocess
import sys

from tests.services import HOUSE
from tests.suite import MATRIX

RUNS_ON = "sqlite"


def figures():
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", MATRIX]
    done = subprocess.run(command, cwd=HOUSE, env=os.environ, stdout=subprocess.PIPE, text=True)
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|errors?)", done.stdout[-400:])}
    if done.returncode:
        sys.stderr.write(done.stdout[-4_000:])
    yield "matrix_parts_as_the_table_says", counts.get("passed", 0), ">= 1", counts.get("passed", 0) > 0
    faulty = sum(number for word, number in counts.items() if word != "passed")
    yield "matrix_parts_otherwise", faulty, "= 0", done.returncode == 0 and not faulty
