"""The list of trusted certifying organisations: kept by the administrator, each once, ended with a reason."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.refusals import Conflict, NotAllowed, Refused
from documents.models import TrustedCertificate
from documents.services import trust as services
from documents.services.way import trusted_roots
from documents.signing.keys import _self_made, agency_key
from tests.factories import make_administrator, make_enterprise_user, make_officer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def der(key):
    return key.signing_cert.dump()


def test_a_certificate_is_trusted_once_until_it_is_ended_with_a_reason():
    administrator = make_administrator()
    row = services.add_certificate(content=der(agency_key()), by=administrator, now=NOW)
    assert row.name.startswith("Sở Công Thương Hà Nội")
    assert trusted_roots(NOW) == [row.pem]
    with pytest.raises(Conflict):
        services.add_certificate(content=row.pem.encode(), by=administrator, now=NOW)
    for content in (b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Refused):
            services.add_certificate(content=content, by=administrator, now=NOW)
    with pytest.raises(Refused, match="hết hạn"):
        later = datetime(2046, 1, 1, tzinfo=UTC)
        services.add_certificate(content=der(_self_made("other", "Khác")), by=administrator, now=later)
    with pytest.raises(NotAllowed):
        services.add_certificate(content=der(_self_made("other", "Khác")), by=make_officer(), now=NOW)
    services.end_certificate(certificate=row, version=1, reason="Thu hồi", by=administrator, now=NOW)
    assert trusted_roots(NOW) == []
    with pytest.raises(Conflict):
        services.end_certificate(certificate=row, version=2, reason="Nữa", by=administrator, now=NOW)
    for act in (row.delete, lambda: TrustedCertificate.objects.filter(pk=row.pk).update(ended_reason="x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


@pytest.mark.parametrize("change", [{"name": "Khác"}, {"pem": ""}, {"ended_reason": "x"}, {"ended_on": NOW.date()}])
def test_a_certificate_that_contradicts_itself_or_changes_is_refused(change):
    row = services.add_certificate(content=der(agency_key()), by=make_administrator(), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrustedCertificate.objects.filter(pk=row.pk).update(**change)


def test_the_administrator_keeps_the_list_and_staff_read_it(client_as, client):
    administrator, officer = make_administrator(), make_officer()
    add, listed = reverse("documents:add_certificate"), reverse("documents:certificate_list")
    given = {"operation_key": str(uuid.uuid4()), "file": SimpleUploadedFile("goc.cer", der(agency_key()))}
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
        services.add_certificate(content=der(_self_made(name, name)), by=administrator, now=NOW)
    assert cost() == one
