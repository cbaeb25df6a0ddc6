"""Every command of the guide for those who build on the API, as it stands there, against a running portal."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from exchange.practice import CLIENT_ID, SECRET
from tests.services import HOUSE, end, free_port, start
from tests.waiting import until

GUIDE = (HOUSE / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


LINKED = """
import time
from audit.models import PendingEvent
while PendingEvent.objects.exists():
    time.sleep(0.2)
"""
SUBSCRIBE = """
from django.utils import timezone
from exchange.models import Client
from exchange.services_subscriptions import subscribe
client, given = Client.objects.get(owner="Sở Tài chính"), {"by": "system:guide", "now": timezone.now()}
subscription, secret = subscribe(client=client, address="%s", types=["enterprise.changed"], **given)
print(secret)
"""
HAPPEN = """
from django.utils import timezone
from enterprises.models import Enterprise
from enterprises.services.enterprises import edit_enterprise
from exchange.models import Subscription
from exchange.services_subscriptions import send_test
subscription, now = Subscription.objects.get(state="active"), timezone.now()
send_test(subscription=subscription, by="system:guide", now=now)
enterprise = Enterprise.objects.recorded().filter(merged_into=None).order_by("pk").first()
edit_enterprise(
    enterprise=enterprise, version=enterprise.version, values={"short_name": "Hướng dẫn"}, by="system:guide", now=now, reason="Thử"
)
print(enterprise.public_id)
"""


def given_to_programs(**given):
    """Their environment: the `python3` of the guide has the libraries that it names."""
    return {**os.environ, **given, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def heard(database):
    if not database.exists():
        return []
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT type, body FROM event").fetchall()


def test_the_receiver_of_the_guide_verifies_and_keeps_what_the_portal_sends(fresh_site, tmp_path):
    (receiver,) = (command for command in COMMANDS if "receiver.py" in command)
    subprocess.run(["bash", "-euo", "pipefail", "-c", receiver], cwd=tmp_path, check=True)
    fresh_site.python(LINKED)  # what the demonstration did is not news
    port = free_port()
    secret = fresh_site.python(SUBSCRIBE % f"http://127.0.0.1:{port}/").splitlines()[-1]
    given = given_to_programs(SIGNING_SECRET=secret, PORT=str(port))
    command = ["bash", "-c", f"cd {tmp_path} && exec python3 receiver.py"]
    listening = start(command, log=tmp_path / "receiver.log", environment=given)
    try:
        changed = fresh_site.python(HAPPEN).splitlines()[-1]
        until(lambda: len(heard(tmp_path / "events.db")) == 2, seconds=60)
    finally:
        end(listening)
    told = dict(heard(tmp_path / "events.db"))
    assert set(told) == {"ping", "enterprise.changed"}
    assert json.loads(told["enterprise.changed"])["data"]["id"] == changed


def test_every_command_of_the_guide_does_what_it_says(fresh_site, tmp_path):
    fresh_site.python(LINKED)
    given = {"PORTAL": fresh_site.address, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": SECRET}
    assert f"CLIENT_ID={CLIENT_ID} CLIENT_SECRET={SECRET}" in GUIDE
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\necho; echo '--'\n".join(COMMANDS)],
        env=given_to_programs(**given),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split("--\n")
    _token, two, following, recognised, copied, streamed, followed, _receiver, sent, many, withdrawn, *dossier = answers
    assert [sorted(row) for row in json.loads(two)["data"]] == [["id", "name", "tax_code"]] * 2
    assert len({row["id"] for text in (two, following) for row in json.loads(text)["data"]}) == 4
    assert json.loads(recognised)["data"]
    assert copied.split()[0] == streamed.strip() != "0"
    assert int(followed.split()[0]) > 0
    assert json.loads(sent)["state"] == "waiting" and json.loads(many)["done"] == 1
    assert json.loads(withdrawn)["superseded_at"]
    asked, lodged, standing = map(json.loads, dossier)
    assert "KN-01" in {row["code"] for row in asked["data"]}
    assert [row["code"] for row in standing["data"]] == [lodged["code"]] and lodged["state"] == "lodged"
