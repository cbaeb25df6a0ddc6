"""Who calls the API: other systems of the city, their secrets, how much they asked; and of what they want to be told."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified, Versioned
from audit.models import Event

USUAL_CALLS, MOST_CALLS = 600, 100_000  # a minute


class ClientQuerySet(models.QuerySet):
    def working(self, on):
        """Those that may call on the day."""
        return self.filter(switched_off_at__isnull=True, expires_on__gte=on)

    def with_state(self, on):
        """`state`: how each stands on the day (Client.State)."""
        return self.annotate(
            state=models.Case(
                models.When(switched_off_at__isnull=False, then=models.Value(Client.State.OFF)),
                models.When(expires_on__lt=on, then=models.Value(Client.State.EXPIRED)),
                default=models.Value(Client.State.WORKING),
                output_field=models.CharField(),
            )
        )


class Client(Identified, Versioned):
    """Another system that may call the API: whose it is, what for, on what ground, with which rights, until when.

    `wards` and `groups` narrow what it sees to enterprises of these wards or product groups; empty is all of them.
    """

    class State(models.TextChoices):
        WORKING = "working", _("Connected")
        EXPIRED = "expired", _("Expired")
        OFF = "off", _("Switched off")

    KINDS = {State.WORKING: "ok", State.EXPIRED: "quiet", State.OFF: "bad"}

    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.PROTECT, related_name="system", editable=False
    )
    name = models.CharField(_("name of the system"), max_length=120)
    owner = models.CharField(_("agency that runs it"), max_length=200)
    contact = models.CharField(_("contact"), max_length=200)
    purpose = models.CharField(_("purpose of the connection"), max_length=500)
    basis = models.CharField(_("ground of the sharing"), max_length=200)
    scopes = models.JSONField(_("rights"), default=list)
    wards = models.JSONField(_("only these wards"), default=list)
    groups = models.JSONField(_("only these product groups"), default=list)
    addresses = models.JSONField(_("only from these addresses"), default=list)
    calls_a_minute = models.PositiveIntegerField(_("calls a minute"), default=USUAL_CALLS)
    expires_on = models.DateField(_("last day"))
    switched_off_at = models.DateTimeField(_("switched off at"), null=True, editable=False)
    switched_off_by = models.CharField(_("switched off by"), max_length=80, blank=True, editable=False)
    switched_off_reason = models.CharField(_("why it was switched off"), max_length=300, blank=True, editable=False)
    created_by = models.CharField(_("registered by"), max_length=80, editable=False)
    created_at = models.DateTimeField(_("registered at"), editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("connected system")
        verbose_name_plural = _("connected systems")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="client_named_once"),
            models.CheckConstraint(condition=Q(calls_a_minute__range=(1, MOST_CALLS)), name="client_calls_plausible"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(owner="") & ~Q(purpose="") & ~Q(basis=""), name="client_says_what_for"
            ),
            models.CheckConstraint(
                condition=Q(switched_off_at__isnull=True, switched_off_by="", switched_off_reason="")
                | (Q(switched_off_at__isnull=False) & ~Q(switched_off_by="") & ~Q(switched_off_reason="")),
                name="client_off_by_whom_and_why",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def actor(self):
        """How it stands in the access log and in histories."""
        return f"client:{self.public_id}"

    def get_absolute_url(self):
        return reverse("systems:client_detail", args=[self.public_id])

    def state_on(self, on):
        if self.switched_off_at is not None:
            return self.State.OFF
        return self.State.EXPIRED if self.expires_on < on else self.State.WORKING


class Secret(Identified):
    """A secret of a client, known by its digest alone. Two may hold at once while the system changes over.

    It is 256 random bits, so SHA-256 keeps it as well as a slow hash would, and many a second can be checked.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="secrets", verbose_name=_("system"))
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(_("ends with"), max_length=4)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=80)
    ends_at = models.DateTimeField(_("holds until"), null=True)
    used_at = models.DateTimeField(_("last used at"), null=True)

    class Meta:
        verbose_name = _("secret of a system")
        verbose_name_plural = _("secrets of systems")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("made_at")), name="secret_ends_after_it_was_made"
            ),
            models.UniqueConstraint(fields=["client"], condition=Q(ends_at__isnull=True), name="secret_one_open"),
        ]

    def __str__(self):
        return f"…{self.hint}"


class MinuteOfUse(models.Model):
    """How often a client called in one minute (minutes since 1970): what its limit is held to, and its use."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="minutes")
    minute = models.BigIntegerField()
    calls = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("minute of use")
        verbose_name_plural = _("minutes of use")
        constraints = [models.UniqueConstraint(fields=["client", "minute"], name="use_one_row_a_minute")]

    def __str__(self):
        return f"{self.client_id} {self.minute}: {self.calls}"


class DayOfUse(models.Model):
    """How often a client called on a day; summed up from its minutes in the night after the next day."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="days")
    day = models.DateField(_("day"))
    calls = models.PositiveBigIntegerField(_("calls"))

    class Meta:
        verbose_name = _("day of use")
        verbose_name_plural = _("days of use")
        constraints = [models.UniqueConstraint(fields=["client", "day"], name="use_one_row_a_day")]

    def __str__(self):
        return f"{self.client_id} {self.day}: {self.calls}"


class SubscriptionQuerySet(models.QuerySet):
    def of_working_clients(self, on):
        return self.filter(client__in=Client.objects.working(on))

    def active(self, on):
        """Those to which events are sent on the day."""
        return self.of_working_clients(on).filter(state=Subscription.State.ACTIVE)

    def with_counts(self):
        """`waiting` and `parked`: how many events of each are not settled."""
        states = {"waiting": Sending.State.WAITING, "parked": Sending.State.PARKED}
        return self.annotate(
            **{name: models.Count("sendings", filter=Q(sendings__state=state)) for name, state in states.items()}
        )


class Subscription(Identified, Versioned):
    """A connected system wants to be told of events: which, and at which address of its own.

    `cursor` is the last sequence of the chain that was looked at for it. While calls fail one after another (`failures`)
    it rests until `rest_until`. Whoever sends for it holds it until `held_until`, so that no other does.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Events are sent")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped by itself")
        ENDED = "ended", _("Ended")

    KINDS = {State.ACTIVE: "ok", State.PAUSED: "quiet", State.STOPPED: "bad", State.ENDED: "quiet"}
    MOVES = {
        State.ACTIVE: {State.PAUSED, State.STOPPED, State.ENDED},
        State.PAUSED: {State.ACTIVE, State.ENDED},
        State.STOPPED: {State.ACTIVE, State.PAUSED, State.ENDED},
        State.ENDED: set(),
    }

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("system"))
    address = models.CharField(_("address that receives events"), max_length=500)
    types = models.JSONField(_("events"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE, editable=False)
    state_at = models.DateTimeField(_("since"), editable=False)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    cursor = models.BigIntegerField(_("told up to this place of the chain"), editable=False)
    failures = models.PositiveIntegerField(_("calls that failed one after another"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    rest_until = models.DateTimeField(_("rests until"), null=True, editable=False)
    held_by = models.CharField(max_length=120, blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    created_by = models.CharField(_("made by"), max_length=80, editable=False)
    created_at = models.DateTimeField(_("made at"), editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription of events")
        verbose_name_plural = _("subscriptions of events")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "address"], condition=~Q(state="ended"), name="subscription_address_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "paused", "stopped", "ended"]), name="subscription_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(state="active", state_reason="") | (~Q(state="active") & ~Q(state_reason="")),
                name="subscription_rests_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(cursor__gte=0) & ~Q(address=""), name="subscription_has_an_address"),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since__isnull=True, rest_until__isnull=True)
                | Q(failures__gt=0, failing_since__isnull=False, rest_until__isnull=False),
                name="subscription_fails_since_when",
            ),
            models.CheckConstraint(
                condition=Q(held_by="", held_until__isnull=True) | (~Q(held_by="") & Q(held_until__isnull=False)),
                name="subscription_held_until_when",
            ),
        ]

    def __str__(self):
        return self.address

    def get_absolute_url(self):
        return reverse("systems:subscription_detail", args=[self.public_id])

    def state_shown(self, on):
        """(state in words, kind of its tag): to a system that is off or has expired nothing is sent."""
        state = self.State(self.state)
        if state != self.State.ENDED and self.client.state_on(on) != Client.State.WORKING:
            return _("Stopped with the system"), "bad"
        return state.label, self.KINDS[state]

    @property
    def reason_said(self):
        """Why nothing is sent: in words that somebody typed, or in those of the portal in the reader's language."""
        return gettext(self.state_reason) if self.state_reason else ""


class SigningSecret(Identified):
    """What the events of a subscription are signed with. Two may sign at once while the receiver changes over.

    It must be read back at every sending, so it is kept sealed rather than as a digest.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="secrets")
    sealed = models.TextField()
    hint = models.CharField(_("ends with"), max_length=4)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=80)
    ends_at = models.DateTimeField(_("signs until"), null=True)

    class Meta:
        verbose_name = _("signing secret")
        verbose_name_plural = _("signing secrets")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("made_at")), name="signing_ends_after_it_was_made"
            ),
            models.UniqueConstraint(
                fields=["subscription"], condition=Q(ends_at__isnull=True), name="signing_one_open"
            ),
        ]

    def __str__(self):
        return f"…{self.hint}"


class SendingQuerySet(models.QuerySet):
    def open(self):
        """What is not settled yet, and holds up what happened to the same thing later."""
        return self.filter(state__in=[Sending.State.WAITING, Sending.State.PARKED])

    def next_in_line(self):
        """Of each thing the first event that is not settled: only that one may go."""
        earlier = Sending.objects.open().filter(
            subscription=OuterRef("subscription"), object_id=OuterRef("object_id"), sequence__lt=OuterRef("sequence")
        )
        return self.filter(~Exists(earlier))


class Sending(Identified):
    """One event on its way to one subscription; a test has no event. The event's own identifier goes with it each time.

    What happened to one thing goes in the order in which it happened: a parked event holds up the later ones of the same
    thing, and of no other.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be sent")
        SENT = "sent", _("Taken by the receiver")
        PARKED = "parked", _("Set aside")
        DROPPED = "dropped", _("Will not be sent")

    class Why(models.TextChoices):
        NO_ANSWER = "no_answer", _("It did not answer in time")
        NAME = "name", _("The name of the address is not known")
        CONNECTION = "connection", _("The connection failed")
        NOT_PUBLIC = "not_public", _("The address leads into a network that is not public")
        PORT = "port", _("Events are not sent to this port")
        ELSEWHERE = "elsewhere", _("It sends elsewhere; events are not sent on")
        ANSWER = "answer", _("It did not take the event")
        RIGHTS = "rights", _("The system is no longer told of this")
        BY_HAND = "by_hand", _("Left out by hand")

    KINDS = {State.WAITING: "info", State.SENT: "ok", State.PARKED: "bad", State.DROPPED: "quiet"}

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="sendings")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("event"))
    sequence = models.BigIntegerField(_("place in the chain"), null=True)
    object_id = models.UUIDField(_("thing"))
    type = models.CharField(_("event"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    made_at = models.DateTimeField(_("written at"))
    next_try_at = models.DateTimeField(_("next attempt"))
    tried_at = models.DateTimeField(_("last attempt"), null=True)
    status = models.PositiveSmallIntegerField(_("answer code"), null=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), null=True)
    why = models.CharField(_("why it did not go"), max_length=12, choices=Why, blank=True)
    detail = models.CharField(_("in detail"), max_length=300, blank=True)

    objects = SendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending of an event")
        verbose_name_plural = _("sendings of events")
        indexes = [
            models.Index(fields=["subscription", "object_id", "sequence"], name="sending_in_line"),
            models.Index(fields=["subscription", "state", "next_try_at"], name="sending_by_next_try"),
            models.Index(fields=["subscription", "-id"], name="sending_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "sequence"], name="sending_once_a_subscription"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "parked", "dropped"]), name="sending_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=True, sequence__isnull=True) | Q(event__isnull=False, sequence__isnull=False),
                name="sending_of_an_event_or_a_test",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["parked", "dropped"]) | ~Q(why=""), name="sending_says_why_not"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(status__isnull=False, tried_at__isnull=False),
                name="sending_received_with_an_answer",
            ),
        ]

    def __str__(self):
        return f"{self.type} {self.get_state_display()}"

    def get_absolute_url(self):
        return reverse("systems:sending_detail", args=[self.public_id])
