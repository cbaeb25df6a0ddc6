"""Five hundred files at the door: hostile ones, mutants of good ones, polyglots, odd names."""

import random
import resource
import sys
import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from audit.refusals import Refused
from documents import guard
from documents.models import StoredFile
from documents.store import path_of, save_upload
from tests.documents.sheets import changed, tax_code, upload, workbook
from tests.documents.test_guard import GOOD, HOSTILE, paper, picture
from tests.factories import make_officer

NAMES = (
    "../../{}", "..\\..\\{}", "/etc/{}", "C:\\Windows\\{}", "a\r\nX: y{}", "a\u202e{}", "CON.{}", "nul {}", " {} ",
    "Báo cáo {}", "Bao ca\u0301o {}", "x" * 300 + "{}", "<script>{}", "a;b&c'd\"{}", "\x00{}",
)  # fmt: skip


def good_files():
    table = workbook([["MST", "GTSX (triệu đồng)"], *[[tax_code(n + 1), n] for n in range(200)]])
    text = "MST;GTSX (triệu đồng)\n" + "".join(f"{tax_code(n + 1)};{n}\n" for n in range(200))
    return {
        "a.xlsx": table,
        "b.csv": text.encode(),
        "c.csv": text.encode("utf-16"),
        "d.pdf": paper(),
        "e.png": picture("PNG", (300, 200)),
        "f.jpg": picture("JPEG", (300, 200)),
    }


def mutant(data, rng):
    data = bytearray(data)
    how = rng.randrange(4)
    if how == 0:
        for _ in range(rng.randrange(1, 20)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif how == 1:
        del data[rng.randrange(len(data)) :]
    elif how == 2:
        place = rng.randrange(len(data))
        data[place:place] = rng.randbytes(rng.randrange(1, 200))
    else:
        start = rng.randrange(len(data))
        data += data[start : start + 500]
    return bytes(data)


def files():
    """(name, bytes, must be refused | must be accepted | either) of every file."""
    rng, good = random.Random(20261123), good_files()
    for called, make in HOSTILE.values():
        yield called, make(), "refused"
    for name, data in good.items():
        yield name, data, "accepted"
        for pattern in NAMES:
            yield pattern.format(name), data, "accepted"
        for other, otherwise in good.items():
            if guard.ENDINGS["." + other[-4:].lstrip(".")] != guard.ENDINGS["." + name[-4:].lstrip(".")]:
                yield "x." + name.rpartition(".")[2], otherwise, "refused"
    for name in ("a.pdf", "a.png", "a.csv"):
        yield name, changed(GOOD), "refused"
        yield name, b"MZ" + rng.randbytes(5000), "refused"
    while True:
        name = rng.choice(list(good))
        yield name, mutant(good[name], rng), "either"


def figures():
    by, now = make_officer(), timezone.now()
    wrong_way, faults, different, outside, slowest, count = 0, 0, 0, 0, 0.0, 0
    store = Path(settings.FILE_STORE).resolve()
    for name, data, expected in files():
        if count == 500:
            break
        count += 1
        started = time.monotonic()
        try:
            stored = save_upload(upload(data, "x"), by=by, now=now, name=name)
        except Refused:
            wrong_way += expected == "accepted"
        except Exception as error:
            faults += 1
            sys.stderr.write(f"{name!r}: {type(error).__name__} {error}\n")
        else:
            wrong_way += expected == "refused"
            path = path_of(stored.sha256).resolve()
            different += path.read_bytes() != data
            outside += store not in path.parents
        slowest = max(slowest, time.monotonic() - started)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    left = len(list((store / "incoming").iterdir()))
    yield "uploads_tried", count, "== 500", count == 500
    yield "uploads_judged_wrongly", wrong_way, "== 0", wrong_way == 0
    yield "uploads_with_unexpected_errors", faults, "== 0", faults == 0
    yield "uploads_not_returned_byte_for_byte", different, "== 0", different == 0
    yield "uploads_outside_the_store", outside, "== 0", outside == 0
    yield "uploads_left_in_the_doorway", left, "== 0", left == 0
    yield "uploads_slowest_s", f"{slowest:.2f}", "<= 5", slowest <= 5
    yield "uploads_resident_mb", max(children, own), "<= 300", max(children, own) <= 300
    yield "uploads_stored", StoredFile.objects.count(), "> 0", StoredFile.objects.exists()
