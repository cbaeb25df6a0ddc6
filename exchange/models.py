"""Who calls the API: other systems of the city, their secrets, and how much they asked."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified, Versioned

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
