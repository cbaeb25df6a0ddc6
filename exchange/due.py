"""What is due to be sent: to which subscriptions something may go now, and tests that nobody sent yet."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from audit.chain import head
from audit.models import EventLink
from exchange.catalogue import types_by_name
from exchange.heard import LINKS_AT_ONCE
from exchange.models import Sending, Subscription
from jobs.services import runner_is_dead

HELD = timedelta(seconds=90)  # by one process that sends; who is silent for longer has let go


def due(now):
    return Sending.objects.filter(state=Sending.State.WAITING, next_try_at__lte=now).next_in_line()


def awake(now):
    """Subscriptions to which something may go now, and for which nobody sends."""
    free = Q(held_until__isnull=True) | Q(held_until__lte=now)
    rested = Q(rest_until__isnull=True) | Q(rest_until__lte=now)
    return Subscription.objects.active(timezone.localdate(now)).filter(free, rested)


def _has_news(subscription, last):
    """Whether the chain has something that it may want, or is so far ahead that it should be caught up with."""
    if last - subscription.cursor > LINKS_AT_ONCE:
        return True
    kinds = {kind for name in subscription.types for each in types_by_name().get(name, ()) for kind in each.logged}
    links = EventLink.objects.filter(sequence__gt=subscription.cursor, event__kind__in=kinds)
    return links.exists()


def with_something_due(now):
    own = due(now).filter(subscription=OuterRef("pk"), event__isnull=False)
    last = head()[0]
    rows = awake(now).annotate(is_due=Exists(own)).select_related("client").order_by("pk")
    return [each for each in rows if each.is_due or _has_news(each, last)]


def tests(now):
    """Tests that nobody sent yet, or whose sender was silent since."""
    untried = Q(attempts=0) | Q(tried_at__lte=now - HELD)
    waiting = Sending.objects.filter(untried, event__isnull=True, state=Sending.State.WAITING)
    return waiting.filter(subscription__in=Subscription.objects.of_working_clients(timezone.localdate(now)))


def let_go_of_what_the_dead_hold():
    """Whoever ran on this machine and is gone sends nothing more; of other machines silence tells."""
    for each in Subscription.objects.exclude(held_by="").only("pk", "held_by"):
        if runner_is_dead(each.held_by.partition("/")[0]):
            dead = Subscription.objects.filter(pk=each.pk, held_by=each.held_by)
            dead.update(held_by="", held_until=None)


def something_is_due(now) -> bool:
    return tests(now).exists() or bool(with_something_due(now))
