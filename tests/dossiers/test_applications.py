"""The application as its signatory signed it outside: attached or not, intact or not, it never keeps a dossier from being lodged."""

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from accounts.roles import Role
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.presenting import worth_of
from documents.services import trust
from documents.services.trust import add_certificate, verified
from documents.signing.keys import person_key
from documents.signing.signatures import Signature, signatures_in
from documents.store import keep_made
from dossiers.models import DossierFile
from dossiers.services import applications as services
from dossiers.services import dossiers
from reporting.demo.scans import one_page, signed_page
from tests.documents.making_certificates import certified
from tests.factories import (
    make_administrator,
    make_application,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_stored_file,
    make_user,
)
from tests.notices.making import make_open_version

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
INTACT, CHANGED, UNSIGNED = "nguyên vẹn; ký bằng chứng thư thử nghiệm", "đã bị sửa sau khi ký", "chưa ký số"


@pytest.fixture
def enterprise():
    return make_enterprise()


@pytest.fixture
def signatory(enterprise):
    return make_enterprise_user(enterprise, full_name="Trịnh Văn Ký")


@pytest.fixture
def draft(enterprise, signatory):
    return make_dossier(make_open_version(), enterprise, by=signatory, at=NOW)


def pdf(content, name="don.pdf"):
    return SimpleUploadedFile(name, content)


def attached(draft, by, content, now=NOW):
    return services.attach_application(dossier=draft, upload=pdf(content), by=by, now=now)


def lodged(draft, by):
    digest = dossiers.digest_of(draft, list(dossiers.standing_files(draft)))
    return dossiers.lodge_dossier(dossier=draft, digest=digest, by=by, now=NOW + timedelta(minutes=5))


def authority(name):
    """(certificate, key) of somebody who stamps the time, as the signing library wants them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))
    return certificate, asn1_keys.PrivateKeyInfo.load(der)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda key: signed_page("a", key), INTACT),
        (lambda key: signed_page("a", key).replace(b"TAI LIEU", b"TAI LIEV", 1), CHANGED),
        (lambda key: one_page("a"), UNSIGNED),
    ],
)
def test_signatures_are_shown_for_what_they_are_and_never_keep_from_lodging(made, says, draft, signatory, client_as):
    row = attached(draft, signatory, made(person_key(signatory)))
    client = client_as(signatory)
    check = client.get(reverse("dossiers:check_dossier", args=[draft.public_id])).content.decode()
    dossier = lodged(draft, signatory)
    pages = [
        check,
        client.get(reverse("dossiers:lodged_dossier", args=[dossier.public_id])).content.decode(),
        client.get(dossier.get_absolute_url()).content.decode(),
        client_as(make_user(Role.INTAKE)).get(dossier.get_absolute_url()).content.decode(),
    ]
    assert [says in page for page in pages] == [True] * 4
    found = client.get(reverse("dossiers:application_signatures", args=[dossier.public_id, row.public_id]))
    assert ("Tệp không có chữ ký số." in found.content.decode()) == (says == UNSIGNED)
    assert Event.objects.filter(kind="dossier application attached").count() == 1


def test_a_file_that_is_refused_as_the_application_is_named(draft, signatory, client_as):
    address = reverse("dossiers:attach_application", args=[draft.public_id])
    refused = client_as(signatory).post(
        address, {"file": SimpleUploadedFile("Đơn khóa.pdf", b"%PDF-1.4 nothing")}, follow=True
    )
    assert "Đơn khóa.pdf: " in refused.content.decode()
    assert not draft.files.applications().exists()


def test_the_signatures_in_the_file_of_a_component_are_checked_for_whoever_sees_the_dossier(
    draft, signatory, client_as
):
    component = draft.procedure_version.components.first()
    whole = signed_page("a", person_key(signatory))

    def says(content):
        file = keep_made(content, name="van-ban.pdf", now=NOW)
        row = draft.files.create(component=component, file=file, added_at=NOW, added_by=signatory)
        address = reverse("dossiers:application_signatures", args=[draft.public_id, row.public_id])
        for page in ("dossiers:dossier_components", "dossiers:check_dossier"):
            assert address in client_as(signatory).get(reverse(page, args=[draft.public_id])).content.decode()
        assert client_as(make_enterprise_user()).get(address).status_code == 404
        return client_as(signatory).get(address).content.decode()

    assert "Nguyên vẹn, ký bằng chứng thư thử nghiệm" in says(whole)
    assert "Tệp đã bị sửa" in says(whole.replace(b"TAI LIEU", b"TAI LIEV", 1))
    assert "Tệp không có chữ ký số." in says(one_page("b"))


def test_a_time_stamp_is_verified_by_itself_and_by_the_list_of_organisations(signatory):
    key = person_key(signatory)
    stamped = signed_page("a", key, stamper=DummyTimeStamper(*authority("Tổ chức cấp dấu thời gian")))
    (found,) = signatures_in(stamped)
    assert (found.stamp_holds, found.stamp_trusted, found.stamped_by) == (True, False, "Tổ chức cấp dấu thời gian")
    assert "chưa xác định" in found.stamp_words and found.stamped_at
    assert Signature.of(found.kept) == found
    assert "không có dấu thời gian" in signatures_in(signed_page("a", key))[0].stamp_words.lower()


def test_a_signature_is_trusted_by_the_list_as_it_stands_then(draft, signatory):
    root = certified("Tổ chức", certifies=True)
    row = attached(draft, signatory, signed_page("a", certified("Người ký", by=root).signer))
    add_certificate(content=root.pem, by=make_administrator(), now=NOW)
    assert [each["trusted"] for each in row.signatures] == [False]  # what was verified then
    assert [each.trusted for each in verified(row.file, NOW)] == [True]


def test_what_signatures_are_worth_together():
    good = {
        "field": "a", "name": "A", "organisation": "", "issuer": "", "serial": "1", "intact": True, "allowed": True,
        "changed": "none", "whole": True, "covers": True, "certifies": False, "trusted": True, "tryout": False, "at": "",
        "stamped_at": "", "stamped_by": "", "stamp_holds": False, "stamp_trusted": False, "is_stamp": False,
        "unreadable": False,
    }  # fmt: skip

    def worth(*changes):
        return str(worth_of([Signature.of(good | change) for change in changes])[1])

    assert worth({}) == "nguyên vẹn; do tổ chức trong danh sách của Cổng cấp"
    assert worth({}, {"trusted": False}) == "nguyên vẹn, chưa xác định tổ chức chứng thực"
    assert worth({}, {"intact": False}) == worth({"allowed": False}) == CHANGED
    assert worth({"unreadable": True}) == str(worth_of(None)[1]) == "không kiểm tra được chữ ký số"
    assert worth({"is_stamp": True}) == worth() == UNSIGNED


def test_a_file_whose_signatures_cannot_be_read_says_so_and_is_lodged(draft, signatory, monkeypatch):
    def unreadable(pdf, roots):
        raise Refused("không đọc được")

    monkeypatch.setattr(trust, "signatures_in", unreadable)
    row = attached(draft, signatory, signed_page("a", person_key(signatory)))
    assert row.signatures is None
    assert lodged(draft, signatory).state == "lodged"


def test_a_sound_signature_in_a_loosely_built_file_is_not_called_invalid(draft, signatory, client_as):
    pdf = signed_page("a", person_key(signatory))
    loose = pdf.replace(b"0000000000 65535 f", b"0000000000 65536 f", 1)  # as some scanning programs write it
    assert loose != pdf
    dossier, row = draft, attached(draft, signatory, loose)
    assert [each["unreadable"] for each in row.signatures] == [True]
    found = client_as(signatory).get(
        reverse("dossiers:application_signatures", args=[dossier.public_id, row.public_id])
    )
    assert "Không kiểm tra được" in found.content.decode() and "Không hợp lệ" not in found.content.decode()


def test_another_file_takes_its_place_and_it_can_be_taken_away_while_it_is_a_draft(draft, signatory):
    first = attached(draft, signatory, one_page("a"))
    assert attached(draft, signatory, one_page("a")) == first  # the same bytes twice stand once
    before = dossiers.digest_of(draft, [])
    second = attached(draft, signatory, one_page("b"))
    assert services.application_of(draft) == second
    with pytest.raises(Conflict, match="kiểm tra"):  # checked with the other file
        dossiers.lodge_dossier(dossier=draft, digest=before, by=signatory, now=NOW)
    for _twice in range(2):
        services.remove_application(row=second, by=signatory, now=NOW)
    assert services.application_of(draft) is None
    third = attached(draft, signatory, one_page("c"))
    dossier = lodged(draft, signatory)
    for act in (
        lambda: services.remove_application(row=third, by=signatory, now=NOW),
        lambda: attached(dossier, signatory, one_page("d")),
    ):
        with pytest.raises(Conflict):
            act()
    copy = dossiers.copy_dossier(dossier=dossier, by=signatory, now=NOW)
    assert services.application_of(copy) is None  # it was signed for the other one


def test_only_the_signatory_attaches_and_only_online(draft, enterprise, client_as):
    preparer, stranger = make_enterprise_user(enterprise, Role.PREPARER), make_enterprise_user()
    row = make_application(draft)
    for by in (preparer, stranger, make_user(Role.INTAKE)):
        for act in (
            lambda by=by: attached(draft, by, one_page("a")),
            lambda by=by: services.remove_application(row=row, by=by, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()
    clerk = make_user(Role.INTAKE)
    paper = make_dossier(draft.procedure_version, enterprise, by=clerk, at=NOW, channel="post")
    with pytest.raises(Refused, match="giấy"):
        attached(paper, clerk, one_page("a"))
    for name, arguments in (
        ("attach_application", [draft.public_id]),
        ("remove_application", [draft.public_id, row.public_id]),
    ):
        assert client_as(stranger).post(reverse(f"dossiers:{name}", args=arguments)).status_code == 404
        assert client_as(preparer).post(reverse(f"dossiers:{name}", args=arguments)).status_code == 403


def test_the_page_attaches_takes_away_and_tells_of_a_draft_that_changed_since(draft, signatory, client_as):
    client = client_as(signatory)
    check = reverse("dossiers:check_dossier", args=[draft.public_id])
    attach = reverse("dossiers:attach_application", args=[draft.public_id])
    assert attach in client.get(check).content.decode()
    for sent in ({}, {"file": pdf(b"MZ no pdf")}):
        client.post(attach, sent)
        assert not DossierFile.objects.exists()
    attaching = client.post(attach, {"file": pdf(one_page("a"))}, follow=True)
    page = attaching.content.decode()
    said = [(each.level_tag, str(each)) for each in attaching.context["messages"]]
    assert said[-1] == ("warning", "Đã đính kèm tệp đơn: chưa ký số.")
    assert UNSIGNED in page and "được sửa sau khi đính kèm" not in page
    type(draft).objects.filter(pk=draft.pk).update(saved_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert "được sửa sau khi đính kèm" in client.get(check).content.decode()
    row = DossierFile.objects.get()
    sent = client.get(reverse("dossiers:dossier_file", args=[draft.public_id, row.public_id]))
    assert sent.getvalue() == one_page("a")
    remove_as_component = reverse("dossiers:remove_file", args=[draft.public_id, row.public_id])
    assert client.post(remove_as_component).status_code == 404
    client.post(reverse("dossiers:remove_application", args=[draft.public_id, row.public_id]))
    assert services.application_of(draft) is None


def test_the_database_holds_one_verified_application_beside_the_components(draft):
    row = make_application(draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_application(draft)
    facts = {"dossier": draft, "file": make_stored_file(), "added_at": NOW, "added_by": draft.started_by}
    for values in (
        {"is_application": True, "verified_at": None},
        {"component": draft.procedure_version.components.first(), "verified_at": NOW},
        {"is_application": True, "verified_at": NOW, "component": draft.procedure_version.components.first()},
        {},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DossierFile.objects.create(**facts, **values)
    for change in ({"signatures": [{"trusted": True}]}, {"verified_at": datetime(2027, 1, 1, tzinfo=UTC)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DossierFile.objects.filter(pk=row.pk).update(**change)
