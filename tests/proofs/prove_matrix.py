"""The permission matrix with everybody whom the door lets in sent through everything, by each method of every route.

`make test` asks the door of every cell and sends through everything the first of each kind of answer.
"""

import os
import re
import subprocess
import sys

from tests.services import HOUSE

RUNS_ON = "both"


def figures():
    from django.conf import settings

    from accounts.access import routes
    from tests.test_permission_matrix import METHODS
    from tests.world import PEOPLE

    engine = "postgres" if settings.POSTGRES else "sqlite"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/test_permission_matrix.py"]
    done = subprocess.run(
        command, cwd=HOUSE, env={**os.environ, "MATRIX": "everybody"}, stdout=subprocess.PIPE, text=True
    )
    wrong = re.findall(r"^E +(\S+ [A-Z]+ as \S+: .*)$", done.stdout, re.MULTILINE)
    if done.returncode:
        sys.stderr.write("\n".join([*wrong, done.stdout[-2_000:]]))
    cells = len(PEOPLE) * len(routes()) * len(METHODS)
    yield f"matrix_cells_{engine}", cells, ">= 1", cells >= 1
    yield f"matrix_cells_wrong_{engine}", len(wrong), "== 0", done.returncode == 0 and not wrong
