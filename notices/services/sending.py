"""Passing on what is to be told, and sending it: once for each person and way, tried again until it has gone.

Each matter is passed on in a transaction of its own. Each letter is claimed, sent and noted by itself, so that whoever is
killed in between leaves at most one letter of which nobody knows whether it went: that one is sent again.
"""

import logging
import time
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from notices import channels, wording
from notices.kinds import Way, kinds
from notices.models import Channel, Delivery, Notice, Preference, Telling
from notices.services.letters import letter_of, why_not
from notices.services.texts import text_of
from screens.text import fold

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
IN_HAND = timedelta(minutes=2)  # longer than any server is given to take one letter
LONGEST_REST = timedelta(hours=4)
AWAY = timedelta(minutes=1)
GIVEN_UP_AFTER = 2  # servers that were found away are left alone for the rest of the run
AT_ONCE = 200
LONGEST_RUN = timedelta(minutes=10)  # well within what a job may take


def something_is_due(now):
    return Telling.objects.due(now).exists() or _sendable(now, channels.codes_on()).exists()


def send_waiting(*, now):
    """Pass on and send whatever is due; returns how much of each came to what. What a long run leaves, the next one finds."""
    clock, done = _clock(now), Counter()
    while clock() - now < LONGEST_RUN:
        matters = list(Telling.objects.due(clock()).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not matters:
            break
        for pk in matters:
            done[pass_on(pk, now=clock())] += 1
    with channels.opened() as posts:
        away = Counter()
        while clock() - now < LONGEST_RUN:
            reached = [code for code in posts if away[code] < GIVEN_UP_AFTER]
            letters = list(_sendable(clock(), reached).values_list("pk", "channel")[:AT_ONCE])
            if not letters:
                break
            for pk, code in letters:
                if away[code] < GIVEN_UP_AFTER:
                    outcome = deliver(pk, posts[code], now=clock())
                    done[outcome] += 1
                    away[code] += outcome == "away"
    done.pop(None, None)
    return dict(done)


def _sendable(now, reached):
    """What is due on the ways that are reached: on those that are off, or away, it stays and waits."""
    return Delivery.objects.due(now).filter(channel__in=reached).order_by("next_try_at", "pk")


def _clock(now):
    """`now` and the time that passed since: a run may take minutes."""
    begun = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - begun)


def rest_after(attempts):
    """How long it rests after so many attempts: a minute, then twice as long each time."""
    return min(timedelta(minutes=2 ** (attempts - 1)), LONGEST_REST)


# --- passing on --------------------------------------------------------------------------------


def pass_on(pk, *, now):
    """Ask whom a matter concerns now and tell them; returns what became of it, None where another did it."""
    try:
        with transaction.atomic():
            telling = Telling.objects.select_for_update(of=("self",), skip_locked=True).due(now).filter(pk=pk).first()
            return telling and _pass_on(telling, now)
    except Exception as error:
        log.exception("the matter %s was not passed on", pk)
        return _failed(pk, error, now)


def _pass_on(telling, now):
    kind = kinds()[telling.kind]
    thing = kind.model._base_manager.filter(public_id=telling.object_id).first()
    on = timezone.localdate(now)
    people = list(kind.people(thing, on).filter(is_active=True).distinct().order_by("pk")) if thing else []
    strangers = kind.strangers(thing) if thing else []
    if people or strangers:
        notices = Notice.objects.bulk_create(_notices_of(telling, kind, thing, people, strangers, now))
        chosen = {row.person_id: row for row in Preference.objects.filter(kind=kind.code, person__in=people)}
        Delivery.objects.bulk_create(
            [row for notice in notices for row in _deliveries_of(notice, kind, chosen.get(notice.person_id), now)]
        )
    telling.state = Telling.State.DONE if people or strangers else Telling.State.NOBODY
    telling.done_at, telling.error = max(now, telling.told_at), ""
    telling.save(update_fields=["state", "done_at", "error"])
    return telling.state


def _notices_of(telling, kind, thing, people, strangers, now):
    """What each of them is told, in both languages."""
    text, said = text_of(kind), {}
    for language in ("vi", "en"):
        with override(language):
            said[language] = kind.says(thing), text.said("subject"), text.said("body")
    receivers = [({"person": person}, person.full_name) for person in people]
    for name, email in strangers:
        receivers.append(({"name": name, "email": email, "folded": fold(f"{name} {email}")[:400]}, name))
    at = max(now, telling.told_at)
    for receiver, called in receivers:
        words = {}
        for language, (says, subject, body) in said.items():
            values = says | {"person": called}
            words[f"subject_{language}"] = wording.one_line(wording.fill(subject, values))[:400]
            words[f"body_{language}"] = wording.fill(body, values)
        yield Notice(telling=telling, url=kind.address(thing), at=at, **receiver, **words)


def _deliveries_of(notice, kind, chosen, now):
    """A row for each way: the portal always, a letter as the person chose or the kind usually is, and what they chose besides.

    Who has no account gets the letter at once.
    """
    facts = {"notice": notice, "person": notice.person, "made_at": now, "next_try_at": now}
    if notice.person_id is None:
        yield Delivery(**facts, channel=Channel.EMAIL)
        return
    yield Delivery(**facts, channel=Channel.PORTAL, state=Delivery.State.SENT, sent_at=now)
    way = chosen.way if chosen and chosen.way in kind.ways else kind.usual
    if way != Way.PORTAL:
        state = Delivery.State.DAILY if way == Way.DAILY else Delivery.State.WAITING
        yield Delivery(**facts, channel=Channel.EMAIL, state=state)
    for post in channels.ways_besides():
        if chosen and post.code in chosen.also and post.address_of(notice.person):
            yield Delivery(**facts, channel=post.code)


def _failed(pk, error, now):
    """A matter that could not be passed on rests, and is set aside after MOST_ATTEMPTS."""
    waiting = Telling.objects.filter(pk=pk, state=Telling.State.WAITING)
    waiting.update(attempts=F("attempts") + 1, error=_said(error))
    attempts = waiting.values_list("attempts", flat=True).first() or 1
    if attempts >= MOST_ATTEMPTS:
        waiting.update(state=Telling.State.PARKED)
        return Telling.State.PARKED
    waiting.update(next_try_at=now + rest_after(attempts))
    return "failed"


def _said(error):
    said = str(error) if isinstance(error, channels.Refusal) else f"{type(error).__name__}: {error}"
    return wording.one_line(said)[:300]


# --- sending -----------------------------------------------------------------------------------


def deliver(pk, post, *, now):
    """Send one letter by `post`; returns what became of it, None where another has it in hand."""
    claimed = Delivery.objects.due(now).filter(pk=pk)
    if not claimed.update(attempts=F("attempts") + 1, tried_at=now, next_try_at=now + IN_HAND):
        return None
    delivery = Delivery.objects.select_related("notice__telling", "person").get(pk=pk)
    if delivery.attempts > MOST_ATTEMPTS:  # whoever sent it died of it every time
        return _note(delivery, state=Delivery.State.PARKED)
    address = post.address_of(delivery.person) if delivery.person_id else delivery.notice.email
    try:
        why = why_not(delivery, now) if address else Delivery.Why.NO_ADDRESS
        if why:
            return _note(delivery, state=Delivery.State.DROPPED, why=why, error="")
        post.send(letter_of(delivery, address, now=now))
    except channels.Away as away:
        # nobody's letter is at fault: it counts as no attempt
        return _note(
            delivery, outcome="away", attempts=delivery.attempts - 1, next_try_at=now + AWAY, error=_said(away.cause)
        )
    except Exception as error:  # whatever keeps this letter from going must not keep the others
        log.info("the letter %s did not go: %s", delivery.public_id, type(error).__name__)
        if delivery.attempts >= MOST_ATTEMPTS:
            return _note(delivery, state=Delivery.State.PARKED, error=_said(error), address=address)
        return _note(delivery, outcome="failed", next_try_at=now + rest_after(delivery.attempts), error=_said(error))
    return _note(delivery, state=Delivery.State.SENT, sent_at=now, error="", address=address)


def _note(delivery, *, outcome="", **values):
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING).update(**values)
    return outcome or values["state"]
