"""A receiver as any other system may write one: it follows the changes of a resource and keeps its copy in a file of its own.

python tests/proofs/following.py URL COPY: the token comes by the environment, and each line on the standard input says to read
on to the end of the feed; the answer is a line of JSON with what it did and how much memory it held.
"""

import json
import os
import sqlite3
import sys
import urllib.request
from pathlib import Path

COPY = """
CREATE TABLE kept (id TEXT PRIMARY KEY, row TEXT NOT NULL);
CREATE TABLE heard (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE place (cursor TEXT NOT NULL);
"""


def resident():
    """Kilobytes of memory that this process holds."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def page(url, token, cursor):
    address = f"{url}&cursor={cursor}" if cursor else url
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - our own
    with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
        return json.loads(answer.read())


def follow(url, token, copy):
    """Read to the end of the feed; each page and the cursor behind it are kept in one transaction."""
    done = {"pages": 0, "there": 0, "gone": 0, "resident": []}
    while True:
        (cursor,) = copy.execute("SELECT max(cursor) FROM place").fetchone()
        found = page(url, token, cursor)
        there = [(each["id"], json.dumps(each["row"])) for each in found["data"] if each["change"] == "there"]
        gone = [(each["id"],) for each in found["data"] if each["change"] == "gone"]
        with copy:
            copy.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", there)
            copy.executemany("DELETE FROM kept WHERE id = ?", gone)
            copy.executemany("INSERT OR IGNORE INTO heard VALUES (?)", [(each["id"],) for each in found["data"]])
            copy.execute("DELETE FROM place")
            copy.execute("INSERT INTO place VALUES (?)", (found["next"],))
        done["pages"] += 1
        done["there"] += len(there)
        done["gone"] += len(gone)
        done["resident"].append(resident())
        if not found["more"]:
            return done


def main(url, path):
    copy = sqlite3.connect(path)
    copy.executescript(COPY)
    copy.execute("PRAGMA synchronous = OFF")
    for _line in sys.stdin:
        sys.stdout.write(json.dumps(follow(url, os.environ["TOKEN"], copy)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
