"""Every command of the guide for those who build on the API, as it stands there, against a running portal."""

import json
import os
import re
import subprocess

from tests.services import HOUSE

COMMANDS = re.findall(r"^```sh\n(.*?)^```", (HOUSE / "docs" / "api.md").read_text(), re.DOTALL | re.MULTILINE)
REGISTER = """
import json
from django.utils import timezone
from exchange.models import Client
from exchange.rights import all_scopes
from exchange.services import rotate_secret
client = Client.objects.get(owner="Sở Tài chính")
Client.objects.filter(pk=client.pk).update(scopes=sorted(all_scopes()))
secret = rotate_secret(client=client, expected=client.version, by="system:guide", now=timezone.now())
print(json.dumps([client.application.client_id, secret]))
"""


def test_every_command_of_the_guide_does_what_it_says(fresh_site, tmp_path):
    client_id, secret = json.loads(fresh_site.python(REGISTER).splitlines()[-1])
    given = {"PORTAL": fresh_site.address, "CLIENT_ID": client_id, "CLIENT_SECRET": secret}
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
