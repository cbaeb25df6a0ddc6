"""Five hundred hostile and damaged uploads, by HTTP, at every door of dossiers, papers, imports and certificates; then
mutants of good files, and good ones, each of which comes back byte for byte and only as an attachment.

What is sent is made by tests/documents/hostile.py from a seed.
"""

import contextlib
import http.client
import io
import os
import random
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

SEED = 20261128
SENT, MUTANTS = 500, 100
MOST_SECONDS, MOST_MEGABYTES = 5, 300
TOKEN = "c" * 32


def figures():
    from documents.models import StoredFile
    from documents.store import path_of
    from tests import services
    from tests.documents import hostile

    ground = Ground()
    environment = dict(os.environ)
    services.manage("collectstatic", "--noinput", environment=environment)
    rng, log = random.Random(SEED), Path(settings.DATA_DIR) / "web.log"
    with services.web(environment, log=log) as address, watched() as memory:
        seen = Seen(address)
        own = [*ground.spoiled_papers(rng), *ground.spoiled_certificates(rng), *ground.out_of_bounds()]
        for door, sent in own:
            seen.refused(door, sent)
        for sent in hostile.hostile(SENT - len(own), SEED):
            fitting = [door for door in ground.doors if sent.ending in door.takes] or ground.doors
            seen.refused(rng.choice(fitting), sent)
        yield "uploads_hostile_sent", seen.count, f"== {SENT}", seen.count == SENT
        yield "uploads_hostile_accepted", len(seen.accepted), "== 0", not seen.accepted
        moved = ground.moved()
        yield "uploads_that_moved_something", len(moved), "== 0", not moved
        for sent in hostile.odd(MUTANTS, SEED):
            seen.either(ground.fresh_draft(sent), sent)
        for sent in hostile.good_ones():
            seen.taken(ground.fresh_draft(sent), sent)
        for door, sent in ground.good_elsewhere(hostile.good_files()):
            seen.taken(door, sent)
        yield "uploads_good_sent", seen.good, ">= 50", seen.good >= 50
        yield "uploads_good_refused", len(seen.missing), "== 0", not seen.missing
        yield "uploads_returned_otherwise", len(seen.different), "== 0", not seen.different
        yield "uploads_served_inline", len(seen.inline), "== 0", not seen.inline
        yield "uploads_names_as_markup", len(seen.markup), "== 0", not seen.markup
        yield "uploads_answered_5xx", len(seen.faults), "== 0", not seen.faults
        yield "uploads_slowest_s", f"{seen.slowest:.2f}", f"<= {MOST_SECONDS}", seen.slowest <= MOST_SECONDS
    most = memory.most // 1024
    yield "uploads_resident_mb", most, f"<= {MOST_MEGABYTES}", 0 < most <= MOST_MEGABYTES
    for line in (f"most memory: {memory.whose}", *seen.told()):
        sys.stdout.write(f"# {line}\n")
    store = Path(settings.FILE_STORE).resolve()
    outside = [row for row in StoredFile.objects.all() if store not in path_of(row.sha256).resolve().parents]
    yield "uploads_outside_the_store", len(outside), "== 0", not outside
    left = len(list((store / "incoming").iterdir()))
    yield "uploads_left_in_the_doorway", left, "== 0", left == 0


# --- asking ------------------------------------------------------------------------------------


@dataclass
class Door:
    """Where somebody may send a file: what else the form holds, and where what came in is found again."""

    what: str
    person: object
    address: str
    name: str = "file"
    takes: tuple = ("pdf", "png", "jpg", "jpeg")
    fields: dict = field(default_factory=dict)
    found: object = None  # function of a StoredFile: the address at which it is served


class Seen:
    """What was sent, and what was not as it must be."""

    def __init__(self, address):
        self.place, self.cookies = urlsplit(address).netloc, {}
        self.count = self.good = 0
        self.slowest, self.slowest_what = 0.0, ""
        self.accepted, self.missing, self.different, self.inline, self.markup, self.faults = ([] for _ in range(6))

    def told(self):
        yield f"slowest: {self.slowest_what}"
        for name in ("accepted", "missing", "different", "inline", "markup", "faults"):
            for what in getattr(self, name)[:20]:
                yield f"{name}: {what}"

    def refused(self, door, sent):
        self.count += 1
        if self._send(door, sent):
            self.accepted.append(f"{sent.family} {sent.name!r} at {door.what}")

    def either(self, door, sent):
        for stored in self._send(door, sent):
            self._comes_back(door, sent, stored)

    def taken(self, door, sent):
        self.good += 1
        stored = self._send(door, sent)
        if not stored:
            self.missing.append(f"{sent.name!r} at {door.what}")
        for row in stored:
            self._comes_back(door, sent, row)

    def _send(self, door, sent):
        """The files that came in by it."""
        from documents.models import StoredFile

        before = StoredFile.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        fields = (
            {"operation_key": str(uuid.uuid4()), **door.fields} if "operation_key" not in door.fields else door.fields
        )
        fields = {name: value for name, value in fields.items() if value is not None}
        content, kind = _multipart(fields, door.name, sent)
        status, headers, body = self._ask(
            door.person, "POST", door.address, content, kind, f"{sent.family} at {door.what}"
        )
        self._look(f"{sent.family} {sent.name!r} at {door.what}", sent, status, headers, body)
        return list(StoredFile.objects.filter(pk__gt=before))

    def _comes_back(self, door, sent, stored):
        what = f"{sent.family} {sent.name!r} at {door.what}"
        status, headers, body = self._ask(door.person, "GET", door.found(stored), what=what)
        self._look(what, sent, status, headers, body)
        if status != 200 or body != sent.data:
            self.different.append(f"{what}: {status}")
        safe = headers.get("X-Content-Type-Options") == "nosniff" and "sandbox" in headers.get(
            "Content-Security-Policy", ""
        )
        if not safe or not headers.get("Content-Disposition", "").startswith("attachment"):
            self.inline.append(what)

    def _look(self, what, sent, status, headers, body):
        from tests.documents.hostile import MARK

        if status >= 500:
            self.faults.append(f"{what}: {status}")
        if headers.get("Content-Disposition", "").startswith("attachment"):
            return
        if len(sent.data) >= 32 and sent.data[:512] in body:
            self.inline.append(what)
        if MARK.encode() in body:
            self.markup.append(what)

    def _ask(self, person, method, path, content=None, kind="", what=""):
        headers = {"Cookie": self._cookie_of(person), "X-CSRFToken": TOKEN}
        if content is not None:
            headers["Content-Type"] = kind
        started = time.monotonic()
        line = http.client.HTTPConnection(self.place, timeout=60)
        try:
            line.request(method, path, content, headers)
            answer = line.getresponse()
            body = answer.read()
        finally:
            line.close()
        taken = time.monotonic() - started
        if taken > self.slowest:
            self.slowest, self.slowest_what = taken, what
        return answer.status, answer.headers, body

    def _cookie_of(self, person):
        from django.test import Client

        if person.pk not in self.cookies:
            client = Client()
            client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            self.cookies[person.pk] = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        return self.cookies[person.pk]


def _multipart(fields, name, sent):
    """The body of a form; every other name is sent in the extended way, in which it may hold any sign."""
    line = uuid.uuid4().hex
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    called = "".join("\\" + sign if sign in '"\\' else sign for sign in sent.name if ord(sign) >= 32)
    named = f"filename*=UTF-8''{quote(sent.name, safe='')}" if len(sent.data) % 2 else f'filename="{called}"'
    head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; {named}\r\nContent-Type: {sent.claims}\r\n\r\n'
    body = b"".join([*parts, head.encode(), sent.data, f"\r\n--{line}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={line}"


class _Memory:
    most, whose = 0, ""  # KiB that any one process of the site ever held, and what it ran


@contextlib.contextmanager
def watched():
    """The most that the web server or a process that it starts holds, looked at a hundred times a second."""
    memory, over = _Memory(), threading.Event()

    def watch():
        while not over.wait(0.01):
            for pid in _below(os.getpid()):
                if (held := _held(pid)) > memory.most:
                    memory.most, memory.whose = held, _ran(pid)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


def _below(pid):
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _below(int(child))


def _held(pid):
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def _ran(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200]
    return "ended"


# --- who sends, and where ----------------------------------------------------------------------


class Ground:
    """An enterprise with a draft, a supplement and results to be issued, papers on their way, and who works on them."""

    def __init__(self):
        from accounts.roles import Role
        from tests.factories import (
            make_administrator,
            make_component,
            make_enterprise,
            make_enterprise_user,
            make_officer,
            make_paper_at,
            make_procedure,
            make_user,
            make_version,
        )

        self.enterprise = make_enterprise()
        self.signatory, self.clerk = make_enterprise_user(self.enterprise), make_user(Role.RECORDS_CLERK)
        self.officer, self.administrator = make_officer(), make_administrator()
        version = make_version(make_procedure())
        version.components.all().delete()
        self.papers = make_component(version, formats=["pdf", "png", "jpeg"], most_megabytes=30, most_files=50)
        self.tables = make_component(version, formats=["xlsx", "csv"], most_megabytes=30, most_files=50)
        self.small = make_component(version, formats=["pdf"], most_megabytes=1, most_files=2)
        version.state, version.valid_from, version.paper_number = "issued", timezone.localdate(), "1/QĐ"
        version.paper_on, version.put_in_force_at, version.put_in_force_by = version.valid_from, timezone.now(), "proof"
        version.save()
        self.version = version
        self.draft, self.asked = self._dossier(), self._dossier("supplementing")
        self.approved, self.appraised = self._dossier("approved"), self._dossier("appraising")
        now = timezone.now()
        self.to_sign = make_paper_at("signing", clerk=self.clerk, now=now)
        self.to_seal = make_paper_at("sealing", clerk=self.clerk, now=now)
        self.doors = [
            self._component(self.draft, self.papers), self._component(self.draft, self.tables), self._item(self.asked),
            self._result(self.approved), self._proposal(self.appraised), self._upload(self.to_sign, "signed"),
            self._upload(self.to_seal, "sealed"), self._import(),
        ]  # fmt: skip

    def _dossier(self, state="draft"):
        from tests.factories import make_dossier, make_slip_line

        ways = {
            "draft": [], "lodged": [], "supplementing": ["supplementing"], "appraising": ["received", "appraising"],
            "approved": ["received", "appraising", "submitted", "approved"],
        }  # fmt: skip
        kept = {"state": "draft" if state == "draft" else "lodged"}
        dossier = make_dossier(self.version, self.enterprise, by=self.signatory, at=timezone.now(), **kept)
        for target in ways[state]:
            make_slip_line(dossier, target, **({"handler": self.officer} if target == "received" else {}))
        return dossier

    def _component(self, dossier, component):
        address = reverse("dossiers:add_file", args=[dossier.public_id, component.public_id])
        takes = ("xlsx", "csv") if component == self.tables else ("pdf", "png", "jpg", "jpeg")
        return Door("a component", self.signatory, address, takes=takes, found=self._file_of(dossier))

    def _file_of(self, dossier):
        def found(stored):
            row = dossier.files.get(file=stored)
            return reverse("dossiers:dossier_file", args=[dossier.public_id, row.public_id])

        return found

    def _item(self, dossier):
        item = dossier.supplements.get().items.get()
        return Door(
            "an item of a supplement", self.signatory, reverse("dossiers:answer_supplement", args=[dossier.public_id]),
            "files-1", ("pdf", "png", "jpg", "jpeg", "xlsx"), {str(item.public_id): "Gửi kèm", "operation_key": None},
            self._file_of(dossier),
        )  # fmt: skip

    def _result(self, dossier):
        def found(_stored):
            line = dossier.slip.get(verb="issue")
            return reverse("dossiers:result_file", args=[dossier.public_id, line.public_id])

        fields = {"paper_number": f"{900 + dossier.pk}/SCT-QLCN", "paper_on": f"{timezone.localdate():%d/%m/%Y}"}
        address = reverse("dossiers:issue_dossier", args=[dossier.public_id])
        return Door("a signed result", self.clerk, address, "scan", fields=fields, found=found)

    def _proposal(self, dossier):
        def found(_stored):
            line = dossier.slip.get(verb="submit")
            return reverse("dossiers:result_file", args=[dossier.public_id, line.public_id])

        address = reverse("dossiers:submit_dossier", args=[dossier.public_id])
        return Door("a draft result", self.officer, address, "draft", fields={"note": "Đề nghị"}, found=found)

    def _upload(self, paper, way):
        person = paper.signer if way == "signed" else self.clerk
        address = reverse(f"documents:upload_{way}", args=[paper.public_id])
        found = lambda _stored: reverse("documents:paper_pdf", args=[paper.public_id])  # noqa: E731 - said once
        return Door(f"a {way} paper", person, address, takes=("pdf",), fields={"version": paper.version}, found=found)

    def _import(self):
        address = reverse("documents:start_import", args=["figures"])
        return Door("an import", self.officer, address, takes=("xlsx", "csv"), fields={"year": "2025"})

    def moved(self):
        """What moved although nothing that was sent was good."""
        things = (self.draft, self.asked, self.approved, self.appraised, self.to_sign, self.to_seal)
        before = [thing.state for thing in things]
        for thing in things:
            thing.refresh_from_db(fields=["state"])
        moved = [thing for thing, state in zip(things, before, strict=True) if thing.state != state]
        from documents.models import TrustedCertificate

        return [*moved, *TrustedCertificate.objects.all()]

    # --- what is wrong only here ---------------------------------------------------------------

    def spoiled_papers(self, rng):
        """Papers that come back otherwise than signed: nothing after them, something else, too much, or another paper."""
        from documents.store import bytes_of
        from tests.documents import hostile

        given, sealing = bytes_of(self.to_sign.drawn), bytes_of(self.to_seal.numbered)
        right, other = self._signed(self.to_sign), self._signed(self.to_seal, "Signer", bytes_of(self.to_seal.drawn))
        after = right[len(given) :]
        wrong = [
            given, other, given + b"\n%%EOF\n", given + rng.randbytes(3000) + b"\n%%EOF\n", given + b"<script>1</script>",
            given + hostile.good_files()["xlsx"], given + hostile.pdf(), right + b"\n", right + b"<script>1</script>\n%%EOF\n",
            right + right, with_script(given), with_script(right), self._signed(self.to_sign, pdf=with_script(given)),
            self._signed(self.to_sign, pdf=filled(given)),
        ]  # fmt: skip
        wrong += [given + after[: rng.randrange(len(after) - 10)] for _ in range(8)]
        for _ in range(8):
            flipped = bytearray(right)
            flipped[rng.randrange(len(given), len(right) - 200)] ^= 1 << rng.randrange(7)
            wrong.append(bytes(flipped))
        door = self.doors[5]
        for data in wrong:
            yield door, hostile.Sent("spoiled paper", "da-ky.pdf", data, "application/pdf")
        yield door, hostile.Sent("spoiled paper", "da-ky.exe", right)
        for data in (sealing, right, sealing + b"\n%%EOF\n", with_script(sealing), sealing[:-100]):
            yield self.doors[6], hostile.Sent("spoiled paper", "da-dong-dau.pdf", data)

    def _signed(self, paper, name="Signer", pdf=None):
        from documents.services.way import signing_place
        from documents.signing.keys import agency_key, person_key
        from documents.signing.writing import sign
        from documents.store import bytes_of

        key = person_key(paper.signer) if name == "Signer" else agency_key()
        base = pdf or bytes_of(paper.drawn if name == "Signer" else paper.numbered)
        return sign(base, key, field=name, place=signing_place(paper), now=timezone.now())

    def spoiled_certificates(self, rng):
        from tests.documents import hostile

        address = reverse("documents:add_certificate")
        door = Door("a certificate", self.administrator, address, takes=("pem", "cer"))
        kept = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
        for data in (
            b"", rng.randbytes(800), b"\x30\x82\xff\xff" + bytes(500), kept.format("AAAA").encode(), kept.format("").encode(),
            kept.format("A" * 90_000).encode(), bytes(3 << 20), hostile.good_files()["pdf"], b"<script>alert(1)</script>",
            b"\x30\x80" * 20_000, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ):  # fmt: skip
            yield door, hostile.Sent("no certificate", "to-chuc.cer", data)

    def out_of_bounds(self):
        """Good files where they do not belong, too many, too large, or from somebody who has sent enough."""
        from documents.models import StoredFile
        from tests.documents import hostile
        from tests.factories import make_dossier, make_enterprise_user, make_supplement

        good, large = hostile.good_files()["pdf"], hostile.pdf(contents=_filler(2 << 20))
        small = self._component(self.draft, self.small)
        sent = lambda data, family: hostile.Sent(family, "van-ban.pdf", data, "application/pdf")  # noqa: E731
        yield small, sent(large, "too large for the component")
        for size in (31 << 20, 60 << 20):
            yield self._component(self.draft, self.papers), sent(hostile.pdf(contents=_filler(size)), "too large")
            yield self._item(self.asked), sent(hostile.pdf(contents=_filler(size)), "too large")
        lodged, others = self._dossier("lodged"), make_dossier(self.version, by=self.signatory)
        yield self._component(lodged, self.papers), sent(good, "of a lodged dossier")
        yield self._component(others, self.papers), sent(good, "of somebody else's dossier")
        closed = self._dossier("lodged")
        make_supplement(closed, state="prepared")
        yield self._item(closed), sent(good, "of a supplement that was not asked for")
        enough = make_enterprise_user(self.enterprise)
        StoredFile.objects.bulk_create(
            StoredFile(
                sha256=f"{number:064x}", size=1, format="pdf", content_type="application/pdf", original_name="a.pdf",
                owner=enough.public_id, stored_at=timezone.now(),
            )
            for number in range(settings.QUOTA_FILES)
        )  # fmt: skip
        door = self._component(self.draft, self.papers)
        door.person = enough
        yield door, sent(good, "of somebody who has sent enough")

    # --- what must come in ---------------------------------------------------------------------

    def fresh_draft(self, sent):
        return self._component(self._dossier(), self.tables if sent.ending in ("xlsx", "csv") else self.papers)

    def good_elsewhere(self, good):
        from tests.documents.hostile import Sent

        for ending in ("pdf", "png", "jpg"):
            yield self._result(self._dossier("approved")), Sent("good", f"Kết quả.{ending}", good[ending])
        yield self._proposal(self.appraised), Sent("good", "Dự thảo.pdf", good["pdf"])
        for ending in ("pdf", "png", "jpg", "xlsx"):
            yield self._item(self._dossier("supplementing")), Sent("good", f"Bổ sung.{ending}", good[ending])
        for paper, way, name in ((self.to_sign, "signed", "Signer"), (self.to_seal, "sealed", "Agency")):
            yield self._upload(paper, way), Sent("good", "Đã ký.pdf", self._signed(paper, name))


def _filler(size):
    return b"<< /Length %d >> stream\n%s\nendstream" % (size, random.Random(size).randbytes(size))


def with_script(pdf):
    """The same bytes, and after them a catalog that runs a script when the file is opened."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {
            generic.NameObject("/S"): generic.NameObject("/JavaScript"),
            generic.NameObject("/JS"): generic.TextStringObject("1"),
        }
    )
    writer.update_root()
    writer.write(out)
    return out.getvalue()


def filled(pdf):
    from documents.signing.places import fill_in

    return fill_in(pdf, {"number": "99"}, on=timezone.localdate())
