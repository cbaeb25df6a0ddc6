"""Dossiers in "My work": each sees what they go on with, and nobody what is another's."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from reporting.home import work_for
from tests.factories import (
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_officer,
    make_slip_line,
    make_supplement,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db


def dossiers_of(user):
    """{title of a section: [address]} of what waits for the person and concerns dossiers."""
    sections = work_for(user, timezone.now())
    found = {str(each.title): [item.url for item in each.items] for each in sections}
    return {title: urls for title, urls in found.items() if "ồ sơ" in title}


def test_people_of_an_enterprise_go_on_with_its_drafts_and_clerks_with_what_they_type_in():
    version, enterprise, clerk = make_version(state="issued"), make_enterprise(), make_user(Role.INTAKE)
    signatory = make_enterprise_user(enterprise)
    draft = make_dossier(version, enterprise)
    paper = make_dossier(version, enterprise, channel="post", by=clerk)
    lodged = make_dossier(version, enterprise, state="lodged")
    make_dossier(version, state="withdrawn")
    assert dossiers_of(signatory) == {"Bản nháp hồ sơ": [f"{draft.get_absolute_url()}fill/"]}
    waiting = {"Hồ sơ chờ tiếp nhận": [lodged.get_absolute_url()]}
    assert dossiers_of(clerk) == {"Bản nháp hồ sơ": [f"{paper.get_absolute_url()}fill/"]} | waiting
    assert dossiers_of(make_user(Role.RECORDS_CLERK)) == waiting
    for other in (make_officer(), make_enterprise_user(), make_user()):
        assert dossiers_of(other) == {}
    lain = make_dossier(version, enterprise, channel="counter", by=clerk, state="lodged", arrived_on=date(2019, 5, 2))
    (section,) = [each for each in work_for(clerk, timezone.now()) if str(each.title) in waiting]
    assert [item.url for item in section.items] == [lain.get_absolute_url(), lodged.get_absolute_url()]
    assert section.items[0].note == "bản giấy đến từ 02/05/2019"
    make_supplement(lodged, state="sent")
    make_supplement(lodged, state="answered", at=datetime(2026, 11, 20, 3, tzinfo=UTC))
    (section,) = [each for each in work_for(clerk, timezone.now()) if str(each.title) in waiting]
    assert section.items[1].note == "đã bổ sung ngày 20/11/2026"


def test_what_nobody_handles_waits_with_the_head_of_its_office_or_with_the_leaders():
    version, director = make_version(state="issued"), make_user(Role.DIRECTOR)
    head = make_user(Role.HEAD, office=version.office)
    dossier = make_dossier(version, state="lodged")
    make_slip_line(dossier, "received", handler=make_officer(office=version.office))
    make_slip_line(dossier, "appraising")
    make_slip_line(dossier, "appraising", "assign", handler=None)
    address = [dossier.get_absolute_url()]
    assert dossiers_of(head)["Hồ sơ chờ phân công"] == address and dossiers_of(director) == {}
    head.posts.update(ends_on=date(2026, 1, 1))
    assert dossiers_of(head) == {}
    assert dossiers_of(director) == {"Hồ sơ chờ phân công của phòng chưa có lãnh đạo": address}
    make_slip_line(dossier, "appraising", "assign", handler=make_officer(office=version.office))
    assert dossiers_of(director) == {}


def test_many_dossiers_cost_as_little_as_one():
    version, clerk = make_version(state="issued"), make_user(Role.INTAKE)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            dossiers_of(clerk)
        return len(queries)

    make_dossier(version, state="lodged")
    cost()
    before = cost()
    for _more in range(2):
        make_dossier(version, state="lodged")
    assert cost() == before
