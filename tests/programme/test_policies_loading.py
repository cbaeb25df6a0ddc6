from datetime import date

import pytest

from audit.events import history_of
from programme.citations import cited_superseded
from programme.loading import load_programme
from programme.models import Policy
from programme.services.policies import edit_policy
from tests.factories import make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(now):
    return load_programme(by="load_programme", now=now)


def test_the_register_begins_with_the_documents_of_the_programme(loaded):
    assert Policy.objects.count() == 53
    plan = Policy.objects.get(number="4303/QĐ-UBND")
    assert (plan.issued_on, plan.valid_from, plan.confidence, plan.source) == (
        date(2020, 9, 24),
        None,
        "B",
        "congthuong.vn 144520",
    )
    assert Policy.objects.get(number="302/KH-UBND").confidence == "C"
    assert Policy.objects.get(number="60/KH-UBND").issued_on is None
    assert not Policy.objects.filter(source="").exists()
    assert not Policy.objects.filter(folded="").exists()
    assert history_of(plan)[0].event.kind == "programme row loaded"


def test_known_supersessions_are_there_and_an_amendment_is_none(loaded):
    line = dict(Policy.objects.filter(superseded_by__isnull=False).values_list("number", "superseded_by__number"))
    assert line == {
        "61/2018/NĐ-CP": "118/2025/NĐ-CP",
        "107/2021/NĐ-CP": "118/2025/NĐ-CP",
        "01/2018/TT-VPCP": "03/2025/TT-VPCP",
        "13/2023/NĐ-CP": "356/2025/NĐ-CP",
        "47/2020/NĐ-CP": "278/2025/NĐ-CP",
        "01/2021/NĐ-CP": "168/2025/NĐ-CP",
        "85/2016/NĐ-CP": "331/2026/NĐ-CP",
        "83/2015/QH13": "89/2025/QH15",
    }
    old = Policy.objects.get(number="83/2015/QH13")
    assert (old.superseded_from, old.valid_to) == (date(2026, 1, 1), date(2025, 12, 31))
    assert Policy.objects.get(number="496/QĐ-UBND").standing_on(date(2026, 11, 16)) == "in_force"
    assert cited_superseded(date(2026, 11, 16)) == {}


def test_loading_again_changes_nothing_and_keeps_what_people_edited(loaded, now):
    again = load_programme(by="load_programme", now=now)
    assert (again.created, again.updated, again.kept) == (0, 0, [])
    policy = Policy.objects.get(number="496/QĐ-UBND")
    edit_policy(policy=policy, values={"gives": "Khác"}, version=1, by=make_officer(), now=now, reason="Đọc lại")
    report = load_programme(by="load_programme", now=now)
    assert report.kept == ["policy 496/QĐ-UBND: gives"]
    assert Policy.objects.get(pk=policy.pk).gives == "Khác"
