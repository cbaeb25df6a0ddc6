import io
import os
import zipfile
from urllib.parse import unquote

import pytest
from django.conf import settings
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from audit.refusals import Refused
from documents import guard
from documents.models import StoredFile
from documents.serving import disposition
from documents.store import path_of, save_upload, scan_waiting, usable
from tests.documents.sheets import SHEET1, changed, upload, with_cells, workbook
from tests.factories import make_officer

pytestmark = pytest.mark.django_db

GOOD = workbook([["Mã số thuế", "Tên"], ["0100109106", "A"]])


def letter(*instructions):
    """A document of Word with a page number, a link and one more field for each of the instructions, in two pieces."""
    document, buffer = Document(), io.BytesIO()
    for instruction in ("PAGE", 'HYPERLINK "http://dde.example/database"', *instructions):
        run = document.add_paragraph("Mẫu đơn đề nghị").add_run()
        for kind, text in (("begin", ""), ("", instruction[:3]), ("", instruction[3:]), ("separate", ""), ("end", "")):
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            element.text = text
            run._r.append(element)
    document.save(buffer)
    return buffer.getvalue()


LETTER = letter()
WORDS = "word/document.xml"


def picture(kind, size=(20, 20)):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind)
    return buffer.getvalue()


def paper(**options):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if options.get("script"):
        script = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
        )
        writer.root_object[NameObject("/OpenAction")] = script
    if options.get("attachment"):
        writer.add_attachment("x.exe", b"MZ")
    if options.get("password"):
        writer.encrypt("secret")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def bomb(part=SHEET1, size=300 * 2**20, of=GOOD):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(of)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != part:
                new.writestr(entry, old.read(entry))
        with new.open(part, "w") as member:
            for _ in range(size >> 20):
                member.write(b" " * (1 << 20))
    return out.getvalue()


def overlapping():
    """Two entries of the directory that share the same packed bytes."""
    data = bytearray(changed(GOOD, add=[("xl/a.xml", b"<a/>"), ("xl/b.xml", b"<b/>")]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        first = archive.getinfo("xl/a.xml").header_offset
        second = archive.getinfo("xl/b.xml").header_offset
    directory = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/b.xml"))
    assert int.from_bytes(data[directory + 42 : directory + 46], "little") == second
    data[directory + 42 : directory + 46] = first.to_bytes(4, "little")
    return bytes(data)


TYPES = "[Content_Types].xml"
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "zip bomb": ("a.xlsx", bomb),
    "overlapping entries": ("a.xlsx", overlapping),
    "external entity in a sheet": ("a.xlsx", lambda: changed(GOOD, {SHEET1: lambda x: DOCTYPE + x[x.index(b"<w") :]})),
    "external entity in the strings": ("a.xlsx", lambda: changed(GOOD, {"xl/sharedStrings.xml": DOCTYPE + b"<sst/>"})),
    "billion laughs": (
        "a.xlsx",
        lambda: changed(GOOD, {"xl/workbook.xml": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l "lol">]><l>&l;</l>'}),
    ),
    "utf-16 to hide a document type": (
        "a.xlsx",
        lambda: changed(GOOD, {SHEET1: '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x>'.encode("utf-16")}),
    ),
    "another declared encoding": (
        "a.xlsx",
        lambda: changed(GOOD, {SHEET1: b'<?xml version="1.0" encoding="UTF-7"?><worksheet/>'}),
    ),
    "macros": ("a.xlsx", lambda: changed(GOOD, add=[("xl/vbaProject.bin", b"\xd0\xcf")])),
    "macro type": (
        "a.xlsx",
        lambda: changed(GOOD, {TYPES: lambda x: x.replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main")}),
    ),
    "macro ending": ("a.xlsm", lambda: GOOD),
    "embedded object": ("a.xlsx", lambda: changed(GOOD, add=[("xl/embeddings/oleObject1.bin", b"x")])),
    "link to another workbook": (
        "a.xlsx",
        lambda: changed(GOOD, add=[("xl/externalLinks/externalLink1.xml", b"<a/>")]),
    ),
    "database connection": ("a.xlsx", lambda: changed(GOOD, add=[("xl/connections.xml", b"<a/>")])),
    "external picture": (
        "a.xlsx",
        lambda: changed(
            GOOD,
            add=[
                (
                    "xl/worksheets/_rels/sheet1.xml.rels",
                    b'<Relationship Type="x/image" Target="http://a" TargetMode="External"/>',
                )
            ],
        ),
    ),
    "path out of the archive": ("a.xlsx", lambda: changed(GOOD, add=[("../../etc/x.xml", b"<a/>")])),
    "two far-apart cells": (
        "a.xlsx",
        lambda: with_cells(
            GOOD, b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
    ),
    "two cells far apart in rows and columns": (
        "a.xlsx",
        lambda: with_cells(
            GOOD, b'<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="ZZ900000"><v>1</v></c></row>'
        ),
    ),
    "renamed .exe as workbook": ("a.xlsx", lambda: b"MZ" + os.urandom(3000)),
    "renamed .exe as table": ("a.csv", lambda: b"MZ" + b"text" * 500),
    "renamed .exe as paper": ("a.pdf", lambda: b"MZ\x90\x00" + os.urandom(3000)),
    "an .exe": ("a.exe", lambda: b"MZ\x90\x00" + os.urandom(3000)),
    "double ending": ("bao-cao.xlsx.exe", lambda: GOOD),
    "old workbook": ("a.xls", lambda: guard.OLD_OFFICE + bytes(500)),
    "old workbook under a new name": ("a.xlsx", lambda: guard.OLD_OFFICE + bytes(500)),
    "only called .xls": ("a.xls", lambda: GOOD),
    "cut workbook": ("a.xlsx", lambda: GOOD[: len(GOOD) // 2]),
    "plain archive": ("a.xlsx", lambda: changed(GOOD, remove=[TYPES])),
    "page as table": ("a.csv", lambda: b"<html><script>alert(1)</script></html>"),
    "picture as table": ("a.csv", lambda: picture("PNG")),
    "zero bytes": ("a.csv", lambda: b"a;b\n\x00\x01"),
    "empty": ("a.xlsx", lambda: b""),
    "paper with script": ("a.pdf", lambda: paper(script=True)),
    "paper with a file inside": ("a.pdf", lambda: paper(attachment=True)),
    "paper with a password": ("a.pdf", lambda: paper(password=True)),
    "paper and archive at once": ("a.pdf", lambda: paper() + changed(GOOD)),
    "broken paper": ("a.pdf", lambda: b"%PDF-1.7\n" + os.urandom(2000)),
    "picture and archive at once": ("a.png", lambda: picture("PNG") + changed(GOOD)),
    "broken picture": ("a.png", lambda: picture("PNG")[:40] + os.urandom(100) + b"IEND\xaeB`\x82"),
    "pixel flood": ("a.png", lambda: flood()),
    "no ending": ("khong-duoi", lambda: GOOD),
    "picture that is none": ("a.jpg", lambda: picture("PNG")),
    "workbook as document": ("a.docx", lambda: GOOD),
    "document as workbook": ("a.xlsx", lambda: LETTER),
    "document with macros": ("a.docx", lambda: changed(LETTER, add=[("word/vbaProject.bin", b"\xd0\xcf")])),
    "only called .docm": ("a.docm", lambda: LETTER),
    "old document under a new name": ("a.docx", lambda: guard.OLD_OFFICE + bytes(500)),
    "object in a document": ("a.docx", lambda: changed(LETTER, add=[("word/embeddings/oleObject1.bin", b"x")])),
    "page in a document": ("a.docx", lambda: changed(LETTER, add=[("word/afchunk.mht", b"<html/>")])),
    "document that runs a program": ("a.docx", lambda: letter('DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc"')),
    "document that fetches another": ("a.docx", lambda: letter('INCLUDETEXT "http://a/b"')),
    "document that makes up a field": ("a.docx", lambda: letter("QUOTE 68 68 69")),
    "field within a field": (
        "a.docx",
        lambda: changed(
            LETTER,
            {
                WORDS: lambda x: x.replace(
                    b"<w:instrText>E</w:instrText>",
                    b'<w:fldChar w:fldCharType="begin"/><w:instrText>DATE</w:instrText><w:fldChar w:fldCharType="end"/>'
                    b"<w:instrText>NIC</w:instrText>",
                )
            },
        ),
    ),
    "field in one piece": (
        "a.docx",
        lambda: changed(
            LETTER, {WORDS: lambda x: x.replace(b"<w:sectPr", b'<w:fldSimple w:instr=" DDE a b"/><w:sectPr')}
        ),
    ),
    "document with a template elsewhere": (
        "a.docx",
        lambda: changed(
            LETTER,
            add=[
                (
                    "word/_rels/settings.xml.rels",
                    b'<Relationship Type="x/attachedTemplate" Target="http://a/b.dotm" TargetMode="External"/>',
                )
            ],
        ),
    ),
    "external entity in a document": (
        "a.docx",
        lambda: changed(LETTER, {WORDS: lambda x: DOCTYPE + x[x.index(b"<w:") :]}),
    ),
    "document bomb": ("a.docx", lambda: bomb(WORDS, of=LETTER)),
    "cut document": ("a.docx", lambda: LETTER[: len(LETTER) // 2]),
}


def flood():
    import struct
    import zlib

    head = struct.pack("!IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    chunk = lambda kind, data: struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))  # noqa: E731
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 10000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_a_sentence(name, now):
    called, make = HOSTILE[name]
    with pytest.raises(Refused) as refusal:
        save_upload(upload(make(), called), by=make_officer(), now=now)
    assert len(str(refusal.value)) > 15
    assert StoredFile.objects.count() == 0
    assert list((settings.FILE_STORE / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("Số liệu 2025.xlsx", GOOD, "xlsx"),
        ("bao-cao.CSV", "Mã số thuế;Tên\n0100109106;Công ty\n".encode(), "csv"),
        ("bao-cao.csv", "Mã số thuế\tTên\n".encode("utf-16"), "csv"),
        ("Mẫu đơn.docx", LETTER, "docx"),
        ("quyet-dinh.pdf", paper(), "pdf"),
        ("anh.png", picture("PNG"), "png"),
        ("anh.jpeg", picture("JPEG"), "jpeg"),
    ],
)
def test_good_file_comes_back_byte_for_byte(name, data, kind, now):
    by = make_officer()
    stored = save_upload(upload(data, name), by=by, now=now)
    assert path_of(stored.sha256).read_bytes() == data
    assert (stored.format, stored.size, stored.owner, stored.original_name) == (kind, len(data), by.public_id, name)


def test_sound_bytes_are_opened_once_by_a_process_and_others_each_time(tmp_path, monkeypatch):
    opened, ask = [], guard.ask_reader
    monkeypatch.setattr(guard, "_sound", {})
    monkeypatch.setattr(
        guard, "ask_reader", lambda order, **limits: opened.append(order["path"]) or ask(order, **limits)
    )
    called, make = HOSTILE["paper with script"]
    good, bad = paper(), make()
    for number, content in enumerate((good, good, bad, bad)):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content)
        if content is good:
            assert guard.examine(path, "a.pdf").format == "pdf"
        else:
            with pytest.raises(Refused):
                guard.examine(path, called)
    assert opened == [str(tmp_path / name) for name in ("0.pdf", "2.pdf", "3.pdf")]


def test_same_bytes_are_kept_once(now):
    first = save_upload(upload(GOOD, "a.xlsx"), by=make_officer(), now=now)
    second = save_upload(upload(GOOD, "b.xlsx"), by=make_officer(), now=now)
    assert first.sha256 == second.sha256
    assert first.public_id != second.public_id
    assert len(list(path_of(first.sha256).parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Windows\\a.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("CON.pdf", "_CON.pdf"),
        ("nul", "_nul"),
        ("Báo cáo.pdf", "Báo cáo.pdf"),
        ("a<b>|?.pdf", "a_b___.pdf"),
        ("...", "tep"),
        (" . a.pdf. ", "a.pdf"),
        ("", "tep"),
    ],
)
def test_names_are_safe_everywhere(given, clean):
    assert guard.clean_name(given) == clean


def test_a_file_called_after_a_title_keeps_what_stands_after_a_stroke():
    assert guard.named_after("Rà soát  tháng 11/2026", "pdf") == "Rà soát tháng 11-2026.pdf"
    assert guard.clean_name(guard.named_after("x" * 300, "docx")) == "x" * 100 + ".docx"


def test_a_long_name_is_cut_between_words_and_never_in_its_ending():
    subject = "Trả lời kiến nghị của Công ty cổ phần Cơ khí chính xác và Tự động hóa Thăng Long về đường điện vào cụm công nghiệp"
    name = guard.clean_name(guard.named_after(subject, "pdf"))
    assert name.endswith(".pdf") and f"{subject} ".startswith(f"{name.removesuffix('.pdf')} ")
    assert len(name) > 80
    assert guard.clean_name("Báo cáo v1.2 của Sở Công Thương") == "Báo cáo v1.2 của Sở Công Thương"
    assert guard.clean_name(f"{'đ' * 200}.pdf") == f"{'đ' * 73}.pdf"  # 150 bytes


@pytest.mark.parametrize(
    ("title", "ends"),
    [
        (f"{'Trả lời ' * 11}Lúa Vàng (hồ sơ TT-2026-000123, nộp qua mạng)", " lời Lúa Vàng.pdf"),
        (f"{'Trả lời ' * 11}về thủ tục “Cấp giấy chứng nhận”", " lời về thủ tục.pdf"),
        (f"{'Trả lời ' * 11}về [phần (một) của nhiều phần khác nữa]", " lời về.pdf"),
        (f"{'Trả lời ' * 11}(nộp lại) về (hồ sơ còn thiếu)", " lời (nộp lại) về.pdf"),
        (f'{"Trả lời " * 10}dự án "Lúa" và "Hoa sen"', ' lời dự án "Lúa" và.pdf'),
        (f"“{'Trả lời ' * 20}”", "Trả lời Trả.pdf"),
        (f"{'Trả lời ' * 11}mục a) và b) của hồ sơ", " lời mục a) và b).pdf"),
    ],
)
def test_a_long_name_ends_in_no_open_bracket_or_quotation_mark(title, ends):
    name = guard.named_after(title, "pdf")
    assert name.endswith(ends) and len(name) > 50
    assert "“" not in name


def test_what_is_short_enough_keeps_its_signs_as_they_are():
    assert guard.named_after("Hồ sơ (bản", "pdf") == "Hồ sơ (bản.pdf"


def test_long_name_keeps_its_ending():
    name = guard.clean_name("Số liệu " * 60 + ".xlsx")
    assert name.endswith(".xlsx")
    assert len(name.encode()) <= 150


def test_name_in_the_answer_cannot_add_a_header():
    assert disposition('Số "liệu"\r\n.pdf') == (
        "attachment; filename=\"So _lieu_.pdf\"; filename*=UTF-8''S%E1%BB%91%20_li%E1%BB%87u_.pdf"
    )


def test_programs_that_know_no_utf_8_get_a_name_in_plain_letters():
    plain, true = disposition("Đề án “Điện” – đợt 2 €.pdf").split("; ")[1:]
    assert plain == "filename=\"De an 'Dien' - dot 2 _.pdf\""
    assert unquote(true) == "filename*=UTF-8''Đề án “Điện” – đợt 2 €.pdf"


def test_quota_of_files_holds(now, settings):
    settings.QUOTA_FILES = 2
    by = make_officer()
    for name in ("a.xlsx", "b.xlsx"):
        save_upload(upload(GOOD, name), by=by, now=now)
    with pytest.raises(Refused):
        save_upload(upload(GOOD, "c.xlsx"), by=by, now=now)
    assert save_upload(upload(GOOD, "c.xlsx"), by=make_officer(), now=now).pk


def test_too_large_file_is_refused_while_it_comes(now, settings):
    settings.UPLOAD_MEGABYTES = 1
    file = upload(b"a;b\n" * 2**19, "a.csv")
    file.size = None
    with pytest.raises(Refused):
        save_upload(file, by=make_officer(), now=now)


def test_scanner_that_is_away_leaves_the_file_waiting(now, settings):
    settings.CLAMD = "/nowhere/clamd.sock"
    stored = save_upload(upload(GOOD), by=make_officer(), now=now)
    assert stored.scan == StoredFile.Scan.WAITING
    assert usable(stored) is False
    settings.SERVE_UNSCANNED = True
    assert usable(stored) is True
    assert scan_waiting(now=now) == 0


def test_scanner_is_asked(now, settings, tmp_path):
    answers = iter([b"stream: Eicar FOUND\0", b"stream: OK\0"])
    with clamd(tmp_path / "s", answers) as path:
        settings.CLAMD = path
        with pytest.raises(Refused, match="Eicar"):
            save_upload(upload(GOOD), by=make_officer(), now=now)
        assert save_upload(upload(GOOD), by=make_officer(), now=now).scan == StoredFile.Scan.CLEAN


def clamd(path, answers):
    import socket
    import struct
    import threading
    from contextlib import contextmanager

    def talk(server):
        for answer in answers:
            line, _ = server.accept()
            with line:
                file = line.makefile("rb")
                assert file.read(10) == b"zINSTREAM\0"
                while size := struct.unpack("!I", file.read(4))[0]:
                    file.read(size)
                line.sendall(answer)
                file.close()

    @contextmanager
    def running():
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()
            thread = threading.Thread(target=talk, args=(server,), daemon=True)
            thread.start()
            yield str(path)
            thread.join(5)

    return running()


def test_cells_with_errors_and_formulas_without_result_are_noted(now):
    data = with_cells(
        GOOD,
        b'<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>SUM(A1)</f><v></v></c><c r="C1"><f>1+1</f><v>2</v></c></row>',
    )
    stored = save_upload(upload(data), by=make_officer(), now=now)
    assert stored.facts == {"odd": {SHEET1: {"A1": "error_cell", "B1": "unfilled_formula"}}}
