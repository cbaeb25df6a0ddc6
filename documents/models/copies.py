"""Copies of papers (sao y, trích sao, sao lục): of what came in or was issued, with the form of the copy that Decree 30/2020 asks."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from accounts.roles import LEADERS, Role
from audit.identity import Identified, Versioned
from documents.copy_states import WITH_COPY_NUMBER, CopyState, copy_move
from documents.models.imports import StoredFile
from documents.models.incoming import IncomingPaper
from documents.models.numbers import NumberSeries, PaperNumber
from documents.models.papers import OutgoingPaper
from documents.paper_states import CLERK, OFFICE, SEERS
from documents.signatories import Authority


class CopyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever signs one, the Department's Office, the leaders and auditors, and those who see what was copied."""
        if not user.is_authenticated or not user.roles & SEERS:
            return self.none()
        if user.roles & (OFFICE | LEADERS | {Role.AUDITOR}):
            return self.all()
        return self.filter(
            Q(signer=user)
            | Q(incoming__in=IncomingPaper.objects.visible_to(user).order_by())
            | Q(outgoing__in=OutgoingPaper.objects.visible_to(user).order_by())
        )

    def waiting_for(self, user):
        """Those whose next step is this person's."""
        waiting = Q(state=CopyState.SIGNING, signer=user)
        if user.roles & CLERK:
            waiting |= Q(state__in=[CopyState.NUMBERING, CopyState.ISSUING])
        return self.filter(waiting)


def _file(label, **more):
    return models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=label, **more)


class PaperCopy(Identified, Versioned):
    """A copy of a paper: all of it, a part of it, or a copy of a copy. Each step leaves the file as it was then."""

    State = CopyState
    Authority = Authority

    class Kind(models.TextChoices):
        FULL = "full", pgettext_lazy("kind of copy", "Full copy (sao y)")
        EXTRACT = "extract", pgettext_lazy("kind of copy", "Extract (trích sao)")
        RELAYED = "relayed", pgettext_lazy("kind of copy", "Copy of a full copy (sao lục)")

    kind = models.CharField(_("kind of copy"), max_length=7, choices=Kind)
    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, related_name="paper_copies", verbose_name=_("series of numbers")
    )
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office that copies"))
    incoming = models.ForeignKey(
        IncomingPaper,
        on_delete=models.PROTECT,
        null=True,
        related_name="paper_copies",
        verbose_name=_("paper that came in"),
    )
    outgoing = models.ForeignKey(
        OutgoingPaper,
        on_delete=models.PROTECT,
        null=True,
        related_name="paper_copies",
        verbose_name=_("paper that goes out"),
    )
    called = models.TextField(_("how it names what was copied"), default="")
    source = _file(_("file that was copied"))
    extract = models.TextField(_("part that is copied"), blank=True)
    recipients = models.TextField(_("recipients"))
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("signed by")
    )
    authority = models.CharField(_("right to sign"), max_length=3, choices=Authority)
    authority_paper = models.CharField(_("paper that authorises the signer"), max_length=120, blank=True)
    signer_post = models.CharField(_("post above the name"), max_length=150, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=CopyState, default=CopyState.SIGNING)
    places = models.JSONField(default=list, editable=False)
    drawn = _file(_("copy to be signed"))
    signed = _file(_("copy as it was signed"), null=True)
    numbered = _file(_("copy with number and date"), null=True)
    sealed = _file(_("copy signed by the agency"), null=True)
    signature = models.JSONField(_("signature"), default=dict)
    number = models.OneToOneField(
        PaperNumber,
        on_delete=models.PROTECT,
        null=True,
        related_name="copy_of_paper",
        verbose_name=_("number of a paper"),
    )
    prepared_at = models.DateTimeField(_("prepared at"))
    prepared_by = models.CharField(_("prepared by"), max_length=80)
    signed_at = models.DateTimeField(_("signed at"), null=True)
    issued_at = models.DateTimeField(_("issued at"), null=True)
    issued_by = models.CharField(_("issued by"), max_length=80, blank=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True)
    dropped_by = models.CharField(_("dropped by"), max_length=80, blank=True)
    dropped_reason = models.CharField(_("why it was dropped"), max_length=300, blank=True)

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of a paper")
        verbose_name_plural = _("copies of papers")
        ordering = ["-prepared_at", "-id"]
        indexes = [models.Index(fields=["state", "prepared_at"], name="copy_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["full", "extract", "relayed"]), name="copy_kind_valid"),
            models.CheckConstraint(
                condition=Q(state__in=["signing", "numbering", "issuing", "issued", "dropped"]), name="copy_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(authority__in=[each.value for each in Authority]), name="copy_authority_valid"
            ),
            models.CheckConstraint(
                condition=Q(incoming__isnull=False, outgoing__isnull=True)
                | Q(incoming__isnull=True, outgoing__isnull=False),
                name="copy_of_one_paper",
            ),
            models.CheckConstraint(
                condition=Q(kind="extract") & ~Q(extract="") | ~Q(kind="extract") & Q(extract=""),
                name="copy_extract_says_what",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[state.value for state in WITH_COPY_NUMBER], number__isnull=False, numbered__isnull=False
                )
                | ~Q(state__in=[state.value for state in WITH_COPY_NUMBER]) & Q(number__isnull=True),
                name="copy_with_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["numbering", "issuing", "issued"])
                | Q(signed__isnull=False, signed_at__isnull=False),
                name="copy_signed_before_its_number",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", sealed__isnull=False, issued_at__isnull=False) & ~Q(issued_by="")
                | ~Q(state="issued") & Q(issued_at__isnull=True, issued_by=""),
                name="copy_issued_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="dropped", dropped_at__isnull=False) & ~Q(dropped_by="") & ~Q(dropped_reason="")
                | ~Q(state="dropped") & Q(dropped_at__isnull=True, dropped_by="", dropped_reason=""),
                name="copy_dropped_with_a_reason",
            ),
        ]

    def __str__(self):
        return str(self.number) if self.number_id else self.get_kind_display()

    def get_absolute_url(self):
        return reverse("documents:copy", args=[self.public_id])

    def may(self, verb):
        return copy_move(verb, CopyState(self.state)) is not None

    @property
    def original(self):
        return self.incoming or self.outgoing

    @property
    def last_file(self):
        return self.sealed or self.numbered or self.signed or self.drawn
