"""The portals that are looked at: of the same tables as the database of the other tests, and loaded as promised."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import psycopg2

from tests import schema, services
from tests.browser.portals import environment_of


def test_migrations_make_the_tables_that_the_tests_work_on(demo_site):
    # in a process of its own: where a browser is steered, Django speaks to no database
    command = [sys.executable, "-m", "tests.schema"]
    done = subprocess.run(command, cwd=services.HOUSE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ours = {(kind, name): definition for kind, name, definition in json.loads(done.stdout)}
    with contextlib.closing(psycopg2.connect(demo_site.environment["DATABASE_OWNER_URL"])) as migrated:
        theirs = schema.definitions(migrated.cursor(), "postgresql")
    # Django's own: its migrations give the rows of this table a wider key than its models do.
    assert schema.differences(ours, theirs) == ["('column', 'auth_group_permissions.id')"]


def test_the_demonstration_is_what_it_promises(portals):
    loaded = Path(portals["folders"]["loaded"])
    assert services.broken_promises(environment_of("loaded", loaded)) == ""
