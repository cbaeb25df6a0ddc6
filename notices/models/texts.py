"""How each kind of notice is worded. A wording never changes: another one takes its place."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.identity import Identified

WORDS = ("subject_vi", "body_vi", "subject_en", "body_en")


class TextQuerySet(models.QuerySet):
    def newest(self):
        """The wording that holds for each kind."""
        later = Text.objects.filter(kind=models.OuterRef("kind"), number__gt=models.OuterRef("number"))
        return self.filter(~models.Exists(later))


class Text(Identified):
    """A wording of a kind of notice; the one with the highest number holds."""

    kind = models.CharField(_("kind of notice"), max_length=60)
    number = models.PositiveIntegerField(_("number"))
    subject_vi = models.CharField(_("subject in Vietnamese"), max_length=200)
    body_vi = models.TextField(_("text in Vietnamese"))
    subject_en = models.CharField(_("subject in English"), max_length=200, blank=True)
    body_en = models.TextField(_("text in English"), blank=True)
    written_at = models.DateTimeField(_("written at"))
    written_by = models.CharField(_("written by"), max_length=80)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = TextQuerySet.as_manager()

    class Meta:
        verbose_name = _("wording of a notice")
        verbose_name_plural = _("wordings of notices")
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="notice_text_once_a_number"),
            models.CheckConstraint(condition=~Q(subject_vi="") & ~Q(body_vi=""), name="notice_text_in_vietnamese"),
            models.CheckConstraint(
                condition=Q(subject_en="", body_en="") | ~Q(subject_en="") & ~Q(body_en=""),
                name="notice_text_whole_in_english",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.number}"

    @property
    def version(self):
        """What a form that was opened on this wording was opened on."""
        return self.number

    @property
    def words(self):
        return {name: getattr(self, name) for name in WORDS}

    def said(self, name):
        """`subject` or `body` in the active language; Vietnamese where there is no English."""
        english = getattr(self, f"{name}_en") if (get_language() or "vi").startswith("en") else ""
        return english or getattr(self, f"{name}_vi")
