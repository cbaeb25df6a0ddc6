"""Turns on a small set counted by hand, by each entry of the rule; records and their revisions agree."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from support.models import SupportRecord, SupportRevision
from support.turns import TurnRule, counted, explained, standing, turn_rule, turns_by_year
from tests.factories import (
    make_agency,
    make_enterprise,
    make_product,
    make_rule,
    make_support,
    make_support_kind,
    make_title,
)

pytestmark = pytest.mark.django_db
CUTOFF = datetime(2026, 11, 1, tzinfo=UTC)
RULE = TurnRule(uncounted_types=("honour", "media", "ceremony", "petition"))


def totals(rule, cutoff=None):
    return {row["turn_year"]: (row["turns"], row["enterprises"]) for row in turns_by_year(rule, cutoff=cutoff)}


def reason(record, rule):
    return explained(SupportRecord.objects.filter(pk=record.pk), rule).get().turn_reason


@pytest.fixture
def golden():
    """Two enterprises, eleven records; what counts is worked out by hand in the tests below."""
    titled, plain = make_enterprise(), make_enterprise()
    make_title(make_product(titled), round_year=2022, valid_from=date(2022, 11, 1), valid_to=date(2025, 10, 31))
    other = make_agency()
    make_support_kind("a")
    kind = make_support_kind("b")
    return {
        "fair": make_support(titled, "HC-24", delivered_on=date(2024, 5, 20)),
        "fair second person": make_support(titled, "HC-24", delivered_on=date(2024, 5, 20), what="Vé máy bay"),
        "fair third day": make_support(titled, "HC-24", delivered_on=date(2024, 5, 22), what="Ngày thứ ba"),
        "fair of the other": make_support(plain, "HC-24", delivered_on=date(2024, 5, 20)),
        "two years": make_support(
            titled, "TV-1", started_on=date(2023, 10, 1), delivered_on=date(2024, 3, 1), activity_type="consulting"
        ),
        "before the title": make_support(titled, "DT-22", delivered_on=date(2022, 3, 1), activity_type="course"),
        "honour": make_support(titled, "LE-24", delivered_on=date(2024, 12, 1), activity_type="ceremony"),
        "other agency": make_support(plain, "XTQG-24", by_programme=False, agency=other),
        "other kind": make_support(plain, "TB-24", kind=kind, activity_type="equipment"),
        "same code a year later": make_support(plain, "HC-24", delivered_on=date(2025, 5, 20)),
    }


def test_days_and_people_do_not_multiply_and_the_two_ends_agree(golden):
    assert totals(RULE) == {2022: (1, 1), 2024: (3, 2), 2025: (1, 1)}
    assert totals(RULE, CUTOFF) == totals(RULE)


def test_each_record_says_why(golden):
    assert {name: reason(record, RULE) for name, record in golden.items()} == {
        "fair": "same_activity",
        "fair second person": "same_activity",
        "fair third day": "counts",
        "fair of the other": "same_activity",
        "two years": "counts",
        "before the title": "counts",
        "honour": "activity_type",
        "other agency": "other_agency",
        "other kind": "counts",
        "same code a year later": "counts",
    }


def test_year_of_the_start(golden):
    rule = replace(RULE, year_of="start")
    assert totals(rule) == {2022: (1, 1), 2023: (1, 1), 2024: (3, 2)}
    assert reason(golden["fair"], rule) == "counts"
    assert reason(golden["same code a year later"], rule) == "same_activity"


def test_the_same_code_in_another_year_may_be_another_turn(golden):
    assert totals(replace(RULE, once="activity_and_year")) == {2022: (1, 1), 2024: (4, 2), 2025: (1, 1)}


def test_a_title_may_be_needed_on_the_day(golden):
    rule = replace(RULE, title_needed="on_delivery")
    assert totals(rule) == {2024: (2, 1)} == totals(rule, CUTOFF)
    assert reason(golden["before the title"], rule) == "no_title"
    assert reason(golden["fair of the other"], rule) == "no_title"


def test_another_agencys_support_may_count(golden):
    assert totals(replace(RULE, other_agencies=True)) == {2022: (1, 1), 2024: (4, 2), 2025: (1, 1)}


def test_honours_may_count(golden):
    assert totals(TurnRule())[2024] == (4, 2)


def test_a_kind_of_support_may_be_left_out(golden):
    rule = replace(RULE, uncounted_kinds=(golden["other kind"].kind.code,))
    assert totals(rule)[2024] == (2, 1)
    assert reason(golden["other kind"], rule) == "kind"


def test_filters_do_not_change_what_counts(golden):
    first = SupportRecord.objects.filter(delivered_on=date(2024, 5, 20), enterprise=golden["fair"].enterprise)
    assert {row.turn_reason for row in explained(first, RULE)} == {"same_activity"}
    assert not counted(first, RULE).exists()


def test_a_withdrawn_record_leaves_its_place_to_the_next(golden):
    record = golden["fair third day"]
    SupportRecord.objects.filter(pk=record.pk).update(withdrawn=True, withdrawn_at=CUTOFF, withdrawn_reason="Nhập nhầm")
    assert reason(record, RULE) == "withdrawn"
    assert reason(golden["fair"], RULE) == "counts"
    assert totals(RULE) == {2022: (1, 1), 2024: (3, 2), 2025: (1, 1)}


def test_as_of_a_cutoff_reads_what_was_recorded_then(golden):
    SupportRevision.objects.filter(record=golden["two years"]).update(superseded_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert totals(RULE, datetime(2024, 12, 31, tzinfo=UTC)) == {2022: (1, 1), 2024: (4, 2)}
    assert totals(RULE, CUTOFF)[2024] == (2, 2)


def test_a_merged_enterprises_turn_is_its_roots():
    root, double = make_enterprise(), make_enterprise()
    make_support(root, "HC-1")
    make_support(double, "HC-1")
    assert totals(RULE) == {2024: (2, 2)}
    type(double).objects.filter(pk=double.pk).update(merged_into=root, merged_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert totals(RULE) == {2024: (1, 1)}
    assert {row.turn_enterprise for row in counted(standing(), RULE)} == {root.pk}


def test_the_rule_is_read_from_data_by_its_date():
    make_rule("turns", {"year_of": "start", "uncounted_types": ["media"]}, valid_to=date(2025, 12, 31))
    make_rule("turns", {"other_agencies": True}, valid_from=date(2026, 1, 1))
    assert turn_rule(date(2025, 6, 1)) == TurnRule(year_of="start", uncounted_types=("media",))
    assert turn_rule(date(2026, 6, 1)) == TurnRule(other_agencies=True)
    assert turn_rule(date(1999, 1, 1)) == TurnRule()
