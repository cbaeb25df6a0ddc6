import json
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from audit import chain
from audit.events import record_event
from audit.guards import lifted
from audit.models import DaySeal, Event, EventLink, PendingEvent, PersonalValue
from tests.factories import make_office

NOW = timezone.now()


@pytest.fixture
def outside(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def happen(count, office=None):
    office = office or make_office()
    with transaction.atomic():
        return [
            record_event("x", office, by="system:test", now=NOW, personal={"name": f"n{number}"}, number=number)
            for number in range(count)
        ]


@pytest.mark.django_db
def test_sealer_links_pending_events_in_id_order(outside):
    events = happen(5)
    assert chain.seal_pending(now=NOW) == 5
    assert list(EventLink.objects.order_by("sequence").values_list("event_id", flat=True)) == [e.pk for e in events]
    assert PendingEvent.objects.count() == 0
    assert chain.verify() is None


@pytest.mark.django_db
def test_sealing_again_links_nothing_and_continues_later(outside):
    happen(2)
    assert chain.seal_all(now=NOW) == 2
    assert chain.seal_all(now=NOW) == 0
    happen(3)
    assert chain.seal_all(now=NOW) == 3
    assert chain.head()[0] == 5
    assert chain.verify() is None


@pytest.mark.django_db
def test_erased_personal_value_leaves_the_chain_whole(outside):
    happen(2)
    chain.seal_all(now=NOW)
    PersonalValue.objects.all().delete()
    assert chain.verify() is None


def tampering(*statements):
    """Somebody with the rights of the owner of the tables changes them behind the portal's back."""
    using = "owner" if "owner" in connections else "default"
    with lifted(using), connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


class TestTampering:
    """Somebody with the owner's rights changes the database; verify names the first bad row."""

    pytestmark = pytest.mark.django_db(transaction=True, databases=list(settings.DATABASES))

    @pytest.fixture(autouse=True)
    def linked(self, outside):
        self.events = happen(6)
        chain.seal_all(now=NOW)

    def test_changed_byte_is_found(self):
        tampering(f"UPDATE audit_event SET kind = 'y' WHERE id = {self.events[2].pk}")
        assert chain.verify().sequence == 3

    def test_removed_row_is_found(self):
        tampering("DELETE FROM audit_eventlink WHERE sequence = 4")
        assert chain.verify().sequence == 4

    def test_two_swapped_rows_are_found(self):
        first, second = self.events[1].pk, self.events[2].pk
        tampering("DELETE FROM audit_eventlink WHERE sequence IN (2, 3)")
        links = {2: second, 3: first}
        for sequence, event in links.items():
            previous = EventLink.objects.get(sequence=1).hash
            EventLink.objects.create(
                sequence=sequence, event_id=event, previous_hash=previous, hash=previous, linked_at=NOW
            )
        assert chain.verify().sequence == 2

    def test_cut_tail_is_found_by_the_head_kept_outside(self):
        tampering("DELETE FROM audit_eventlink WHERE sequence > 4")
        for event in self.events[4:]:
            tampering(
                f"DELETE FROM audit_personalvalue WHERE event_id = {event.pk}",
                f"DELETE FROM audit_event WHERE id = {event.pk}",
            )
        assert chain.verify().sequence == 5

    def test_rebuilt_chain_is_found_by_the_head_kept_outside(self):
        tampering(
            f"UPDATE audit_event SET kind = 'forged' WHERE id = {self.events[0].pk}", "DELETE FROM audit_eventlink"
        )
        PendingEvent.objects.bulk_create(PendingEvent(event=event) for event in self.events)
        heads = chain.heads_file()
        kept = heads.read_text()
        chain.seal_all(now=NOW)
        heads.write_text(kept)
        assert chain.verify().sequence == 6

    def test_changed_personal_value_is_found(self):
        tampering(f"UPDATE audit_personalvalue SET value = 'z' WHERE event_id = {self.events[3].pk}")
        assert chain.verify().sequence == 4

    def test_event_without_a_place_is_found(self):
        (event,) = happen(1)
        PendingEvent.objects.all().delete()
        assert chain.verify().event_id == str(event.public_id)


@pytest.mark.django_db
def test_day_seal_holds_the_head_of_that_day_and_is_made_once(outside):
    happen(2)
    chain.seal_all(now=NOW)
    day = timezone.localdate(NOW)
    tomorrow = timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
    seal = chain.seal_day(day, now=tomorrow)
    happen(1)
    chain.seal_all(now=tomorrow)
    assert (chain.seal_day(day, now=tomorrow).sequence, seal.sequence) == (2, 2)
    assert json.loads((outside / "seals" / f"{day}.json").read_text())["hash"] == seal.hash
    assert chain.verify() is None


@pytest.mark.django_db
def test_day_is_not_sealed_before_it_is_over(outside):
    with pytest.raises(ValueError):
        chain.seal_day(timezone.localdate(NOW), now=NOW)


@pytest.mark.django_db
def test_seal_with_a_wrong_signature_is_found(outside):
    happen(1)
    chain.seal_all(now=NOW)
    number, value = chain.head()
    DaySeal.objects.create(day=timezone.localdate(NOW), sequence=number, hash=value, signature="0" * 64, sealed_at=NOW)
    assert chain.verify().sequence == 1


@pytest.mark.django_db
def test_events_hash_the_same_after_they_are_read_back(outside):
    (event,) = happen(1)
    again = Event.objects.get(pk=event.pk)
    assert chain.link_hash("0" * 64, 1, event) == chain.link_hash("0" * 64, 1, again)
