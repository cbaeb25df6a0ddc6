"""Files looked at page by page: pictures drawn by the server, for whoever may have the file and nobody else."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.roles import Role
from audit.models import AccessEntry
from documents.layout import drawing
from documents.store import keep_made, save_upload
from tests.documents.hostile import _deflated, pdf
from tests.documents.sheets import workbook
from tests.factories import (
    LONG_AGO,
    make_auditor,
    make_enterprise,
    make_enterprise_user,
    make_incoming,
    make_officer,
    make_stored_file,
    make_user,
)

pytestmark = pytest.mark.django_db

RED_THEN_BLUE = [(200, 0, 0), (0, 0, 200)]


def two_pages():
    pages = [Image.new("RGB", (100, 50), colour) for colour in RED_THEN_BLUE]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def saved(kind, image, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def turned():
    """Upright as it was taken: 40 × 20 points on the file, 20 × 40 to the eye."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved("JPEG", Image.new("RGB", (40, 20), "green"), exif=exif)


@pytest.fixture
def clerk():
    return make_user(Role.RECORDS_CLERK)


@pytest.fixture
def shelf(clerk, client_as):
    """Puts a file on the page of a paper that came in: (its address, a client that may read it)."""

    def put(name, content, *, checked=True):
        if checked:
            stored = save_upload(SimpleUploadedFile(name, content), by=clerk, now=LONG_AGO)
        else:
            stored = keep_made(content, name=name, now=LONG_AGO)
        scan = make_incoming(scan=stored).scans.get()
        return reverse("documents:incoming_scan", args=[scan.public_id]), client_as(clerk)

    return put


def seen(answer):
    """The picture of an answer that may leave nothing else."""
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"], answer["Cache-Control"]) == (
        "nosniff",
        "sandbox; default-src 'none'",
        "no-store",
    )
    return Image.open(io.BytesIO(answer.content))


def close(point, colour):
    return all(abs(one - other) < 20 for one, other in zip(point, colour, strict=True))


def test_each_page_of_a_paper_is_seen_in_its_colours_and_leads_to_the_others(shelf):
    address, client = shelf("Công văn.pdf", content := two_pages())
    first, second = (client.get(address, {"view": page}) for page in (1, 2))
    assert "Trang 1/2" in first.text
    assert 'alt="Trang 1 của tệp Công văn.pdf"' in first.text
    assert (f"{address}?view=2" in first.text, f"{address}?view=1" in second.text) == (True, True)
    assert ('rel="prev"' in first.text, 'rel="next"' in second.text) == (False, False)
    assert not AccessEntry.objects.exists()  # nothing of the file was read yet
    for page, colour in enumerate(RED_THEN_BLUE, start=1):
        answer = client.get(address, {"picture": page})
        image = seen(answer)
        assert image.width == 1000
        assert close(image.getpixel((500, 100)), colour)
        assert b"%PDF" not in answer.content
    assert seen(client.get(address, {"picture": 1, "large": 1})).width == 2000
    assert content not in first.content


def test_every_picture_that_is_seen_is_written_down_like_a_download(shelf, clerk):
    address, client = shelf("a.pdf", two_pages())
    client.get(address, {"picture": 2})
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.what) == (f"user:{clerk.public_id}", "page of a file seen")
    assert entry.basis.startswith("incoming ")
    assert entry.basis.endswith(", page 2")


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("a.jpg", turned(), (20, 40)),
        ("a.png", saved("PNG", Image.new("RGBA", (30, 10), (0, 0, 0, 0))), (30, 10)),
        ("b.png", saved("PNG", Image.new("I;16", (30, 10), 65535)), (30, 10)),
        ("c.png", saved("PNG", Image.new("1", (3000, 9), 1)), (1000, 3)),
    ],
)
def test_pictures_are_drawn_anew_upright_and_on_white(shelf, name, content, size):
    address, client = shelf(name, content)
    image = seen(client.get(address, {"picture": 1}))
    assert image.size == size
    assert not image.getexif()
    assert close(image.getpixel((1, 1)), (0, 128, 0) if name == "a.jpg" else (255, 255, 255))


def nested(levels):
    """A page that names a form ten times, which names another ten times, and so on."""
    call = b" ".join([b"/F Do"] * 10)
    forms = [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F %d 0 R >> >> /Length %d >> "
        b"stream\n%s\nendstream" % (6 + level, len(call), call)
        for level in range(levels)
    ]
    last = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 12 >> stream\n0 0 9 9 re f\nendstream"
    contents = b"<< /Length %d >> stream\n%s\nendstream" % (len(call), call)
    return pdf(*forms, last, contents=contents, page=b"/Resources << /XObject << /F 5 0 R >> >>")


@pytest.mark.parametrize("content", [b"%PDF-1.7\nkh\xc3\xb4ng ph\xe1\xba\xa3i", nested(12)], ids=["broken", "endless"])
def test_what_cannot_be_drawn_is_a_sentence_and_ends_with_its_process(shelf, monkeypatch, content):
    monkeypatch.setattr(drawing, "LOOK_SECONDS", 1)
    address, client = shelf("a.pdf", content, checked=False)
    answer = client.get(address, {"view": 1})
    assert answer.status_code == 200
    assert "Không xem được trang này" in answer.text
    assert "<img" not in answer.text.partition("<main")[2]
    assert client.get(address, {"picture": 1}).status_code == 404


def test_a_picture_that_unpacks_without_end_is_not_unpacked(shelf):
    bomb = _deflated(bytes(9), b"/Type /XObject /Subtype /Image /Width 99999 /Height 99999 /BitsPerComponent 8")
    page = b"/Resources << /XObject << /I 5 0 R >> >>"
    contents = b"<< /Length 12 >> stream\n9 0 0 9 0 0 cm /I Do\nendstream"
    address, client = shelf("a.pdf", pdf(bomb, page=page, contents=contents), checked=False)
    assert client.get(address, {"view": 1}).status_code == 200


def test_a_page_is_no_larger_than_can_be_looked_at(shelf):
    address, client = shelf("a.pdf", pdf(box=b"0 0 1 900"), checked=False)
    assert max(seen(client.get(address, {"picture": 1, "large": 1})).size) <= 6001


@pytest.mark.parametrize("page", ["0", "3", "-1", "1.5", "x", "", "٢", "99999999999"])
def test_pages_that_are_not_there_are_not_found(shelf, page):
    address, client = shelf("a.pdf", two_pages())
    for what in ("view", "picture"):
        assert client.get(address, {what: page}).status_code == 404


def test_a_table_has_no_pages_and_says_so(shelf):
    address, client = shelf("a.xlsx", workbook([["Mã số thuế"], ["0100109106"]]))
    answer = client.get(address, {"view": 1})
    assert "không có trang để xem" in answer.text
    assert client.get(address, {"picture": 1}).status_code == 404
    paper = client.get(answer.context["of"].get_absolute_url()).text
    assert (f'href="{address}"' in paper, f"{address}?view=1" in paper) == (True, False)


def test_what_is_not_scanned_yet_is_neither_handed_out_nor_shown(clerk, client_as, settings):
    settings.CLAMD, settings.SERVE_UNSCANNED = "/nobody/listens", False
    paper = make_incoming(scan=make_stored_file(clerk))
    address = reverse("documents:incoming_scan", args=[paper.scans.get().public_id])
    for asked in ({}, {"view": 1}, {"picture": 1}):
        answer = client_as(clerk).get(address, asked, follow=True)
        assert answer.redirect_chain == [(paper.get_absolute_url(), 302)]
        assert "Tệp chưa được quét vi-rút" in answer.text
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize("asked", [{}, {"view": 1}, {"picture": 1}], ids=["whole", "view", "picture"])
def test_whoever_may_not_have_the_file_sees_no_page_of_it(shelf, client, client_as, asked):
    address, reader = shelf("a.pdf", two_pages())
    stranger = make_enterprise_user(make_enterprise())
    answers = [each.get(address, asked) for each in (client, client_as(make_officer()), client_as(stranger))]
    assert [answer.status_code for answer in answers] == [302, 404, 403]
    answers = [each.get(address, asked) for each in (client_as(make_auditor()), reader)]
    assert [answer.status_code for answer in answers] == [200, 200]
    for answer in answers:
        answer.close()


def test_forms_that_were_filled_in_are_drawn(shelf):
    note = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /Rect [0 0 595 842] /F 4 /AP << /N 6 0 R >> >>"
    red = b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length 26 >> stream\n1 0 0 rg 0 0 595 842 re f \nendstream"
    content = pdf(note, red, root=b"/AcroForm << /Fields [5 0 R] >>", page=b"/Annots [5 0 R]")
    address, client = shelf("a.pdf", content)
    assert close(seen(client.get(address, {"picture": 1})).getpixel((500, 500)), (255, 0, 0))
