"""Papers that go out: what stands on them, who signs them and in whose right."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, Post
from accounts.roles import HEADS, READERS, Role
from audit.identity import Identified, Versioned
from documents.models.numbers import NumberSeries
from documents.paper_states import State, move_of
from documents.signatories import Authority
from screens.text import fold

MOST_LETTERS = 1_000_000  # of the content


class PaperQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever drafted a paper sees it, and the heads of the office it is drafted in."""
        if not user.is_authenticated or not user.roles & READERS:
            return self.none()
        heads = [role.value for role in (*HEADS, Role.CHIEF_OF_OFFICE)]
        posts = Post.objects.in_force(timezone.localdate()).filter(user=user)
        return self.filter(Q(drafter=user) | Q(office__in=posts.filter(role__in=heads).values("office")))

    def drafts_of(self, user):
        return self.filter(state=State.DRAFT, drafter=user)


class OutgoingPaper(Identified, Versioned):
    """A paper that the Department or a council issues, laid out as its series says.

    The content is typed as plain text (`documents.layout.data.blocks_from` reads it); PDF and Word file are made of it.
    """

    State = State
    Authority = Authority

    series = models.ForeignKey(
        NumberSeries, on_delete=models.PROTECT, related_name="papers", verbose_name=_("kind of paper")
    )
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office that drafts"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    subject = models.CharField(_("abstract of the content"), max_length=500)
    addressees = models.TextField(_("addressed to"), blank=True)
    bases = models.TextField(_("legal bases"), blank=True)
    body = models.TextField(_("content"))
    recipients = models.TextField(_("recipients"), blank=True)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("signed by")
    )
    authority = models.CharField(_("right to sign"), max_length=3, choices=Authority)
    authority_paper = models.CharField(_("paper that authorises the signer"), max_length=120, blank=True)
    signer_post = models.CharField(_("post above the name"), max_length=150, blank=True)
    due_on = models.DateField(_("to be issued by"), null=True, blank=True)
    drafter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("begun at"))
    discarded_at = models.DateTimeField(_("given up at"), null=True)
    discarded_by = models.CharField(_("given up by"), max_length=80, blank=True)
    discarded_reason = models.CharField(_("why it was given up"), max_length=300, blank=True)
    folded = models.TextField(editable=False, default="")

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper that goes out")
        verbose_name_plural = _("papers that go out")
        ordering = ["-drafted_at", "-id"]
        indexes = [
            models.Index(fields=["state", "-drafted_at"], name="paper_by_state"),
            models.Index(F("drafted_at").desc(), F("id").desc(), name="paper_by_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[state.value for state in State]), name="paper_state_valid"),
            models.CheckConstraint(
                condition=Q(authority__in=[each.value for each in Authority]), name="paper_authority_valid"
            ),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(body=""), name="paper_says_something"),
            models.CheckConstraint(
                condition=~Q(authority__in=["tuq", "q"]) | ~Q(authority_paper=""), name="paper_signed_by_authorisation"
            ),
            models.CheckConstraint(
                condition=Q(state="discarded", discarded_at__isnull=False)
                & ~Q(discarded_by="")
                & ~Q(discarded_reason="")
                | ~Q(state="discarded") & Q(discarded_at__isnull=True, discarded_by="", discarded_reason=""),
                name="paper_discarded_by_somebody",
            ),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("documents:paper", args=[self.public_id])

    @property
    def is_draft(self):
        return self.state == State.DRAFT

    def may(self, verb):
        return move_of(verb, State(self.state)) is not None

    def derive(self):
        self.folded = fold(f"{self.subject} {self.series.name_vi} {self.office.name} {self.recipients}")
