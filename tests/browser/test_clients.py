"""Clients made from the description, as the page for those who build on the API says: made, checked, and used."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.practice import CLIENT_ID, SECRET
from tests.services import HOUSE

PAGE = (HOUSE / "docs" / "api-clients.md").read_text()
COMMANDS = dict(re.findall(r"^```sh (\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_client_made_from_the_description_is_sound_and_reads(language, demo_site, tmp_path):
    (tmp_path / "node_modules").symlink_to(Path(sys.prefix) / "node" / "node_modules")
    given = {"PORTAL": demo_site.address, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": SECRET}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COMMANDS[language]],
        env={**os.environ, **given, "PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    two_pages, one, kept, refused = done.stdout.splitlines()[-4:]
    assert two_pages == "4 enterprises on two pages"
    assert re.fullmatch(r"of which [\d-]+ is one", one)
    assert int(kept.split()[0]) > 100
    assert refused.startswith("cursor refused: This is no cursor of ours")
