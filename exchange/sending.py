"""Sending events to subscriptions: each at least once, in order for each thing, again and again until it is taken.

One process at a time sends for a subscription: it holds it for a while, and whoever dies lets go by being silent. Calls go
by threads that never touch the database, and no lock is held while they last. What a thing's events wait for is the first
of them that is not settled; a receiver that takes nothing at all rests as a whole.
"""

import logging
import math
import queue
import random
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit.events import record_event
from audit.models import AccessEntry
from exchange.callers import caller_for
from exchange.catalogue import types_by_event
from exchange.due import HELD, awake, due, let_go_of_what_the_dead_hold, tests, with_something_due
from exchange.heard import body_of, body_of_ping, events_after, heard
from exchange.models import Sending, Subscription
from exchange.posting import PATIENCE, Answer, Line
from exchange.signing import headers_of, secrets_of
from exchange.telling import EVENT_PARKED, SUBSCRIPTION_STOPPED
from jobs.services import runner_name
from notices.services.telling import tell

log = logging.getLogger(__name__)

SEND, BY = "exchange.send", "system:exchange.send"
# How long an event rests after its first, second… failed attempt, as Standard Webhooks advises: about three days.
RESTS = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
MOST_ATTEMPTS = len(RESTS) + 1
AWAY_AFTER, AWAY_THINGS = 5, 3  # calls that failed in a row, of so many things: it is the receiver, not an event
LONGEST_REST = timedelta(minutes=10)
STOP_AFTER = timedelta(days=3)
GONE = 410
# Why nothing is tried any more: the kind of the event of the log, and the sentence on the page.
SILENT = ("subscription silent", gettext_noop("The receiver has taken nothing for three days."))
UNWANTED = ("subscription unwanted", gettext_noop("The receiver answers that it wants no more events (410)."))
UNSIGNED = (
    "subscription unsigned",
    gettext_noop("No signing secret can be read. Make a new one, then resume sending."),
)

THREADS, CALLS_AT_ONCE = 12, 4  # in all, and to one receiver
THINGS_AT_ONCE, IN_A_ROW = 100, 20
PLANNED_AT_ONCE = 500
HOLD_AGAIN = 15.0  # seconds
SAFELY = HELD.total_seconds() - 3 * PATIENCE  # no call begins later than this after the hold was renewed
LONGEST_RUN = timedelta(minutes=4)
KEPT = timedelta(days=90)


def rest_after(attempts: int, chance: Callable[[], float]) -> timedelta:
    """How long an event rests; spread by a fifth, so that not all come back at one moment."""
    return RESTS[min(attempts, len(RESTS)) - 1] * (0.8 + 0.4 * chance())


def rest_of_receiver(failures: int, chance: Callable[[], float]) -> timedelta:
    """How long a receiver that is away is left alone."""
    return min(RESTS[0] * 2 ** min(failures - AWAY_AFTER, 16), LONGEST_REST) * (0.8 + 0.4 * chance())


# --- a run -----------------------------------------------------------------------------------------


@dataclass
class Item:
    """One event as it goes out."""

    sending: Sending
    public_id: uuid.UUID
    body: str


@dataclass(eq=False)
class Held:
    """A subscription while this run sends for it: what is ready to go, and the things that have events on their way."""

    subscription: Subscription
    held_at: float
    keys: list = field(default_factory=list)
    ready: deque = field(default_factory=deque)
    busy: set = field(default_factory=set)
    lines: deque = field(default_factory=deque)
    is_away: bool = False  # the receiver took nothing lately: one event asks whether it is back
    is_over: bool = False

    def may_go_on(self):
        return not self.is_over and time.monotonic() - self.held_at < SAFELY

    def hang_up(self):
        for line in self.lines:
            line.close()

    def see_whether_away(self):
        """One event that fails again and again says nothing of the receiver; several things' events do."""
        self.is_away = False
        if self.subscription.failures >= AWAY_AFTER:
            failing = Sending.objects.filter(
                subscription=self.subscription, state=Sending.State.WAITING, attempts__gt=0
            )
            self.is_away = failing.values("object_id").distinct().count() >= AWAY_THINGS


class Run:
    """One process's turn. `clock` tells the time, `lines` makes connections, `chance` spreads the rests."""

    def __init__(self, *, clock, lines=Line, chance=random.random):
        self.clock, self.lines, self.chance = clock, lines, chance
        self.name = f"{runner_name()}/{uuid.uuid4().hex[:8]}"
        self.answers: queue.Queue = queue.Queue()
        self.done: Counter = Counter()
        self.held: dict[int, Held] = {}
        self.under_way, self.looked_at = 0, None

    def work(self):
        """Send what is due until nothing is, or the turn is over; returns how much of each came to what."""
        try:
            with ThreadPoolExecutor(THREADS, thread_name_prefix="events") as pool:
                try:
                    self._work(pool)
                finally:  # threads end with the call that they are at
                    for each in self.held.values():
                        each.is_over = True
        finally:
            for each in self.held.values():
                each.hang_up()
        return dict(self.done)

    def _work(self, pool):
        begun = self.clock()
        while True:
            is_over = self.clock() - begun >= LONGEST_RUN
            if not is_over:
                self._take_tests(pool)
                self._take_subscriptions()
            for each in list(self.held.values()):
                each.is_over |= is_over
                self._go_on(each, pool)
            if self.under_way:
                self._note(self._arrived())
            elif is_over or not self.held:
                break

    # --- which subscriptions -------------------------------------------------------------------
    def _take_subscriptions(self):
        """Hold those to which something is due; looked for once a second while there is other work."""
        moment = time.monotonic()
        if self.held and self.looked_at is not None and moment - self.looked_at < 1:
            return
        self.looked_at, now = moment, self.clock()
        let_go_of_what_the_dead_hold()
        for each in with_something_due(now):
            if each.pk not in self.held and awake(now).filter(pk=each.pk).update(
                held_by=self.name, held_until=now + HELD
            ):
                self.held[each.pk] = Held(each, moment)

    def _is_still_held(self, each):
        """Hold it for longer, and see whether it was paused meanwhile."""
        if time.monotonic() - each.held_at > HOLD_AGAIN:
            now = self.clock()
            mine = Subscription.objects.filter(pk=each.subscription.pk, held_by=self.name, held_until__gt=now)
            each.is_over |= not mine.update(held_until=now + HELD)
            each.held_at = time.monotonic()
        return not each.is_over

    def _let_go(self, each):
        del self.held[each.subscription.pk]
        mine = Subscription.objects.filter(pk=each.subscription.pk, held_by=self.name)
        mine.update(held_by="", held_until=None)
        each.hang_up()

    # --- what goes next ------------------------------------------------------------------------
    def _go_on(self, each, pool):
        if self._is_still_held(each) and len(each.busy) < self._calls(each):
            if not each.ready:
                self._look_for_more(each)
            while each.ready and len(each.busy) < self._calls(each):
                object_id, items = each.ready.popleft()
                each.busy.add(object_id)
                self._submit(pool, each, object_id, items[:1] if each.is_away else items)
        if each.is_over:
            each.ready.clear()
        if not each.busy and not each.ready:
            self._let_go(each)

    def _calls(self, each):
        return 1 if each.is_away else CALLS_AT_ONCE

    def _submit(self, pool, each, object_id, items):
        self.under_way += 1
        pool.submit(self._send, each, object_id, items, each.subscription.address, each.keys)

    def _look_for_more(self, each):
        """Make events ready that are due; where none are, take more from the chain. Ready rows stand in order by thing."""
        subscription, now = each.subscription, self.clock()
        subscription.refresh_from_db()
        if subscription.state != Subscription.State.ACTIVE or (subscription.rest_until or now) > now:
            each.is_over = True
            return
        each.see_whether_away()
        each.keys = secrets_of(subscription, now)
        if not each.keys:
            self._stop(each, UNSIGNED, now)
            return
        while True:
            each.ready.extend(self._runs(each, now))
            if each.ready or not self._plan(each, now):
                return

    def _runs(self, each, now):
        """[(thing, items)] of events that may go: of each thing those in a row from the first that is not settled."""
        own = Sending.objects.filter(subscription=each.subscription, event__isnull=False)
        first = due(now).filter(subscription=each.subscription, event__isnull=False).exclude(object_id__in=each.busy)
        things = list(first.order_by("attempts", "sequence").values_list("object_id", flat=True)[:THINGS_AT_ONCE])
        rows = own.open().filter(object_id__in=things).select_related("event").order_by("sequence")
        rows = list(rows[: THINGS_AT_ONCE * IN_A_ROW])
        caller = caller_for(each.subscription.client)
        told = {event.pk for event in heard(caller, [row.event for row in rows], each.subscription.types)}
        found, closed = {thing: [] for thing in things}, set()
        for row in rows:
            if row.state != Sending.State.WAITING or row.next_try_at > now:
                closed.add(row.object_id)
            if row.object_id in closed or len(found[row.object_id]) == IN_A_ROW:
                continue
            if row.event_id in told:
                found[row.object_id].append(Item(row, row.event.public_id, body_of(row.event)))
            else:
                self._settle(row, state=Sending.State.DROPPED, why=Sending.Why.RIGHTS)
        return [(thing, items) for thing, items in found.items() if items]

    def _plan(self, each, now):
        """Write down what of the next piece of the chain is to be sent; False where the chain has no more."""
        subscription = each.subscription
        caller = caller_for(subscription.client)
        events, reached = events_after(caller, subscription.cursor, subscription.types, limit=PLANNED_AT_ONCE)
        if reached == subscription.cursor:
            return False
        with transaction.atomic():
            mine = Subscription.objects.filter(pk=subscription.pk, held_by=self.name, cursor=subscription.cursor)
            if not mine.update(cursor=reached):  # replayed meanwhile, or another holds it
                each.is_over = True
                return False
            Sending.objects.bulk_create(
                [
                    Sending(
                        subscription=subscription,
                        event=event,
                        sequence=event.sequence,
                        object_id=event.object_id,
                        type=types_by_event()[event.kind, event.object_kind].name,
                        made_at=now,
                        next_try_at=now,
                    )
                    for event in events
                ]
            )
        subscription.cursor = reached
        return True

    def _take_tests(self, pool):
        """A test goes once, whatever the state of its subscription."""
        now = self.clock()
        for row in tests(now).select_related("subscription"):
            if tests(now).filter(pk=row.pk).update(attempts=1, tried_at=now):
                each = Held(row.subscription, math.inf, secrets_of(row.subscription, now))  # whoever holds it
                item = Item(row, row.public_id, body_of_ping(row.public_id, row.made_at))
                self._submit(pool, each, row.object_id, [item])

    # --- in a thread: no database --------------------------------------------------------------
    def _send(self, each, object_id, items, address, keys):
        try:
            line = each.lines.pop()
        except IndexError:
            line = self.lines()
        try:
            for item in items:
                if not each.may_go_on():
                    break
                answer = self._call(line, item, address, keys)
                self.answers.put((each, item, answer))
                if not answer.is_good:
                    break
        finally:
            each.lines.append(line)
            self.answers.put((each, object_id, None))

    def _call(self, line, item, address, keys):
        try:
            headers = headers_of(item.public_id, item.body, keys, self.clock())
            return line.post(address, item.body.encode(), headers)
        except Exception as failure:  # whatever keeps this event from going must not keep the others
            log.exception("the event %s did not go", item.public_id)
            return Answer(None, why=Sending.Why.CONNECTION, detail=type(failure).__name__)

    # --- what came of it -----------------------------------------------------------------------
    def _arrived(self):
        """What was answered by now; waits a moment for the first."""
        found = []
        try:
            found.append(self.answers.get(timeout=0.2))
            while len(found) < 500:
                found.append(self.answers.get_nowait())
        except queue.Empty:
            pass
        return found

    def _note(self, arrived):
        now, entries = self.clock(), []
        with transaction.atomic():
            for each, what, answer in arrived:
                if answer is None:
                    self.under_way -= 1
                    each.busy.discard(what)
                    if self.held.get(each.subscription.pk) is not each:
                        each.hang_up()  # of a test
                    continue
                self._note_one(each, what, answer, now)
                if answer.is_good and what.sending.event_id:
                    entries.append(_trace(each.subscription.client, what.sending, answer, now))
            AccessEntry.objects.bulk_create(entries)

    def _settle(self, row, **values):
        """Note what became of it, unless it was settled by hand meanwhile."""
        if Sending.objects.filter(pk=row.pk, state=Sending.State.WAITING).update(**values):
            self.done[values.get("state", "failed")] += 1

    def _note_one(self, each, item, answer, now):
        row = item.sending
        values = {
            "tried_at": now,
            "status": answer.status,
            "milliseconds": answer.milliseconds,
            "detail": answer.detail,
        }
        if row.event_id is None:
            state = Sending.State.SENT if answer.is_good else Sending.State.DROPPED
            self._settle(row, **values, state=state, why=answer.why)
        elif answer.is_good:
            self._settle(row, **values, state=Sending.State.SENT, why="", attempts=F("attempts") + 1)
            self._it_took_one(each, now)
        elif each.is_away:  # it only asked whether the receiver is back, which costs the event no attempt
            self._settle(row, **values, why=answer.why, next_try_at=now)
            self._it_took_none(each, answer, now)
        else:
            attempts, rest = row.attempts + 1, rest_after(row.attempts + 1, self.chance)
            values |= {"why": answer.why, "attempts": attempts}
            if attempts >= MOST_ATTEMPTS:
                self._settle(row, **values, state=Sending.State.PARKED)
                tell(EVENT_PARKED, each.subscription, by=BY, now=now, occasion=str(timezone.localdate(now)))
            else:
                asked = timedelta(seconds=answer.retry_after)
                self._settle(row, **values, next_try_at=now + max(rest, asked))
            self._it_took_none(each, answer, now)

    def _it_took_one(self, each, now):
        """The receiver is well. If it was away, what waits for it need wait no longer."""
        if not each.subscription.failures:
            return
        if each.is_away:
            Sending.objects.filter(subscription=each.subscription, state=Sending.State.WAITING).update(next_try_at=now)
        self._save(each, failures=0, failing_since=None, rest_until=None)

    def _it_took_none(self, each, answer, now):
        subscription = each.subscription
        failures, since = subscription.failures + 1, subscription.failing_since or now
        self._save(each, failures=failures, failing_since=since, rest_until=now)
        each.see_whether_away()
        asked = timedelta(seconds=answer.retry_after)
        rest = max(rest_of_receiver(failures, self.chance), asked) if each.is_away else asked
        if rest:
            self._save(each, rest_until=now + rest)
            each.is_over = True
        if answer.status == GONE:
            self._stop(each, UNWANTED, now)
        elif each.is_away and now - since >= STOP_AFTER:
            self._stop(each, SILENT, now)

    def _save(self, each, **values):
        for name, value in values.items():
            setattr(each.subscription, name, value)
        Subscription.objects.filter(pk=each.subscription.pk).exclude(state=Subscription.State.ENDED).update(**values)

    def _stop(self, each, why, now):
        """Nothing more is tried until somebody has seen to it; what waits goes on waiting."""
        each.is_over, (kind, reason) = True, why
        with transaction.atomic():
            active = Subscription.objects.filter(pk=each.subscription.pk, state=Subscription.State.ACTIVE)
            stopped = {"state": Subscription.State.STOPPED, "state_at": now, "state_reason": reason}
            if active.update(**stopped, version=F("version") + 1):
                record_event(kind, each.subscription, by=BY, now=now)
                tell(SUBSCRIPTION_STOPPED, each.subscription, by=BY, now=now, occasion=now.isoformat())


def _trace(client, row, answer, now):
    """What was taken, by whom, on which ground."""
    return AccessEntry(
        at=now,
        actor=client.actor,
        what="event sent",
        object_kind=row.event.object_kind,
        object_id=row.object_id,
        basis=client.basis,
        address=answer.place[:45],
    )


def clock_from(now: datetime) -> Callable[[], datetime]:
    """`now` and the time that passed since: a run may take minutes."""
    begun = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - begun)


def send_events(*, now: datetime) -> dict:
    """What the timetable calls; returns how many events came to what."""
    return Run(clock=clock_from(now)).work()


def forget_settled(*, now: datetime) -> int:
    """Sendings that were settled long ago are forgotten; the events themselves never are."""
    settled = Sending.objects.filter(state__in=[Sending.State.SENT, Sending.State.DROPPED])
    return settled.filter(made_at__lt=now - KEPT).delete()[0]
