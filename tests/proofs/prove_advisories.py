"""Known holes in the libraries we lock, as the package index's advisory service tells them."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.services import HOUSE

RUNS_ON = "nothing"
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-prove.txt")


def audit(path):
    """(checked, left out, [advisories]) of one file of locked requirements; None when there was no answer."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner", "off"]
    done = subprocess.run([*command, "--format", "json", "-r", str(path)], capture_output=True, text=True, timeout=600)
    try:
        answer = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    checked = [one for one in answer if "vulns" in one]
    found = [f"{one['name']}:{vulnerability['id']}" for one in checked for vulnerability in one["vulns"]]
    return len(checked), len(answer) - len(checked), found


def first_entry(lock):
    """The first locked package alone, to learn whether the service answers at all."""
    return re.match(r"\S+==\S+ \\\n(?:    --hash=\S+(?: \\)?\n)+", lock).group(0).rstrip().rstrip("\\")


def figures():
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.txt"
        one.write_text(first_entry((HOUSE / LOCKS[0]).read_text()))
        answer = audit(one)
        if answer is None or not answer[0]:
            yield "advisory_service", "does-not-answer", "answers", False
            return
    for name in LOCKS:
        answer = audit(HOUSE / name)
        label = name.removesuffix(".txt").replace("-", "_")
        if answer is None:
            yield f"{label}_audited", "failed", "all", False
            continue
        checked, left_out, found = answer
        yield f"{label}_audited", f"{checked}-of-{checked + left_out}", "all", not left_out
        yield f"{label}_advisories", ",".join(found) or "0", "0", not found
