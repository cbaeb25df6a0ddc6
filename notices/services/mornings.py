"""The letter of the morning: one for each person who wants several notices together."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notices.models import Channel, Delivery
from notices.services.telling import ask_to_send

HOUR = 7  # in Hà Nội


def write_morning_letters(*, now):
    """Put what waits for the morning into one letter a person; returns how many letters. Begun again, it goes on."""
    on, written = timezone.localdate(now - timedelta(hours=HOUR)), 0
    waiting = Delivery.objects.filter(state=Delivery.State.DAILY, made_at__lte=now)
    for person in waiting.order_by().values_list("person", flat=True).distinct():
        with transaction.atomic():
            rows = list(waiting.filter(person=person).select_for_update(of=("self",)).values_list("pk", flat=True))
            letter, created = Delivery.objects.get_or_create(
                person_id=person,
                digest_on=on,
                defaults={"channel": Channel.EMAIL, "made_at": now, "next_try_at": now},
            )
            if rows and letter.state == Delivery.State.WAITING:
                Delivery.objects.filter(pk__in=rows).update(state=Delivery.State.BUNDLED, bundled_into=letter)
            written += created
    if written:
        transaction.on_commit(lambda: ask_to_send(now=now), robust=True)
    return written
