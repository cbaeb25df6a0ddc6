"""Identity papers of a dossier: kept encrypted, opened by whom it concerns alone, each time written down."""

import io
import os
import uuid
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from PIL import Image

from accounts.roles import Role
from audit.models import AccessEntry, Event
from audit.refusals import Refused
from documents import scanner
from documents.attaching import Attachments
from documents.models import StoredFile
from documents.store import place_of, save_upload, scan_waiting
from dossiers.models import DossierFile
from dossiers.services import dossiers as services
from dossiers.services.supplements import upload_item_file
from tests.dossiers.test_procedure_models import refused
from tests.factories import (
    LONG_AGO,
    make_auditor,
    make_component,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_head,
    make_office,
    make_officer,
    make_procedure,
    make_slip_line,
    make_stored_file,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

NUMBER = "001099000001"
NAME = f"CCCD Lê Văn Minh Họa {NUMBER}.png"
ASKED = ({}, {"view": 1}, {"picture": 1})


def card():
    """A picture whose bytes are its own."""
    out = io.BytesIO()
    Image.frombytes("RGB", (40, 25), os.urandom(3000)).save(out, "PNG")
    return out.getvalue()


def issued(procedure=None, **identity):
    version = make_version(procedure, office=make_office())
    make_component(
        version, "giay-to", formats=["png"], **{"is_identity": True, "name_vi": "Giấy tờ tùy thân", **identity}
    )
    version.state, version.valid_from, version.put_in_force_at = "issued", date(2026, 1, 5), LONG_AGO
    version.paper_number, version.paper_on, version.put_in_force_by = "1/QĐ", date(2026, 1, 5), "system:tests"
    version.save()
    return version


class Desk:
    """A dossier with an identity paper, sent in by its enterprise."""

    def __init__(self):
        self.version, self.enterprise = issued(), make_enterprise()
        self.office, self.clear = self.version.office, card()
        self.signatory = make_enterprise_user(self.enterprise)
        self.dossier = make_dossier(self.version, self.enterprise, by=self.signatory)
        self.component = self.version.components.get(code="giay-to")
        self.file = self.attach(self.clear)

    def attach(self, content, name=NAME, component=None):
        upload = SimpleUploadedFile(name, content)
        component = component or self.component
        return services.upload_file(
            dossier=self.dossier, component=component, upload=upload, by=self.signatory, now=LONG_AGO
        )

    def lodge(self):
        dossier, person = self.dossier, self.signatory
        dossier.state, dossier.code, dossier.submitted_at = "lodged", f"TT-{dossier.pk}", LONG_AGO
        dossier.submitted_by, dossier.applicant, dossier.applicant_name = person, person, person.full_name
        dossier.save()
        return self

    def in_hands_of(self, officer):
        make_slip_line(self.lodge().dossier, "received")
        make_slip_line(self.dossier, "received", "assign", handler=officer)
        return self

    @property
    def address(self):
        return reverse("dossiers:dossier_file", args=[self.dossier.public_id, self.file.public_id])


@pytest.fixture
def desk():
    return Desk()


def everything_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


# --- in the store ------------------------------------------------------------------------------


def test_the_store_holds_nothing_of_it_that_can_be_read(desk, settings):
    stored = desk.file.file
    assert stored.is_identity
    place = place_of(stored)
    assert place.relative_to(settings.FILE_STORE).parts[0] == "identity"
    for path in everything_in(settings.FILE_STORE):
        content = path.read_bytes()
        assert desk.clear not in content
        assert path == place or stored.sha256 not in path.name
    assert b"PNG" not in place.read_bytes()[:200]
    assert not any(NUMBER in event.body for event in Event.objects.all())


def test_the_same_picture_attached_elsewhere_is_another_file(desk):
    plain = save_upload(SimpleUploadedFile("a.png", desk.clear), by=desk.signatory, now=LONG_AGO)
    assert (plain.sha256, plain.is_identity) == (desk.file.file.sha256, False)
    assert place_of(plain) != place_of(desk.file.file)


def test_the_guard_and_the_scanner_see_it_as_it_came(desk, settings, monkeypatch):
    with pytest.raises(Refused):
        desk.attach(b"<html><script>1</script></html>", "a.png")
    settings.CLAMD, seen = "/a/scanner", []
    monkeypatch.setattr(scanner, "scan", lambda file: seen.append(file.read()))
    scan_waiting(now=LONG_AGO)
    assert desk.clear in seen
    another = card()
    desk.attach(another)
    assert seen[-1] == another


def test_keys_follow_one_another(desk, settings, client_as):
    client, old = client_as(desk.signatory), settings.IDENTITY_KEYS
    settings.IDENTITY_KEYS = ["a new key", *old]
    assert client.get(desk.address).getvalue() == desk.clear
    settings.IDENTITY_KEYS = ["a new key"]
    answer = client.get(desk.address, follow=True)
    assert answer.redirect_chain == [(desk.dossier.get_absolute_url(), 302)]
    assert "thiếu khóa giải mã" in answer.text
    with pytest.raises(CommandError):
        call_command("lock_identity_papers")
    settings.IDENTITY_KEYS = ["a new key", *old]
    call_command("lock_identity_papers")
    settings.IDENTITY_KEYS = ["a new key"]
    assert client.get(desk.address).getvalue() == desk.clear


def test_a_paper_put_in_anothers_place_is_not_handed_out(desk, client_as):
    other = desk.attach(card()).file
    place = place_of(desk.file.file)
    place.chmod(0o600)
    place.write_bytes(place_of(other).read_bytes())
    answer = client_as(desk.signatory).get(desk.address, follow=True)
    assert "không phải là tệp đã nhận" in answer.text


# --- who opens it ------------------------------------------------------------------------------


def test_it_is_opened_by_whom_it_concerns_and_each_time_written_down(desk, client_as):
    officer, clerk = make_officer(office=desk.office), make_user(Role.INTAKE)
    ways = [("own", desk.signatory), ("own", make_enterprise_user(desk.enterprise, Role.PREPARER))]
    ways += [("receiving", clerk), ("handling", officer)]
    for purpose, person in ways:
        if purpose == "receiving":
            desk.lodge()
        if purpose == "handling":
            make_slip_line(desk.dossier, "received")
            make_slip_line(desk.dossier, "received", "assign", handler=officer)
        client = client_as(person)
        whole, view, picture = (client.get(desk.address, asked) for asked in ASKED)
        assert whole.getvalue() == desk.clear
        assert whole["Content-Disposition"].startswith("attachment;")
        assert (view.status_code, picture["Content-Type"]) == (200, "image/jpeg")
        noted = AccessEntry.objects.filter(actor=f"user:{person.public_id}").order_by("pk")
        ground = f"dossier {desk.dossier.public_id}, {purpose}"
        assert [(entry.what, entry.basis) for entry in noted] == [
            ("identity paper downloaded", ground),
            ("page of an identity paper seen", f"{ground}, page 1"),
        ]
        assert {entry.object_id for entry in noted} == {desk.file.file.public_id}
    assert client_as(clerk).get(desk.address).status_code == 403  # it is out of the clerk's hands
    signatures = reverse("dossiers:application_signatures", args=[desk.dossier.public_id, desk.file.public_id])
    assert client_as(desk.signatory).get(signatures).status_code == 404


def test_every_other_reader_sees_that_it_is_there_and_nothing_of_it(desk, client_as):
    desk.in_hands_of(make_officer(office=desk.office))
    page = desk.dossier.get_absolute_url()
    readers = [
        make_officer(office=desk.office), make_head(office=desk.office), make_auditor(), make_user(Role.DIRECTOR),
        make_user(Role.INTAKE), make_user(Role.INSPECTOR),
    ]  # fmt: skip
    for reader in readers:
        client = client_as(reader)
        shown = client.get(page).text
        assert "chỉ người tiếp nhận, người thụ lý hồ sơ mở được, đến khi kết quả được phát hành" in shown
        assert desk.address not in shown
        assert NUMBER not in shown
        assert [client.get(desk.address, asked).status_code for asked in ASKED] == [403] * 3
        noted = AccessEntry.objects.filter(actor=f"user:{reader.public_id}", what="identity paper refused")
        assert noted.count() == 3
    administrator = client_as(make_user(Role.ADMINISTRATOR))  # who does not read the dossier either
    assert [administrator.get(desk.address, asked).status_code for asked in ASKED] == [403] * 3
    assert administrator.get(page).status_code == 403
    stranger = make_enterprise_user(make_enterprise())
    assert [client_as(stranger).get(desk.address, asked).status_code for asked in ASKED] == [404] * 3


def test_it_closes_with_the_dossier_for_all_but_the_enterprise(desk, client_as):
    officer = make_officer(office=desk.office)
    desk.in_hands_of(officer)
    handling = client_as(officer)
    for target in ("appraising", "submitted", "approved"):
        make_slip_line(desk.dossier, target)
    assert handling.get(desk.address).status_code == 200
    for target in ("issued", "returned"):
        make_slip_line(desk.dossier, target)
        assert [handling.get(desk.address, asked).status_code for asked in ASKED] == [403] * 3
        assert desk.address not in handling.get(desk.dossier.get_absolute_url()).text
    assert client_as(desk.signatory).get(desk.address).getvalue() == desk.clear


def test_the_enterprise_is_told_who_opens_it(desk, client_as):
    page = client_as(desk.signatory).get(reverse("dossiers:dossier_components", args=[desk.dossier.public_id])).text
    until = "đến khi kết quả được phát hành hoặc hồ sơ kết thúc trước đó"
    for who in ("người của doanh nghiệp", "bộ phận tiếp nhận, văn thư", f"người thụ lý hồ sơ {until}"):
        assert who in page
    desk.in_hands_of(make_officer(office=desk.office))
    for target in ("appraising", "submitted", "approved", "issued"):
        make_slip_line(desk.dossier, target)
    assert until in client_as(make_user(Role.INTAKE)).get(desk.dossier.get_absolute_url()).text


def test_whoever_may_open_it_finds_the_links(desk, client_as):
    officer = make_officer(office=desk.office)
    desk.in_hands_of(officer)
    for person in (officer, desk.signatory):
        shown = client_as(person).get(desk.dossier.get_absolute_url()).text
        assert f"{desk.address}?view=1" in shown


# --- what it may stand for ---------------------------------------------------------------------


def test_identity_papers_and_others_are_never_mixed(desk):
    other = make_stored_file(desk.signatory, format="png")
    with pytest.raises(Refused):
        services.attach_file(
            dossier=desk.dossier, component=desk.component, stored=other, by=desk.signatory, now=LONG_AGO
        )
    row = {"dossier": desk.dossier, "added_at": LONG_AGO, "added_by": desk.signatory}
    first = desk.version.components.exclude(code="giay-to").first()
    for component, stored in ((desk.component, other), (first, desk.file.file)):
        assert refused(
            lambda component=component, stored=stored: DossierFile.objects.create(
                component=component, file=stored, **row
            ),
            "dossier_identity_papers_apart",
        )
    assert refused(
        lambda: DossierFile.objects.create(
            component=None, file=desk.file.file, is_application=True, verified_at=LONG_AGO, **row
        ),
        "dossier_identity_papers_apart",
    )
    assert refused(lambda: StoredFile.objects.filter(pk=other.pk).update(is_identity=True))


def test_a_form_of_another_room_does_not_take_one_up(desk):
    class Form(Attachments):
        allowed, prefix, is_bound = ("png",), None, True
        user, data = desk.signatory, {"scan_kept": str(desk.file.file.public_id)}

        def __init__(self):
            pass

        def add_prefix(self, name):
            return name

    assert Form().file_of("scan") is None


@pytest.mark.parametrize("is_identity", [True, False], ids=["asked for again", "no longer asked for"])
def test_a_copy_takes_it_over_only_where_the_version_asks_for_it(desk, is_identity, monkeypatch):
    desk.lodge()
    version = desk.version if is_identity else issued(is_identity=False)
    monkeypatch.setattr(services, "open_version", lambda procedure, now: version)
    copy = services.copy_dossier(dossier=desk.dossier, by=desk.signatory, now=LONG_AGO)
    assert [row.file.pk for row in services.standing_files(copy)] == [desk.file.file.pk] * is_identity


def test_an_item_of_a_supplement_that_asks_for_one_keeps_it_like_the_component(desk):
    make_slip_line(desk.lodge().dossier, "supplementing")
    item = desk.dossier.supplements.get().items.get()
    item.component = desk.component
    upload = SimpleUploadedFile(NAME, card())
    row = upload_item_file(item=item, upload=upload, by=desk.signatory, now=LONG_AGO)
    assert row.file.is_identity
    assert not any(NUMBER in event.body for event in Event.objects.all())


def test_the_editor_of_procedures_marks_a_component(client_as):
    office = make_office()
    draft = make_version(make_procedure(), office=office)
    values = {
        "code": "cccd", "name_vi": "Giấy tờ tùy thân", "need": "optional", "formats": ["png"], "most_megabytes": "5",
        "most_files": "1", "is_identity": "on", "operation_key": str(uuid.uuid4()),
    }  # fmt: skip
    head = client_as(make_head(office=office))
    assert head.post(reverse("dossiers:add_component", args=[draft.public_id]), values).status_code == 302
    assert draft.components.get(code="cccd").is_identity
    assert "Giấy tờ tùy thân</span>" in head.get(draft.get_absolute_url()).text
