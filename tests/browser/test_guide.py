"""Every command of the guide for those who build on the API, as it stands there, against a running portal."""

import json
import os
import re
import subprocess

from exchange.practice import CLIENT_ID, SECRET
from tests.services import HOUSE

GUIDE = (HOUSE / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def test_every_command_of_the_guide_does_what_it_says(fresh_site, tmp_path):
    given = {"PORTAL": fresh_site.address, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": SECRET}
    assert f"CLIENT_ID={CLIENT_ID} CLIENT_SECRET={SECRET}" in GUIDE
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\necho; echo '--'\n".join(COMMANDS)],
        env={**os.environ, **given},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    _token, two, following, recognised, copied, streamed, sent, many, withdrawn = done.stdout.split("--\n")
    assert [sorted(row) for row in json.loads(two)["data"]] == [["id", "name", "tax_code"]] * 2
    assert len({row["id"] for text in (two, following) for row in json.loads(text)["data"]}) == 4
    assert json.loads(recognised)["data"]
    assert copied.split()[0] == streamed.strip() != "0"
    assert json.loads(sent)["state"] == "waiting" and json.loads(many)["done"] == 1
    assert json.loads(withdrawn)["superseded_at"]
