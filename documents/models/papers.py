"""Papers that go out: what stands on them, who signs them and in whose right, and the steps of their way."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, Post
from accounts.roles import LEADERS, Role
from audit.identity import Identified, Versioned
from documents import purposes
from documents.models.imports import StoredFile
from documents.models.numbers import NumberSeries, PaperNumber
from documents.paper_states import CLERK, INITIALLERS, OFFICE, ON_THE_WAY, SEERS, WITH_NUMBER, State, move_of
from documents.signatories import Authority
from screens.text import fold

MOST_LETTERS = 1_000_000  # of the content


def posts_heading(office, on):
    """The posts whose holders may initial the papers of an office on the day."""
    return Post.objects.in_force(on).filter(office=office, role__in=[role.value for role in INITIALLERS])


def offices_headed_by(user, on):
    """The offices whose papers somebody may initial on the day."""
    posts = Post.objects.in_force(on).filter(user=user, role__in=[role.value for role in INITIALLERS])
    return posts.values("office")


class PaperQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Drafts are seen by whoever drafted them and the heads of their office; what is on its way also by whoever
        takes a step of it, the leaders and auditors; what was issued by all staff but whoever only runs the system, unless
        it was made for what they have no business with."""
        if not user.is_authenticated or not user.roles & SEERS:
            return self.none()
        own = Q(drafter=user) | Q(office__in=offices_headed_by(user, timezone.localdate()))
        issued = Q(state=State.ISSUED) & ~purposes.withheld_from(user)
        seen = own | issued | Q(signer=user, state__in=[*ON_THE_WAY, State.STOPPED])
        if user.roles & (OFFICE | LEADERS | {Role.AUDITOR}):
            seen |= Q(state__in=[*ON_THE_WAY, State.STOPPED])
        return self.filter(seen)

    def waiting_for(self, user, on):
        """Those whose next step is this person's, and can be taken as far as what they are made for goes."""
        to_sign = Q(state=State.SIGNING, signer=user) & ~purposes.not_to_be_signed_yet()
        waiting = to_sign | Q(state=State.DRAFT, drafter=user, round__gt=1)
        if user.roles & INITIALLERS:
            waiting |= Q(state=State.INITIALLING, office__in=offices_headed_by(user, on)) & ~(
                Q(drafter=user) | Q(signer=user)
            )
        if user.roles & OFFICE:
            waiting |= Q(state=State.CHECKING) & ~Q(drafter=user)
        if user.roles & CLERK:
            waiting |= Q(state__in=[State.NUMBERING, State.SEALING, State.ISSUING])
        return self.filter(waiting)


def _file(label):
    return models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=label)


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
    round = models.PositiveSmallIntegerField(_("time it goes its way"), default=1)
    step_count = models.PositiveSmallIntegerField(_("steps taken"), default=0)
    waiting_since = models.DateTimeField(_("waiting since"), null=True)
    token = models.CharField(max_length=40, null=True, unique=True, editable=False)
    places = models.JSONField(default=list, editable=False)
    drawn = _file(_("paper to be signed"))
    signed = _file(_("paper as it was signed"))
    numbered = _file(_("paper with number and date"))
    sealed = _file(_("paper signed by the agency"))
    number = models.OneToOneField(
        PaperNumber, on_delete=models.PROTECT, null=True, related_name="paper", verbose_name=_("number of a paper")
    )
    issued_at = models.DateTimeField(_("issued at"), null=True)
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
            models.CheckConstraint(
                condition=Q(
                    state__in=[state.value for state in WITH_NUMBER], number__isnull=False, numbered__isnull=False
                )
                | ~Q(state__in=[state.value for state in WITH_NUMBER]) & Q(number__isnull=True),
                name="paper_with_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["numbering", "sealing", "issuing", "issued"]) | Q(signed__isnull=False),
                name="paper_signed_before_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="signing") | Q(drawn__isnull=False, token__isnull=False),
                name="paper_drawn_before_it_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", issued_at__isnull=False, sealed__isnull=False)
                | ~Q(state="issued") & Q(issued_at__isnull=True),
                name="paper_issued_with_its_day",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("documents:paper", args=[self.public_id])

    @property
    def title(self):
        """Its subject as it stands by itself: with a capital, which it has not after “V/v” in a letter."""
        return capfirst(self.subject)

    @property
    def is_draft(self):
        return self.state == State.DRAFT

    def may(self, verb):
        return move_of(verb, State(self.state)) is not None

    def derive(self):
        self.folded = fold(f"{self.subject} {self.series.name_vi} {self.office.name} {self.recipients}")

    def is_late(self, on):
        """Whether its day is past and it is not issued yet."""
        return self.due_on is not None and self.due_on < on and self.state in (State.DRAFT, *ON_THE_WAY)

    @property
    def last_file(self):
        """The file of the paper as far as it came; None while it is drafted."""
        return self.sealed or self.numbered or self.signed or self.drawn


class PaperStep(Identified):
    """A step that somebody took on the way of a paper: who, when, with what file and what signature. Never changed."""

    paper = models.ForeignKey(
        OutgoingPaper, on_delete=models.PROTECT, related_name="steps", verbose_name=_("paper that goes out")
    )
    place = models.PositiveSmallIntegerField(_("place on the way"))
    round = models.PositiveSmallIntegerField(_("time it goes its way"))
    verb = models.CharField(_("step"), max_length=10)
    target = models.CharField(_("state"), max_length=12, choices=State)
    by = models.CharField(_("by"), max_length=80)
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("reason"), max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file"))
    facts = models.JSONField(_("signature"), default=dict)

    class Meta:
        verbose_name = _("step of a paper")
        verbose_name_plural = _("steps of papers")
        ordering = ["paper", "place"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "place"], name="one_step_a_place"),
            models.CheckConstraint(
                condition=~Q(verb__in=["return", "stop"]) | ~Q(note=""), name="paper_sent_back_with_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(verb__in=["check", "sign", "number", "seal"]) | Q(file__isnull=False),
                name="paper_step_with_its_file",
            ),
        ]

    def __str__(self):
        return f"{self.paper_id} {self.place} {self.verb}"
