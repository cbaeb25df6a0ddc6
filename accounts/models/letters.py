"""What goes out by mail: invitations and letters."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from audit.identity import Identified


class Invitation(Identified):
    """A one-time link by which somebody gets an account and what goes with it (a post, a membership)."""

    email = models.EmailField(_("e-mail address"))
    full_name = models.CharField(_("full name"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=40)
    payload = models.JSONField(_("what goes with it"), default=dict)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.UUIDField(_("invited by"), null=True)
    created_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="invitations")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"),
        ]

    def __str__(self):
        return f"{self.full_name} <{self.email}>"

    def is_open(self, now):
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at

    def state(self, now):
        """(state, words) for lists."""
        if self.accepted_at:
            return "accepted", _("Accepted")
        if self.withdrawn_at:
            return "withdrawn", _("Withdrawn")
        if now >= self.expires_at:
            return "expired", _("Expired")
        return "open", _("Waiting for an answer")


class Letter(Identified):
    """A mail to be sent. Its text is kept encrypted until it has gone, then dropped."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        DROPPED = "dropped", _("Not to be sent")

    MOVES = {
        State.QUEUED: {State.SENT, State.FAILED, State.DROPPED},
        State.FAILED: {State.SENT, State.FAILED, State.QUEUED, State.DROPPED},
        State.SENT: set(),
        State.DROPPED: set(),
    }

    kind = models.CharField(_("kind"), max_length=60)
    to = models.EmailField(_("recipient"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    sealed_body = models.TextField(editable=False, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written at"))
    tried_at = models.DateTimeField(_("last tried at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [models.Index(fields=["state", "id"], name="letter_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed", "dropped"]), name="letter_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="letter_sent_with_time",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.to}"
