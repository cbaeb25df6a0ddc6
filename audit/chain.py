"""The one chain of events: sealing, day seals, verifying.

A writer adds its event with a pending row and waits for nobody. One sealer at a time takes every committed pending
event in id order, links it to the chain's head and removes the pending row; an event that commits late is linked
later. The head is also written to a file outside the database at every sealing, and each day's head is signed.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import canonical, digest_of
from audit.models import DaySeal, Event, EventLink, PendingEvent, PersonalValue

GENESIS = "0" * 64
SEALER_LOCK = 715_001
BATCH = 5000


def link_hash(previous, sequence, event):
    """SHA-256 over the previous hash, the place and the whole event in canonical form (hex)."""
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [
        previous,
        sequence,
        str(event.public_id),
        at,
        event.kind,
        event.actor,
        event.object_kind,
        str(event.object_id),
        event.source,
        event.body,
    ]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def head():
    """(sequence, hash) of the last link; (0, GENESIS) when there is none."""
    last = EventLink.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return last or (0, GENESIS)


def seal_pending(*, now, limit=BATCH):
    """Link up to `limit` committed pending events; 0 when there are none or another sealer is at work."""
    if not PendingEvent.objects.exists():
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
                if not cursor.fetchone()[0]:
                    return 0
        ids = list(PendingEvent.objects.order_by("event_id").values_list("event_id", flat=True)[:limit])
        if not ids:
            return 0
        sequence, previous = head()
        links = []
        for event in Event.objects.filter(pk__in=ids).order_by("id"):
            sequence += 1
            current = link_hash(previous, sequence, event)
            links.append(EventLink(sequence=sequence, event=event, previous_hash=previous, hash=current, linked_at=now))
            previous = current
        EventLink.objects.bulk_create(links, batch_size=1000)
        PendingEvent.objects.filter(event_id__in=ids).delete()
    keep_head_outside(sequence, previous)
    return len(links)


def seal_all(*, now):
    """Link everything that is committed now; returns how many."""
    total = 0
    while linked := seal_pending(now=now):
        total += linked
    return total


def heads_file():
    return settings.DATA_DIR / "seals" / "heads.jsonl"


def sign(*parts):
    return hmac.new(settings.SEAL_KEY.encode(), canonical(list(parts)).encode(), hashlib.sha256).hexdigest()


def keep_head_outside(sequence, current):
    path = heads_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    line = canonical({"sequence": sequence, "hash": current, "signature": sign("head", sequence, current)})
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def seal_day(day, *, now):
    """Sign the head of the chain as it stood at the end of `day` (Hà Nội time); None when nothing was linked yet.

    Returns the seal; sealing a day twice changes nothing.
    """
    seal = DaySeal.objects.filter(day=day).first()
    if seal:
        return seal
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    if now < end:
        raise ValueError("A day is sealed when it is over.")
    last = EventLink.objects.filter(linked_at__lt=end).order_by("-sequence").first()
    if last is None:
        return None
    seal, created = DaySeal.objects.get_or_create(
        day=day,
        defaults={
            "sequence": last.sequence,
            "hash": last.hash,
            "signature": sign("day", day.isoformat(), last.sequence, last.hash),
            "sealed_at": now,
        },
    )
    if created:
        path = heads_file().parent / f"{day.isoformat()}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            canonical({"day": day, "sequence": seal.sequence, "hash": seal.hash, "signature": seal.signature}),
            encoding="utf-8",
        )
    return seal


@dataclass(frozen=True)
class Finding:
    """What `verify` found wrong first: the place in the chain, the event if known, and a sentence."""

    sequence: int
    event_id: str
    sentence: str

    def __str__(self):
        return f"{self.sequence} {self.event_id}: {self.sentence}"


def verify(*, heads=()):
    """The first bad row of the chain as a Finding, or None.

    `heads` are heads kept outside, as (sequence, hash); those in the seals folder are read as well. They reveal a
    tail that was cut and a chain that was rebuilt by somebody with access to the database.
    """
    kept, broken = kept_heads()
    if broken:
        return broken
    for sequence, value in heads:
        kept.setdefault(sequence, value)
    digests = {}
    for event_id, field, salt, value in PersonalValue.objects.values_list(
        "event_id", "field", "salt", "value"
    ).iterator():
        digests.setdefault(event_id, {})[field] = digest_of(salt, value)
    previous, sequence = GENESIS, 0
    for link in EventLink.objects.select_related("event").order_by("sequence").iterator(chunk_size=2000):
        sequence += 1
        if link.sequence != sequence:
            return Finding(sequence, "", _("This place of the chain is missing."))
        event = link.event
        name = str(event.public_id)
        if link.previous_hash != previous:
            return Finding(sequence, name, _("The link does not follow the one before it."))
        previous = link_hash(previous, sequence, event)
        if link.hash != previous:
            return Finding(sequence, name, _("The event or its link was changed."))
        if sequence in kept and kept[sequence] != link.hash:
            return Finding(sequence, name, _("The chain differs from the head that was kept outside."))
        wrong = wrong_personal(event, digests.get(event.pk, {}))
        if wrong:
            return Finding(sequence, name, _("The personal value “%(field)s” was changed.") % {"field": wrong})
    beyond = [number for number in kept if number > sequence]
    if beyond:
        return Finding(sequence + 1, "", _("The end of the chain was cut: a later head was kept outside."))
    lost = Event.objects.filter(link__isnull=True, pending__isnull=True).order_by("id").first()
    if lost:
        return Finding(
            sequence + 1, str(lost.public_id), _("The event has no place in the chain and is not waiting for one.")
        )
    return None


def wrong_personal(event, digests):
    if not digests:
        return ""
    expected = json.loads(event.body).get("personal", {})
    return next((name for name, value in digests.items() if expected.get(name) != value), "")


def kept_heads():
    """({sequence: hash}, Finding or None): the day seals and the heads file, each with its signature checked."""
    kept = {}
    for seal in DaySeal.objects.order_by("day"):
        if seal.signature != sign("day", seal.day.isoformat(), seal.sequence, seal.hash):
            return kept, Finding(seal.sequence, "", _("The seal of %(day)s has a wrong signature.") % {"day": seal.day})
        kept[seal.sequence] = seal.hash
    if heads_file().exists():
        with heads_file().open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if row["signature"] == sign("head", row["sequence"], row["hash"]):
                    kept.setdefault(row["sequence"], row["hash"])
    return kept, None
