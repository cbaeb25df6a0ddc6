"""What the database itself refuses of support records, tried around the services; the same on both engines."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from support.activity_codes import likenesses
from support.models import SupportRecord, SupportRevision
from tests.factories import make_agency, make_enterprise, make_money_source, make_support

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 1, 2, 2, 0, tzinfo=UTC)


def refused(act, *args, **kwargs):
    with pytest.raises(DatabaseError), transaction.atomic():
        act(*args, **kwargs)


def update(obj, **values):
    type(obj)._base_manager.filter(pk=obj.pk).update(**values)


def run(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_an_amount_is_never_negative_and_names_its_source():
    source = make_money_source()
    assert make_support(amount_vnd=0, money_source=source).amount_vnd == 0
    refused(make_support, amount_vnd=-1, money_source=source)
    refused(make_support, amount_vnd=10**15 + 1, money_source=source)
    refused(make_support, amount_vnd=1, money_source=None)


def test_no_money_is_null_and_not_zero():
    assert make_support().amount_vnd is None


def test_an_activity_starts_before_it_is_delivered():
    refused(make_support, started_on=date(2024, 5, 21), delivered_on=date(2024, 5, 20))


def test_the_year_lies_between_start_and_delivery():
    start, end = date(2023, 11, 1), date(2024, 3, 1)
    assert make_support(year=2023, started_on=start, delivered_on=end).year == 2023
    record = make_support(year=2024, started_on=start, delivered_on=end)
    refused(make_support, year=2022, started_on=start, delivered_on=end)
    refused(make_support, year=2025, started_on=start, delivered_on=end)
    refused(update, record, year=2025)


def test_support_of_another_agency_names_the_agency():
    refused(make_support, by_programme=False)
    assert make_support(by_programme=False, agency=make_agency()).agency


def test_type_of_activity_is_one_of_those_named():
    refused(make_support, activity_type="party")


def test_the_same_support_is_recorded_once():
    enterprise = make_enterprise()
    first = make_support(enterprise, "HC-1")
    refused(make_support, enterprise, "HC-1")
    make_support(enterprise, "HC-1", what="Vé máy bay")
    update(first, withdrawn=True, withdrawn_at=LATER, withdrawn_reason="Nhập nhầm")
    make_support(enterprise, "HC-1")


def test_a_record_is_withdrawn_with_time_and_reason_and_for_good():
    record = make_support()
    refused(update, record, withdrawn=True)
    refused(update, record, withdrawn=True, withdrawn_at=LATER)
    refused(update, record, withdrawn_reason="Nhập nhầm")
    update(record, withdrawn=True, withdrawn_at=LATER, withdrawn_reason="Nhập nhầm")
    refused(update, record, withdrawn=False, withdrawn_at=None, withdrawn_reason="")


def test_a_record_is_never_removed_and_keeps_its_enterprise_and_public_id():
    record = make_support()
    refused(run, "DELETE FROM support_supportrecord WHERE id = %s", record.pk)
    refused(update, record, enterprise=make_enterprise())
    refused(update, record, public_id=make_support().public_id)
    refused(update, record, created_at=LATER)
    assert SupportRecord.objects.filter(pk=record.pk).exists()


def test_a_revision_is_only_superseded_and_only_once():
    revision = make_support().revisions.get()
    refused(update, revision, amount_vnd=5)
    refused(update, revision, what="khác")
    refused(run, "DELETE FROM support_supportrevision WHERE id = %s", revision.pk)
    update(revision, superseded_at=LATER)
    refused(update, revision, superseded_at=None)


def test_a_record_has_one_current_revision():
    revision = make_support().revisions.get()
    revision.pk, revision._state.adding, revision.revision = None, True, 2
    refused(revision.save)
    assert SupportRevision.objects.current().count() == 1


@pytest.mark.parametrize(
    "code", ["hc-2026-01", "HC–2026-01", "HC -2026-01", "\u00d0T-1", "\u0189T-1", "\u00f0T-1", "đT-1"]
)
def test_an_activity_code_is_kept_in_one_way_of_writing(code):
    refused(make_support, activity_code=code)
    refused(update, make_support(activity_code="HC-2026-01"), activity_code=code)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hc – 2026.01", "HC/2026/01"),
        ("HC-2026-01", "HC202601"),
        ("\u00d0T-1", "ĐT-1"),
        ("DT-2025-09", "ĐT-2025-09"),
        ("HC-2025-2", "HC-2025-02"),
        ("HC-2025-O2", "HC-2025-02"),
        ("HC-2O25-o2", "HC-2025-2"),
        ("H\u0421-2025-02", "HC-2025-02"),
        ("\u041d\u0421-2025-02", "HC-2025-02"),
        ("\u0397C-2025-\u041e2", "HC-2025-2"),
    ],
)
def test_codes_that_differ_only_in_what_is_easily_mistaken_are_much_alike(one, other):
    assert likenesses(one) & likenesses(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("HC-2026-01", "HC-2026-10"), ("HC-2026-1", "HC-2026-10"), ("DT-1-01", "DT-11"), ("MO-2025", "M-2025")],
)
def test_codes_that_differ_in_more_are_not_alike(one, other):
    assert not likenesses(one) & likenesses(other)
