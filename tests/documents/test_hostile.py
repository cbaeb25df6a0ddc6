"""Hostile and damaged files at the doors of dossiers and papers: the small form of `prove uploads`."""

import random
from contextlib import suppress

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopFutureHandlers
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from documents import looking
from documents.limits import Refusal
from documents.models import StoredFile
from documents.receiving import InMemory, NoLongerThanTaken, OnDisk
from tests.documents import hostile
from tests.factories import (
    make_component,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_procedure,
    make_slip_line,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db
PAPERS = ["pdf", "png", "jpeg"]


def look(tmp_path, data):
    """Why the limited process would refuse a PDF; "" where it would not."""
    (tmp_path / "a.pdf").write_bytes(data)
    try:
        looking.look_into_pdf({"path": str(tmp_path / "a.pdf")})
    except Refusal as refusal:
        return refusal.code
    except Exception as error:  # whatever a parser throws is a refusal
        return type(error).__name__
    return ""


@pytest.mark.parametrize(
    ("rows", "code"),
    [(hostile.ACTIVE, "active_content"), (hostile.CARRYING, "embedded_files")],
    ids=["acts", "carries"],
)
def test_paper_that_acts_or_carries_files_is_refused_wherever_it_keeps_them(tmp_path, rows, code):
    assert [row for row in rows if look(tmp_path, hostile._made(row)) != code] == []


def test_heavy_paper_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(hostile, "BIG", 80)  # the parser itself stops at 75 MB
    monkeypatch.setattr(looking, "MOST_UNPACKED", 60 * hostile.MEGABYTE)
    rng = random.Random(1)
    said = [look(tmp_path, make(rng)) for make in hostile.HEAVY]
    assert all(said), said
    assert {"too_large_page", "unpacks_too_large", "too_many_pixels", "too_many_pages"} <= set(said)


def test_paper_with_links_fields_and_bookmarks_is_taken(tmp_path):
    link = b"/A << /S /URI /URI (https://congthuong.hanoi.gov.vn) >>"
    forms = b"/AcroForm << /Fields [6 0 R] >> /Outlines 7 0 R /OpenAction [3 0 R /Fit]"
    data = hostile.pdf(
        hostile.NOTE % (b"Link", link), b"<< /T (a) /FT /Tx >>", b"<< /First 8 0 R >>",
        b"<< /Title (a) /A << /S /GoTo /D [3 0 R /Fit] >> >>", root=forms, page=b"/Annots [5 0 R]",
    )  # fmt: skip
    assert look(tmp_path, data) == ""


@pytest.fixture
def doors(client_as):
    """{what: function that sends a file there}, and the draft whose components are among them."""
    enterprise = make_enterprise()
    signatory, clerk = make_enterprise_user(enterprise), make_user(Role.RECORDS_CLERK)
    version = make_version(make_procedure())
    version.components.all().delete()
    kinds = [make_component(version, formats=formats) for formats in (PAPERS, ["xlsx", "csv"])]
    version.state, version.valid_from, version.paper_number = "issued", timezone.localdate(), "1/QĐ"
    version.paper_on, version.put_in_force_at, version.put_in_force_by = version.valid_from, timezone.now(), "tests"
    version.save()
    draft = make_dossier(version, enterprise, by=signatory)
    asked, approved = (make_dossier(version, enterprise, by=signatory, state="lodged") for _ in range(2))
    make_slip_line(asked, "supplementing")
    for target in ("received", "appraising", "submitted", "approved"):
        make_slip_line(approved, target)
    item = asked.supplements.get().items.get()
    theirs, ours = client_as(signatory), client_as(clerk)

    def add(component):
        address = reverse("dossiers:add_file", args=[draft.public_id, component.public_id])
        return lambda file: theirs.post(address, {"file": file})

    def answer(file):
        address = reverse("dossiers:answer_supplement", args=[asked.public_id])
        return theirs.post(address, {str(item.public_id): "Gửi kèm", "files-1": file})

    def issue(file):
        address = reverse("dossiers:issue_dossier", args=[approved.public_id])
        return ours.post(address, {"paper_number": "1/SCT", "paper_on": "01/01/2026", "scan": file})

    return {"paper": add(kinds[0]), "table": add(kinds[1]), "item": answer, "result": issue}, draft, theirs


def test_hostile_and_damaged_files_stop_at_every_door(doors):
    send, _draft, _client = doors
    papers = ["paper", "item", "result"]
    for number, sent in enumerate(hostile.hostile(len(hostile.FAMILIES), 7)):
        door = "table" if sent.ending in ("xlsx", "csv") else papers[number % 3]
        answer = send[door](SimpleUploadedFile(sent.name, sent.data, sent.claims))
        assert answer.status_code == 200, (sent.family, sent.name)
        assert hostile.MARK not in answer.text
        assert not StoredFile.objects.exists(), (sent.family, sent.name, door)


def test_good_files_come_back_byte_for_byte_as_attachments(doors):
    send, draft, client = doors
    for ending, data in hostile.good_files().items():
        answer = send["table" if ending in ("xlsx", "csv") else "paper"](SimpleUploadedFile(f"Báo cáo.{ending}", data))
        assert answer.status_code == 302
        row = draft.files.latest("pk")
        back = client.get(reverse("dossiers:dossier_file", args=[draft.public_id, row.public_id]))
        assert back.getvalue() == data
        assert back["Content-Disposition"].startswith("attachment;")
        assert (back["X-Content-Type-Options"], back["Content-Security-Policy"]) == (
            "nosniff",
            "sandbox; default-src 'none'",
        )


def test_a_file_far_too_large_is_written_down_no_further_than_it_could_be_taken(doors, settings):
    settings.UPLOAD_MEGABYTES = 1
    send, _draft, _client = doors
    answer = send["paper"](SimpleUploadedFile("a.pdf", hostile.pdf(contents=bytes(5 << 20))))
    assert "lớn hơn" in answer.text
    assert not StoredFile.objects.exists()


def test_no_more_of_a_file_is_let_through_than_shows_that_it_is_too_large():
    handler, most = NoLongerThanTaken(), settings.UPLOAD_MEGABYTES * 2**20
    assert [handler.receive_data_chunk(b"a", start) for start in (0, most, most + 1)] == [b"a", b"a", None]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Báo cáo %22quý 1%22.pdf", "Báo cáo _quý 1_.pdf"),
        ("Báo%0D%0Acáo.pdf", "Báocáo.pdf"),
        ("..%22%0A/%22.pdf", "_.pdf"),
        ("Giảm 22%.pdf", "Giảm 22%.pdf"),
        ("a%2e%2e%2Fb%252.pdf", "a%2e%2e%2Fb%252.pdf"),
    ],
)
@pytest.mark.parametrize("handler", [InMemory, OnDisk])
def test_a_name_is_read_as_it_was_before_the_browser_sent_it(sent, kept, handler):
    receiving = handler(None)
    receiving.handle_raw_input(None, {}, 0, "")
    with suppress(StopFutureHandlers):
        receiving.new_file("file", sent, "application/pdf", 4)
    try:
        assert receiving.file_name == kept
    finally:
        receiving.file.close()


@pytest.mark.parametrize("most", [0, 2**20])
def test_a_file_is_kept_under_the_name_that_it_had_before_it_was_sent(doors, settings, most):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = most
    send, _draft, _client = doors
    send["paper"](SimpleUploadedFile("Báo cáo %22quý 1%22.pdf", hostile.pdf()))
    assert StoredFile.objects.get().original_name == "Báo cáo _quý 1_.pdf"
