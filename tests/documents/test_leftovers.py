"""Bytes of the store without a row: gone after a day, whatever was refused; what somebody has stays."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.refusals import Refused
from documents import leftovers
from documents.leftovers import remove_leftovers
from documents.models import StoredFile
from documents.store import incoming, path_of, place_of, save_upload
from documents.work import TIMETABLE
from reporting.demo.scans import one_page
from tests.documents.test_guard import GOOD, upload
from tests.factories import make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(tmp_path, settings):
    settings.FILE_STORE = tmp_path
    return tmp_path


def refused_after_it_was_kept(content, name="a.pdf"):
    """The place of bytes whose row went with the transaction that refused it."""
    with pytest.raises(Refused), transaction.atomic():
        stored = save_upload(upload(content, name), by=make_officer(), now=timezone.now())
        raise Refused("no")
    return path_of(stored.sha256)


def test_what_was_refused_after_it_was_kept_goes_after_a_day_and_what_has_a_row_stays():
    now = timezone.now()
    left = refused_after_it_was_kept(one_page("A"))
    kept = save_upload(upload(GOOD, "a.xlsx"), by=make_officer(), now=now)
    identity = save_upload(upload(one_page("CCCD"), "cccd.pdf"), by=make_officer(), now=now, is_identity=True)
    strange = path_of("0" * 64).with_name("README")
    strange.parent.mkdir(parents=True)
    strange.write_text("somebody's own")
    with incoming() as (_file, unfinished):
        assert remove_leftovers(now=now) == {"removed": 0, "unfinished": 0}
        assert left.exists()
        tomorrow = now + timedelta(days=1, minutes=1)
        assert remove_leftovers(now=tomorrow) == {"removed": 1, "unfinished": 1}
        assert not left.exists() and not unfinished.exists()
    assert place_of(kept).exists() and place_of(identity).exists() and strange.exists()
    assert remove_leftovers(now=tomorrow) == {"removed": 0, "unfinished": 0}


def test_identity_papers_and_others_are_told_apart_by_their_rows():
    content, now = one_page("CCCD"), timezone.now()
    plain = save_upload(upload(content, "a.pdf"), by=make_officer(), now=now)
    with pytest.raises(Refused), transaction.atomic():
        locked = save_upload(upload(content, "cccd.pdf"), by=make_officer(), now=now, is_identity=True)
        raise Refused("no")
    assert remove_leftovers(now=now + timedelta(days=2))["removed"] == 1
    assert place_of(plain).exists() and not place_of(locked).exists()


def test_what_is_sent_again_is_young_again_also_while_it_is_being_removed(monkeypatch):
    place, by = refused_after_it_was_kept(one_page("A")), make_officer()
    old = (timezone.now() - timedelta(days=3)).timestamp()
    os.utime(place, (old, old))
    replace = os.replace

    def sent_again_before(source, target):
        """Somebody sends the same bytes after they were found to belong to nothing and before they are set aside."""
        if Path(source) == place and not StoredFile.objects.exists():
            save_upload(upload(one_page("A"), "b.pdf"), by=by, now=timezone.now())
        replace(source, target)

    monkeypatch.setattr(leftovers.os, "replace", sent_again_before)
    assert remove_leftovers(now=timezone.now())["removed"] == 0
    assert place.read_bytes() == one_page("A") and StoredFile.objects.get().sha256 == place.name


def test_what_was_set_aside_when_the_machine_stopped_is_looked_at_again(store):
    kept = place_of(save_upload(upload(one_page("A"), "a.pdf"), by=make_officer(), now=timezone.now()))
    kept.rename(kept.with_name(f"{kept.name}{leftovers.ASIDE}"))
    remove_leftovers(now=timezone.now() + timedelta(days=2))
    assert kept.read_bytes() == one_page("A")


def test_a_store_of_another_database_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(leftovers, "FEW", 2)
    places = [refused_after_it_was_kept(one_page(str(number))) for number in range(3)]
    with pytest.raises(Refused, match="Có 3 tệp trong kho"):
        remove_leftovers(now=timezone.now() + timedelta(days=2))
    assert all(place.exists() for place in places)


def test_it_is_done_every_night():
    assert "documents.remove_leftovers" in {entry.kind for entry in TIMETABLE}
    assert Path(settings.FILE_STORE).exists()
