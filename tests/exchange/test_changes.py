"""What changed since: nothing lost, nothing invented, whoever writes meanwhile."""

from datetime import date

import pytest
from django.utils import timezone

from audit.chain import seal_all
from audit.models import Event
from enterprises.services.enterprises import (
    change_status,
    edit_enterprise,
    register_enterprise,
    withdraw_enterprise,
)
from enterprises.services.figures import confirm_figures
from enterprises.services.merging import merge_enterprises
from exchange.resources import resources
from tests.exchange.calling import System
from tests.factories import make_figures, make_head, make_officer, make_product_group, make_tax_code, make_unit

pytestmark = pytest.mark.django_db
FEED = "enterprises/changes?limit=2"


@pytest.fixture
def system(db):
    return System()


@pytest.fixture
def staff(db):
    return make_officer(), make_head()


def register(by, now, name, **more):
    values = {"name": name, "tax_code": make_tax_code(), "enterprise_type": "llc", **more}
    return register_enterprise(values=values, by=by, now=now, same_name=True)


def sealed():
    seal_all(now=timezone.now())


def copy_of(changes, kept=None):
    """What a receiver has that writes down every change as it comes."""
    kept = dict(kept or {})
    for change in changes:
        if change["change"] == "gone":
            kept.pop(change["id"], None)
        else:
            kept[change["id"]] = change["row"]
    return kept


def as_listed(system):
    return {row["id"]: row for row in system.walk("enterprises?limit=100")}


def do_everything(officer, head, now):
    """Each way in which a row of the list changes, once."""
    ward = make_unit()
    first, second, third, fourth, wrong = (register(officer, now, name) for name in "ABCDE")
    make_figures(first, 2024)
    waiting = make_figures(second, 2024, state="waiting", by=officer)
    confirm_figures(figures=waiting, by=head, now=now)
    edit_enterprise(
        enterprise=third,
        version=third.version,
        values={"name": "C mới", "ward": ward},
        by=officer,
        now=now,
        reason="Đổi",
    )
    change_status(
        enterprise=fourth, version=1, status="suspended", since=date(2026, 1, 5), reason="TB 1", by=officer, now=now
    )
    merge_enterprises(winner=second, loser=first, reason="Một doanh nghiệp", by=head, now=now)
    merge_enterprises(winner=third, loser=second, reason="Một doanh nghiệp", by=head, now=now)
    withdraw_enterprise(enterprise=wrong, reason="Nhập nhầm", by=officer, now=now)


def test_whoever_follows_the_changes_has_what_the_list_has(system, staff):
    officer, head, now = *staff, timezone.now()
    register(officer, now, "Trước")
    sealed()
    changes, cursor = system.changed(FEED)
    kept = copy_of(changes)
    assert kept == as_listed(system) != {}
    do_everything(officer, head, now)
    sealed()
    changes, cursor = system.changed(FEED, cursor)
    assert copy_of(changes, kept) == as_listed(system)
    assert system.changed(FEED, cursor)[0] == []


def test_what_is_written_while_the_rows_are_read_is_not_lost(system, staff):
    officer, _head = staff
    for name in "ABC":
        register(officer, timezone.now(), name)
    sealed()
    page = system.read(FEED)
    late = register(officer, timezone.now(), "D")
    change_status(
        enterprise=late,
        version=1,
        status="suspended",
        since=date(2026, 1, 5),
        reason="TB",
        by=officer,
        now=timezone.now(),
    )
    sealed()
    rest, _cursor = system.changed(FEED, page["next"])
    assert copy_of(rest, copy_of(page["data"])) == as_listed(system)


def test_what_is_not_linked_yet_comes_later_and_only_then(system, staff):
    sealed()
    _none, cursor = system.changed(FEED)
    made = register(staff[0], timezone.now(), "Mới")
    assert system.changed(FEED, cursor)[0] == []
    sealed()
    (change,), cursor = system.changed(FEED, cursor)
    assert (change["id"], change["change"], change["row"]["name"]) == (str(made.public_id), "there", "Mới")


def test_many_changes_of_one_row_come_as_one(system, staff):
    sealed()
    _none, cursor = system.changed(FEED)
    made, now = register(staff[0], timezone.now(), "A"), timezone.now()
    for version, name in ((1, "B"), (2, "C"), (3, "D")):
        edit_enterprise(enterprise=made, version=version, values={"name": name}, by=staff[0], now=now, reason="Đổi tên")
    sealed()
    assert [change["row"]["name"] for change in system.changed(FEED, cursor)[0]] == ["D"]


def test_a_narrowed_system_hears_what_leaves_its_ward_and_nothing_of_other_wards(staff):
    officer, _head = staff
    here, there = make_unit(), make_unit()
    mine, other = (register(officer, timezone.now(), name, ward=ward) for name, ward in (("A", here), ("B", there)))
    sealed()
    system = System(wards=[here.code])
    changes, cursor = system.changed(FEED)
    assert [change["id"] for change in changes] == [str(mine.public_id)]
    for each in (mine, other):
        edit_enterprise(
            enterprise=each,
            version=1,
            values={"ward": there, "phone": "02438"},
            by=officer,
            now=timezone.now(),
            reason="Dời",
        )
    sealed()
    changes, _cursor = system.changed(FEED, cursor)
    assert changes == [{"id": str(mine.public_id), "change": "gone", "row": None}]


def test_a_system_of_a_group_hears_at_once_of_what_leaves_it_even_on_the_day_it_came(staff):
    officer, _head = staff
    group = make_product_group()
    made = register(officer, timezone.now(), "A")
    sealed()
    system = System(groups=[group.code])
    changes, cursor = system.changed(FEED)
    assert changes == []
    for version, groups, told in ((1, [group], "there"), (2, [], "gone")):
        edit_enterprise(enterprise=made, version=version, values={}, groups=groups, by=officer, now=timezone.now())
        sealed()
        changes, cursor = system.changed(FEED, cursor)
        assert [(change["id"], change["change"]) for change in changes] == [(str(made.public_id), told)]
    assert system.walk("enterprises?limit=10") == []


def test_every_event_about_a_row_leads_to_it(system, staff):
    do_everything(*staff, timezone.now())
    kinds = set(Event.objects.filter(object_kind__startswith="enterprises.").values_list("object_kind", flat=True))
    assert kinds <= {*resources()["enterprises"].changes, "enterprises.product", "enterprises.title"}
