from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from accounts.models import Office
from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import NotAllowed, Refused, StaleVersion
from support.models import SupportRecord
from support.services import DoubtfulCode, correct_support, record_support, withdraw_support
from tests.factories import (
    make_agency,
    make_auditor,
    make_content_area,
    make_director,
    make_enterprise,
    make_enterprise_user,
    make_head,
    make_money_source,
    make_office,
    make_officer,
    make_rule,
    make_support,
    make_support_kind,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def content():
    return {
        "activity": "Hội chợ quốc tế",
        "activity_code": "HC-2026-01",
        "activity_type": "fair",
        "content_area": make_content_area(),
        "kind": make_support_kind(),
        "what": "Gian hàng 9 m²",
        "delivered_on": date(2026, 5, 20),
        "amount_vnd": 45_000_000,
        "money_source": make_money_source(),
        "evidence": "Danh sách số 12",
    }


def record(content, **changes):
    fields = {"enterprise": make_enterprise(), "by": make_officer(), "now": NOW} | content | changes
    return record_support(**fields)


def test_recorded_support_has_its_first_revision_and_its_event(content):
    officer = make_officer()
    made = record(content, by=officer)
    revision = made.revisions.get()
    assert (made.year, made.created_by, made.version) == (2026, officer.public_id, 1)
    assert (revision.revision, revision.amount_vnd, revision.recorded_at, revision.superseded_at) == (
        1, 45_000_000, NOW, None,
    )  # fmt: skip
    assert [line.sentence for line in history_of(made)]
    said = {after for line in history_of(made) for _label, _before, after in line.changes}
    assert str(made.year) in said and made.year not in said, "a year is no amount"
    assert Event.objects.about(made).get().kind == "support recorded"


def test_year_of_an_activity_over_two_years_follows_the_rule(content):
    long = {"started_on": date(2025, 11, 1), "delivered_on": date(2026, 2, 1)}
    assert record(content, **long).year == 2026
    make_rule("turns", {"year_of": "start"})
    assert record(content, activity_code="HC-2025-09", **long).year == 2025


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"delivered_on": date(2026, 11, 21)}, "future"),
        ({"started_on": date(2026, 6, 1)}, "starts after"),
        ({"delivered_on": date(2004, 6, 1)}, "2005"),
        ({"money_source": None}, "money came from"),
        ({"by_programme": False}, "agency"),
        ({"evidence": " "}, "evidence"),
        ({"what": ""}, "delivered"),
        ({"activity_code": ""}, "activity"),
    ],
)
def test_support_is_refused_with_a_sentence(content, changes, words):
    with pytest.raises(Refused) as refusal:
        record(content, **changes)
    with translation.override("en"):
        assert words in str(refusal.value)
    assert not SupportRecord.objects.exists()


def test_the_same_support_twice_is_refused(content):
    enterprise = make_enterprise()
    record(content, enterprise=enterprise)
    with pytest.raises(Refused):
        record(content, enterprise=enterprise)
    assert SupportRecord.objects.count() == 1


def test_a_correction_keeps_what_was_there_as_a_revision(content):
    made = record(content)
    correct_support(record=made, version=1, by=make_head(), now=LATER, reason="Sai số tiền", amount_vnd=50_000_000)
    first, second = made.revisions.all()
    assert (first.amount_vnd, first.superseded_at) == (45_000_000, LATER)
    assert (second.amount_vnd, second.revision, second.superseded_at) == (50_000_000, 2, None)
    line = history_of(made)[0]
    assert line.reason == "Sai số tiền"
    assert [(before, after) for _label, before, after in line.changes] == [(45_000_000, 50_000_000)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"activity_code": "hc.2026.01"}, "HC-2026-01"),
        ({"activity": "Hội chợ khác hẳn"}, "Hội chợ quốc tế"),
        ({"delivered_on": date(2025, 5, 20)}, "2026"),
        ({"activity_type": "ceremony", "what": "Lễ khai mạc"}, "loại “Hội chợ"),
    ],
)
def test_a_code_that_should_be_looked_at_is_asked_about_once_more(content, changes, words):
    record(content)
    with pytest.raises(DoubtfulCode, match=words) as doubt:
        record(content, **changes)
    assert record(content, looked_at=str(doubt.value), **changes).pk


def test_what_was_looked_at_of_one_code_answers_for_no_other_nor_for_another_year(content):
    record(content)
    with pytest.raises(DoubtfulCode) as doubt:
        record(content, activity_code="HC.2026.01")
    for changes in ({"activity_code": "HC 2026 01"}, {"delivered_on": date(2025, 5, 20)}):
        with pytest.raises(DoubtfulCode):
            record(content, looked_at=str(doubt.value), **changes)


def test_another_year_is_asked_about_though_another_activity_under_the_code_has_it(content):
    record(content)
    other = {"activity": "Hội chợ thử", "delivered_on": date(2025, 3, 15)}
    with pytest.raises(DoubtfulCode, match=r"Hội chợ quốc tế.+ 2026") as both:
        record(content, **other)
    record(content, looked_at=str(both.value), **other)
    with pytest.raises(DoubtfulCode, match="2026"):
        record(content, delivered_on=date(2025, 3, 15))
    assert record(content | other, what="Gian khác").year == 2025


def test_a_correction_asks_about_a_code_only_when_it_is_changed(content):
    record(content)
    other = record(content | {"activity": "Lớp quản trị", "activity_code": "DT-1"})
    options = {"record": other, "by": make_head(), "now": LATER, "reason": "Sai mã"}
    for code in ("hc 2026 01", "HC-2026-01"):
        with pytest.raises(DoubtfulCode) as doubt:
            correct_support(version=1, activity_code=code, **options)
    correct_support(version=1, activity_code="HC-2026-01", looked_at=str(doubt.value), **options)
    correct_support(version=2, amount_vnd=1, **options)
    correct_support(version=3, activity_code="DT-2", activity="Lớp khác", **options)


def test_a_correction_needs_a_reason_and_a_change(content):
    made = record(content)
    for wrong in ({"reason": " ", "amount_vnd": 1}, {"reason": "Không đổi gì"}):
        with pytest.raises(Refused):
            correct_support(record=made, version=1, by=make_head(), now=LATER, **wrong)
    assert made.revisions.count() == 1


def test_a_stale_correction_loses_nothing_and_changes_nothing(content):
    made = record(content)
    correct_support(record=made, version=1, by=make_head(), now=LATER, reason="Lần một", what="Gian 12 m²")
    with pytest.raises(StaleVersion) as stale:
        correct_support(record=made, version=1, by=make_officer(), now=LATER, reason="Lần hai", what="Gian 18 m²")
    assert stale.value.current.what == "Gian 12 m²"
    assert made.revisions.count() == 2


def test_the_code_of_an_activity_is_kept_in_one_way_of_writing(content):
    made = record(content | {"activity_code": " hc - 2026–01"})
    assert made.activity_code == made.revisions.get().activity_code == "HC-2026-01"
    for number, code in enumerate(("ĐT-1", "\u00d0T-1", "\u0189T-1", "\u00f0t-1", "\u0256t-1", "đt-1")):
        assert record(content | {"activity_code": code, "what": f"Lần {number}"}).activity_code == "ĐT-1"


def test_a_withdrawn_record_stays_and_changes_no_more(content):
    made = record(content)
    withdraw_support(record=made, version=1, by=make_head(), now=LATER, reason="Nhập nhầm doanh nghiệp")
    made.refresh_from_db()
    assert (made.withdrawn, made.withdrawn_reason) == (True, "Nhập nhầm doanh nghiệp")
    assert not made.revisions.current().exists()
    for act in (
        lambda: withdraw_support(record=made, version=2, by=make_head(), now=LATER, reason="Nữa"),
        lambda: correct_support(record=made, version=2, by=make_head(), now=LATER, reason="Nữa", what="x"),
    ):
        with pytest.raises(Refused):
            act()


def test_a_withdrawal_needs_a_reason(content):
    made = record(content)
    with pytest.raises(Refused):
        withdraw_support(record=made, version=1, by=make_head(), now=LATER, reason="  ")


@pytest.mark.parametrize("maker", [make_director, make_auditor, make_enterprise_user, make_user])
def test_only_officers_heads_and_centre_staff_record(content, maker):
    with pytest.raises(NotAllowed):
        record(content, by=maker())


def test_centre_staff_keep_only_their_own_offices_records(content):
    centre, other = make_office(kind=Office.Kind.CENTRE), make_office()
    worker = make_user(Role.CENTRE_STAFF, office=centre)
    with pytest.raises(NotAllowed):
        record(content, by=worker)
    with pytest.raises(NotAllowed):
        record(content, by=worker, office=other)
    own = record(content, by=worker, office=centre)
    correct_support(record=own, version=1, by=worker, now=LATER, reason="Sai tên", activity="Hội chợ Hà Nội")
    foreign = make_support(office=other)
    with pytest.raises(NotAllowed):
        withdraw_support(record=foreign, version=1, by=worker, now=LATER, reason="Thử")


def test_support_of_another_agency_is_kept_with_its_name(content):
    made = record(content, by_programme=False, agency=make_agency())
    assert made.revisions.get().agency == made.agency


def test_an_enterprise_sees_only_what_it_was_given():
    mine, theirs = make_support(), make_support()
    user = make_enterprise_user(mine.enterprise)
    assert list(SupportRecord.objects.visible_to(user)) == [mine]
    assert set(SupportRecord.objects.visible_to(make_auditor())) == {mine, theirs}
    assert not SupportRecord.objects.visible_to(make_user()).exists()
