"""The English pages, looked at as `make test` looks at the Vietnamese ones."""

import os
import re
import subprocess
import sys

from tests.services import HOUSE


def figures():
    both = ["-n", "2", "--dist", "loadgroup"]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "browser", *both, "tests/browser/test_pages.py"]
    done = subprocess.run(
        command, cwd=HOUSE, env={**os.environ, "PAGES_LANGUAGE": "en"}, stdout=subprocess.PIPE, text=True
    )
    closing = done.stdout.rstrip().rpartition("\n")[2]
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?)", closing)}
    if done.returncode:
        said = re.findall(r"^(?:E +(?:AssertionError: /|\d+: ).*|FAILED .*)$", done.stdout, re.MULTILINE)
        sys.stderr.write("\n".join([*said, done.stdout[-2_000:]]))
    faulty = sum(number for word, number in counts.items() if word != "passed")
    yield "english_pages_sound", counts.get("passed", 0), ">= 1", counts.get("passed", 0) > 0
    yield "english_pages_with_faults", faulty, "0", done.returncode == 0 and not faulty
