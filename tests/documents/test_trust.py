"""The list of trusted certifying organisations: kept by the administrator, each once, ended with a reason."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.refusals import Conflict, NotAllowed, Refused
from documents.models import TrustedCertificate
from documents.presenting import worth_of
from documents.services import trust as services
from documents.services.way import trusted_roots
from documents.signing.keys import agency_key
from documents.signing.signatures import Signature, signatures_in
from reporting.demo.scans import signed_page
from tests.documents.making_certificates import certified
from tests.factories import make_administrator, make_enterprise_user, make_officer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def der(called):
    return certified(called, certifies=True).certificate.public_bytes(Encoding.DER)


def test_a_certificate_is_trusted_once_until_it_is_ended_with_a_reason():
    administrator = make_administrator()
    row = services.add_certificate(content=der("Sở Công Thương Hà Nội"), by=administrator, now=NOW)
    assert row.name.startswith("Sở Công Thương Hà Nội")
    assert trusted_roots(NOW) == [row.pem]
    with pytest.raises(Conflict):
        services.add_certificate(content=row.pem.encode(), by=administrator, now=NOW)
    for content in (b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Refused):
            services.add_certificate(content=content, by=administrator, now=NOW)
    with pytest.raises(Refused, match="hết hạn"):
        later = datetime(2046, 1, 1, tzinfo=UTC)
        services.add_certificate(content=der("Khác"), by=administrator, now=later)
    with pytest.raises(NotAllowed):
        services.add_certificate(content=der("Khác"), by=make_officer(), now=NOW)
    services.end_certificate(certificate=row, version=1, reason="Thu hồi", by=administrator, now=NOW)
    assert trusted_roots(NOW) == []
    with pytest.raises(Conflict):
        services.end_certificate(certificate=row, version=2, reason="Nữa", by=administrator, now=NOW)
    for act in (row.delete, lambda: TrustedCertificate.objects.filter(pk=row.pk).update(ended_reason="x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_only_organisations_that_certify_are_taken_into_the_list():
    administrator, root = make_administrator(), certified("Tổ chức", certifies=True)
    for content in (certified("Người ký").pem, certified("Người ký", by=root).pem, agency_key().signing_cert.dump()):
        with pytest.raises(Refused, match="người ký"):
            services.add_certificate(content=content, by=administrator, now=NOW)


def test_a_certificate_that_ran_out_is_told_as_such_and_not_as_that_of_an_unknown_organisation():
    root = certified("Tổ chức", certifies=True)
    roots, before = [root.pem.decode()], datetime(2026, 6, 1, tzinfo=UTC)
    holds, ran_out = (
        signatures_in(signed_page("a", certified("Người ký", by=root, **ends).signer), roots)
        for ends in ({}, {"ends": before})
    )
    assert [holds[0].trusted, ran_out[0].trusted] == [True, False]
    assert ran_out[0].holds and "chứng thư đã hết hạn ngày 01/06/2026, trước khi ký" in ran_out[0].words
    assert worth_of(ran_out) == ("bad", "nguyên vẹn; chứng thư đã hết hạn khi ký")
    (since,) = (replace(each, at=before - timedelta(days=1)) for each in ran_out)
    assert "chứng thư đã hết hạn ngày 01/06/2026" in since.words and "trước khi ký" not in since.words
    assert worth_of([since]) == ("warn", "nguyên vẹn; chứng thư nay đã hết hạn")
    assert Signature.of(since.kept) == since


@pytest.mark.parametrize("change", [{"name": "Khác"}, {"pem": ""}, {"ended_reason": "x"}, {"ended_on": NOW.date()}])
def test_a_certificate_that_contradicts_itself_or_changes_is_refused(change):
    row = services.add_certificate(content=der("Sở Công Thương Hà Nội"), by=make_administrator(), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrustedCertificate.objects.filter(pk=row.pk).update(**change)


def test_the_administrator_keeps_the_list_and_staff_read_it(client_as, client):
    administrator, officer = make_administrator(), make_officer()
    add, listed = reverse("documents:add_certificate"), reverse("documents:certificate_list")
    given = {"operation_key": str(uuid.uuid4()), "file": SimpleUploadedFile("goc.cer", der("Sở Công Thương Hà Nội"))}
    assert client_as(administrator).post(add, given).status_code == 302
    row = TrustedCertificate.objects.get()
    wrong = {"operation_key": str(uuid.uuid4()), "file": SimpleUploadedFile("goc.cer", b"x")}
    assert "không phải chứng thư" in client_as(administrator).post(add, wrong).content.decode()
    assert client_as(officer).get(row.get_absolute_url()).status_code == 200
    assert client_as(officer).get(add).status_code == 403
    assert client_as(make_enterprise_user()).get(listed).status_code == 403
    assert client.get(listed).status_code == 302

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client_as(officer).get(listed).status_code == 200
        return len(queries)

    cost()
    one = cost()
    for name in ("a", "b"):
        services.add_certificate(content=der(name), by=administrator, now=NOW)
    assert cost() == one
