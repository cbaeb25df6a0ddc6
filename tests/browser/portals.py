"""The portals that the browser looks at, made ahead of it, while other tests run.

python -m tests.browser.portals FOLDER    makes them and finds an address of every page; what it says stands in
                                          FOLDER/portals.json: {"folders": …, "pages": …, "unreachable": …}

migrated: its tables and nothing in them. loaded: with fresh demo data. demo: the portal that everybody looks at and nobody
changes. matrix: the things of the permission matrix, for pages of which the demo data has no example.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg2

from tests import services

# Each portal has a queue of its own, the same for all processes of a run: two on one would take each other's work.
QUEUES = {"demo": 8, "fresh": 9, "matrix": 10, "loaded": 11, "migrated": 12}


def environment_of(name, folder):
    """What a process reads to work on the portal of that name, on the engine that this run tests."""
    chosen = {
        key: f"{os.environ[key].rpartition('/')[0]}/portal_{name}"
        for key in ("DATABASE_URL", "DATABASE_OWNER_URL")
        if key in os.environ
    }
    if os.environ.get("REDIS_URL"):
        chosen["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{QUEUES[name]}"
    return services.portal_environment(**chosen, DATA_DIR=folder)


def new_database(name, like):
    if "DATABASE_OWNER_URL" not in os.environ:
        return
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS portal_{name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE portal_{name} TEMPLATE {like}")
    connection.close()


def copy_of(other, name, folder):
    """The environment of a new portal that is a copy of the one in that folder, on which nothing runs."""
    shutil.copytree(other, folder, dirs_exist_ok=True)
    new_database(name, f"portal_{Path(other).name}")
    return environment_of(name, folder)


def find_pages(environment, *names):
    """What tests/browser/addresses.py finds on a portal."""
    command = [sys.executable, "-m", "tests.browser.addresses", *names]
    done = subprocess.run(command, cwd=services.HOUSE, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise services.NotStarted(done.stderr)
    return json.loads(done.stdout)


def make(folder):
    """Everything that stands in portals.json."""
    folders = {name: folder / name for name in ("migrated", "loaded", "demo", "matrix")}
    folders["migrated"].mkdir(parents=True)
    new_database("migrated", "template1")
    services.manage("migrate", "--noinput", environment=environment_of("migrated", folders["migrated"]))
    loaded = copy_of(folders["migrated"], "loaded", folders["loaded"])
    services.manage("prepare", environment=loaded)
    found = find_pages(copy_of(folders["loaded"], "demo", folders["demo"]))
    pages = {name: ("demo", *where) for name, *where in found["pages"]}
    matrix = copy_of(folders["migrated"], "matrix", folders["matrix"])
    shutil.copytree(folders["loaded"] / "static", folders["matrix"] / "static", dirs_exist_ok=True)
    if found["unreachable"]:
        found = find_pages(matrix, *dict(found["unreachable"]))
        pages |= {name: ("matrix", *where) for name, *where in found["pages"]}
    said = {name: str(path) for name, path in folders.items()}
    return {"folders": said, "pages": pages, "unreachable": dict(found["unreachable"])}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    made = make(place)
    (place / "portals.json").write_text(json.dumps(made))
