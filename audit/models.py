import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventQuerySet(models.QuerySet):
    def about(self, obj):
        return self.filter(object_kind=obj._meta.label_lower, object_id=obj.public_id)


class Event(models.Model):
    """One thing that happened, written in the transaction of its change. Never changed, never removed.

    `actor` is "user:<public id>" or "system:<name>"; `body` is canonical JSON text with reason, before, after,
    facts and the salted digests of personal values (see `audit.events`).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("time"))
    kind = models.CharField(_("what happened"), max_length=80)
    actor = models.CharField(_("who"), max_length=80)
    object_kind = models.CharField(_("kind of object"), max_length=80)
    object_id = models.UUIDField(_("object"))
    source = models.CharField(_("from where"), max_length=80)
    body = models.TextField(_("details"))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["object_id", "id"], name="event_by_object"),
            models.Index(fields=["actor", "id"], name="event_by_actor"),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_kind}:{self.object_id}"


class PendingEvent(models.Model):
    """An event that has no place in the chain yet; the sealer removes the row when it links the event.

    The row is written with its event, and events never go: the database does not look the event up once more.
    """

    event = models.OneToOneField(
        Event, on_delete=models.PROTECT, primary_key=True, related_name="pending", db_constraint=False
    )

    class Meta:
        verbose_name = _("event to be linked")
        verbose_name_plural = _("events to be linked")

    def __str__(self):
        return str(self.pk)


class EventLink(models.Model):
    """An event's place in the one chain: every cursor follows `sequence`, never ids or times."""

    sequence = models.BigIntegerField(_("place in the chain"), primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    linked_at = models.DateTimeField(_("linked at"))

    class Meta:
        verbose_name = _("link of the event chain")
        verbose_name_plural = _("links of the event chain")
        constraints = [models.CheckConstraint(condition=models.Q(sequence__gt=0), name="link_sequence_positive")]

    def __str__(self):
        return f"{self.sequence} {self.hash[:12]}"


class PersonalValue(models.Model):
    """A personal value that changed, beside its event; it can be erased and the chain still verifies."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="personal_values")
    field = models.CharField(max_length=80)
    salt = models.CharField(max_length=32)
    value = models.TextField()

    class Meta:
        verbose_name = _("personal value of an event")
        verbose_name_plural = _("personal values of events")
        constraints = [models.UniqueConstraint(fields=["event", "field"], name="one_personal_value_a_field")]

    def __str__(self):
        return f"{self.event_id}.{self.field}"


class DaySeal(models.Model):
    """The head of the chain at the end of a day, signed with a key that is not in the database."""

    day = models.DateField(_("day"), primary_key=True)
    sequence = models.BigIntegerField(_("last place"))
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("day seal")
        verbose_name_plural = _("day seals")

    def __str__(self):
        return f"{self.day} {self.sequence}"


class AccessEntry(models.Model):
    """A read that must leave a trace, or an attempt that was refused. Append-only, outside the chain."""

    at = models.DateTimeField(_("time"))
    actor = models.CharField(_("who"), max_length=80)
    what = models.CharField(_("what"), max_length=120)
    object_kind = models.CharField(_("kind of object"), max_length=80, blank=True)
    object_id = models.UUIDField(_("object"), null=True)
    basis = models.CharField(_("on what ground"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("entry of the access log")
        verbose_name_plural = _("entries of the access log")
        indexes = [
            models.Index(fields=["object_id", "id"], name="access_by_object"),
            models.Index(fields=["actor", "id"], name="access_by_actor"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.what}"


class AccessSum(models.Model):
    """How often a connected system read one kind of thing on a day on one ground: what stays when its entries go.

    A day may stand in several sums, each of other entries.
    """

    day = models.DateField(_("day"))
    actor = models.CharField(_("who"), max_length=80)
    what = models.CharField(_("what"), max_length=120)
    basis = models.CharField(_("on what ground"), max_length=200, blank=True)
    calls = models.PositiveIntegerField(_("calls"))
    first_at = models.DateTimeField(_("first call"))
    last_at = models.DateTimeField(_("last call"))
    summed_at = models.DateTimeField(_("summed up at"))

    class Meta:
        verbose_name = _("sum of the access log")
        verbose_name_plural = _("sums of the access log")
        indexes = [models.Index(fields=["actor", "what", "last_at"], name="access_sum_by_actor")]
        constraints = [
            models.CheckConstraint(condition=models.Q(actor__startswith="client:"), name="access_sum_of_systems"),
            models.CheckConstraint(
                condition=models.Q(calls__gt=0, first_at__lte=models.F("last_at"), last_at__lt=models.F("summed_at")),
                name="access_sum_of_what_was",
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.actor} {self.what}: {self.calls}"
