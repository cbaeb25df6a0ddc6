"""Papers in "My work": whose next step it is sees them, late ones marked, at the same cost for one and for many."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from reporting.home import work_for
from tests.factories import (
    make_head,
    make_incoming,
    make_office,
    make_officer,
    make_paper_at,
    make_series,
    make_user,
    pass_on,
)

pytestmark = pytest.mark.django_db

TITLE = "Văn bản chờ tôi xử lý"


def papers_of(user, title=TITLE):
    return [item for each in work_for(user, timezone.now()) if str(each.title) == title for item in each.items]


def test_a_paper_waits_with_whose_turn_it_is_and_is_marked_when_it_is_late():
    office, series = make_office(), make_series()
    officer, head, clerk = make_officer(office=office), make_head(office=office), make_user(Role.RECORDS_CLERK)
    paper = make_paper_at("initialling", drafter=officer, series=series, due_on=date(2026, 1, 5))
    (item,) = papers_of(head)
    assert (item.url, item.verb, item.late) == (paper.get_absolute_url(), "Ký nháy nội dung", True)
    assert papers_of(clerk) == papers_of(officer) == papers_of(make_user()) == []
    make_paper_at("checking", paper=paper, head=head)
    assert [item.verb for item in papers_of(clerk)] == ["Soát thể thức"]

    def cost():
        with CaptureQueriesContext(connection) as queries:
            papers_of(clerk)
        return len(queries)

    cost()
    before = cost()
    for _more in range(2):
        make_paper_at("checking", drafter=officer, series=series, head=head)
    assert cost() == before


def test_a_paper_that_came_in_waits_with_whoever_passes_it_on_or_has_it_late_ones_first():
    title, office = "Văn bản đến chờ tôi xử lý", make_office()
    officer, clerk = make_officer(office=office), make_user(Role.RECORDS_CLERK)
    early, now = date(2026, 1, 5), datetime(2026, 1, 5, 2, tzinfo=UTC)
    first = make_incoming(arrived_on=early, now=now)
    assert [item.verb for item in papers_of(clerk, title)] == ["Chuyển xử lý"]
    later = pass_on(make_incoming(), office, by=clerk, person=officer)
    late = pass_on(first, office, by=clerk, person=officer, due_on=early, now=now)
    shown = [(item.url, item.late) for item in papers_of(officer, title)]
    assert shown == [(late.get_absolute_url(), True), (later.get_absolute_url(), False)]
    assert papers_of(clerk, title) == papers_of(make_head(), title) == []
