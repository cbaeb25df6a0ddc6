"""Sessions, sign-ins, and forms kept while somebody signs in again."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from audit.identity import Identified


class SignIn(Identified):
    """One signed-in session. The door asks this row: when it has ended, the session is over, wherever it is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins", verbose_name=_("person"))
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    csrf_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    started_at = models.DateTimeField(_("signed in at"))
    seen_at = models.DateTimeField(_("last seen at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, blank=True)
    with_second_factor = models.BooleanField(_("with second factor"), default=False)
    address = models.CharField(_("address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [models.Index(fields=["user", "-id"], name="sign_in_by_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="") | Q(ended_at__isnull=False) & ~Q(end_reason=""),
                name="sign_in_ends_with_reason",
            )
        ]

    def __str__(self):
        return f"{self.user} {self.started_at:%Y-%m-%d %H:%M}"


class LoginRecord(models.Model):
    """An attempt to sign in, successful or not. Of an unknown address nothing but the attempt is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="login_records")
    at = models.DateTimeField(_("time"))
    success = models.BooleanField(_("successful"))
    step = models.CharField(_("step"), max_length=20)
    address = models.CharField(_("address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("sign-in attempt")
        verbose_name_plural = _("sign-in attempts")
        indexes = [models.Index(fields=["user", "-id"], name="login_record_by_user")]

    def __str__(self):
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"


class ParkedForm(models.Model):
    """What somebody had typed when their session turned out to have ended: kept encrypted, shown again after sign-in."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    browser_digest = models.CharField(max_length=64)
    path = models.CharField(max_length=600)
    action = models.CharField(max_length=600)
    sealed_fields = models.TextField()
    left_out = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("parked form")
        verbose_name_plural = _("parked forms")

    def __str__(self):
        return f"{self.path} {self.created_at:%Y-%m-%d %H:%M}"


class ParkedFile(models.Model):
    """A file that had been sent with a parked form (encrypted)."""

    form = models.ForeignKey(ParkedForm, on_delete=models.CASCADE, related_name="files")
    field = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True)
    sealed_content = models.BinaryField()

    class Meta:
        verbose_name = _("parked file")
        verbose_name_plural = _("parked files")

    def __str__(self):
        return self.name
