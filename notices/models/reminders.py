"""Reminders between colleagues: no paper, no number, nothing that leaves the office."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified


class ReminderQuerySet(models.QuerySet):
    def of(self, user):
        """Those that the person sent or was sent."""
        return self.filter(Q(sender_id=user.pk) | Q(receiver_id=user.pk))

    def open(self):
        return self.filter(done_at__isnull=True)


class Reminder(Identified):
    """That somebody is reminded, by a colleague, of a thing with a page; open until one of both says it is done."""

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who reminds")
    )
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who is reminded")
    )
    object_kind = models.CharField(_("kind of thing"), max_length=80)
    object_id = models.UUIDField(_("thing"))
    label = models.CharField(_("about"), max_length=300)
    words = models.CharField(_("what is to be done"), max_length=500)
    due_on = models.DateField(_("to be done by"), null=True)
    sent_at = models.DateTimeField(_("reminded at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("said to be done by"),
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["receiver", "done_at"], name="reminder_by_receiver")]
        constraints = [
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="reminder_of_another"),
            models.CheckConstraint(condition=~Q(words="") & ~Q(label=""), name="reminder_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__gte=F("sent_at"), done_by__isnull=False),
                name="reminder_done_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["sender", "receiver", "object_kind", "object_id"],
                condition=Q(done_at__isnull=True),
                name="reminder_open_once",
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("notices:reminder", args=[self.public_id])
