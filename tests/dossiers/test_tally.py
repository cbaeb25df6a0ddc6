"""What became of the dossiers of a year: each counted once, in the year it was lodged in, and nothing of another's."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from dossiers.tally import tallied
from tests.factories import make_dossier, make_enterprise, make_slip_line, make_user, make_version

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 6, 1, 3, tzinfo=UTC)
TODAY = date(2026, 6, 30)


def lodged(version, enterprise=None, at=DAY):
    return make_dossier(version, enterprise, state="lodged", at=at)


def received(version, enterprise=None, at=DAY, due_on=date(2026, 6, 8)):
    dossier = lodged(version, enterprise, at)
    make_slip_line(dossier, "received", at=at, starts_on=at.date(), due_on=due_on)
    return dossier


def answered(version, enterprise, issued_at, put_off_to=None):
    dossier = received(version, enterprise)
    if put_off_to:
        make_slip_line(dossier, "received", "extend", at=DAY + timedelta(hours=1), due_on=put_off_to)
    for target in ("appraising", "submitted", "approved"):
        make_slip_line(dossier, target)
    make_slip_line(dossier, "issued", at=issued_at, paper_on=issued_at.date())
    return dossier


@pytest.fixture
def version():
    return make_version(state="issued")


def counts(version, year=2026, user=None):
    row = tallied(user or make_user(Role.OFFICER), year, TODAY).filter(pk=version.procedure_id).values().first()
    names = ("lodged", "enterprises", "answered", "answered_late", "put_off", "open", "overdue")
    return tuple(row[name] for name in names) if row else None


def test_each_dossier_counts_once_in_the_year_it_was_lodged_in(version):
    one, other = make_enterprise(), make_enterprise()
    in_time = datetime(2026, 6, 8, 16, 59, tzinfo=UTC)  # 23:59 of the promised day in Hà Nội
    answered(version, one, in_time)
    answered(version, one, in_time + timedelta(minutes=1))
    answered(version, other, in_time + timedelta(days=3), put_off_to=date(2026, 6, 12))
    received(version, other)
    received(version, other, due_on=TODAY)
    lodged(version, other)
    lodged(version, make_enterprise(merged_into=one, merged_at=DAY))
    lodged(version, one, at=datetime(2025, 12, 31, 17, 0, tzinfo=UTC))  # the first minute of 2026
    lodged(version, one, at=datetime(2025, 12, 31, 16, 59, tzinfo=UTC))
    make_dossier(version, one)
    lodged(make_version(state="issued"), one)
    assert counts(version) == (8, 2, 3, 1, 1, 5, 1)
    assert counts(version, 2025) == (1, 1, 0, 0, 0, 1, 0)
    assert counts(version, 2024) is None


def test_the_page_counts_what_the_list_behind_each_number_shows(client_as, version):
    dossier = received(version, at=timezone.now() - timedelta(days=1), due_on=timezone.localdate() - timedelta(days=1))
    make_dossier(version, state="lodged", at=timezone.now() - timedelta(days=1))
    client = client_as(make_user(Role.OFFICER))
    year = timezone.localdate(dossier.submitted_at).year
    page = unescape(client.get(reverse("dossiers:tally"), {"year": year}).content.decode())
    there = reverse("dossiers:dossier_list")
    query = f"procedure={version.procedure.code}&lodged_from=01%2F01%2F{year}&lodged_to=31%2F12%2F{year}"
    for more, count in (("", 2), ("&late=late", 1)):
        assert f'<a href="{there}?{query}{more}">{count}</a>' in page
        assert client.get(f"{there}?{query}{more}").context["listing"].count == count
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("dossiers:tally"), {"year": "nonsense"}).status_code == 200
    assert len(asked) <= 12


def test_somebody_of_an_enterprise_does_not_see_the_counts(client_as):
    assert client_as(make_user()).get(reverse("dossiers:tally")).status_code == 403


def test_an_enterprise_of_two_procedures_is_not_added_up(client_as, version):
    one, day = make_enterprise(), timezone.now() - timedelta(days=1)
    for each in (version, make_version(state="issued")):
        make_dossier(each, one, state="lodged", at=day)
    page = client_as(make_user(Role.OFFICER)).get(reverse("dossiers:tally"), {"year": timezone.localdate(day).year})
    sums = unescape(page.content.decode()).split("Tổng cộng", 1)[1].split("</tr>", 1)[0]
    assert re.findall(r"<td[^>]*>([^<]*)", sums) == ["2", "", "0", "0", "0", "2", "0", "0", "0"]
