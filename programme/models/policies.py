"""The mechanisms and policies that the programme rests on, and the reviews that propose to change them."""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.identity import Identified, Versioned
from audit.refusals import Refused
from reference.models import Sourced, confidence_valid
from screens.text import clean, fold, sort_key

UNKNOWN_NUMBER = "…"  # a number that is not known is written as offices write it: …/NQ-HĐND


class Standing(models.TextChoices):
    """Whether a policy holds on a day; worked out, never stored."""

    IN_FORCE = "in_force", _("In force")
    NOT_YET = "not_yet", _("Not yet in force")
    EXPIRED = "expired", _("No longer in force")
    SUPERSEDED = "superseded", pgettext_lazy("document", "Superseded")
    WITHDRAWN = "withdrawn", _("Entered by mistake")


class PolicyQuerySet(models.QuerySet):
    def listed(self):
        """Those that were not taken out of the register."""
        return self.filter(withdrawn_on__isnull=True)

    def superseded(self, on):
        return self.listed().filter(superseded_from__lte=on)

    def numbered_like(self, policy):
        """Others in the register under the same number, of the same year as far as the days are known."""
        if policy.withdrawn_on or not policy.number_is_known:
            return self.none()
        of_year = Q(issued_on__isnull=True) | Q(issued_on__year=policy.issued_on.year) if policy.issued_on else Q()
        return self.listed().filter(of_year, sort_key=policy.sort_key).exclude(pk=policy.pk)

    def with_standing(self, on):
        """Adds `standing`: what Policy.standing_on says, worked out by the database."""
        return self.annotate(
            standing=Case(
                When(withdrawn_on__isnull=False, then=Value("withdrawn")),
                When(superseded_from__lte=on, then=Value("superseded")),
                When(valid_to__lt=on, then=Value("expired")),
                When(valid_from__gt=on, then=Value("not_yet")),
                default=Value("in_force"),
                output_field=models.CharField(),
            )
        )

    def newest_first(self):
        """By the day of issue; those whose day is not known come last."""
        return self.order_by(F("issued_on").desc(nulls_last=True), "sort_key", "pk")


class Policy(Identified, Versioned, Sourced):
    """A document that gives the programme a mechanism or a policy. Number, issuer and day name it for ever.

    A day that is not known stays empty until it is found. A policy ends or is superseded; it is never removed.
    """

    class Kind(models.TextChoices):
        LAW = "law", _("Law")
        RESOLUTION = "resolution", _("Resolution")
        DECREE = "decree", _("Decree")
        DECISION = "decision", pgettext_lazy("document", "Decision")
        CIRCULAR = "circular", _("Circular")
        PLAN = "plan", pgettext_lazy("document", "Plan")
        STANDARD = "standard", pgettext_lazy("document", "Standard")
        OTHER = "other", _("Other document")

    kind = models.CharField(_("kind of document"), max_length=20, choices=Kind)
    number = models.CharField(_("number and symbol"), max_length=60)
    issuer = models.CharField(_("issued by"), max_length=200)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    title = models.CharField(_("what the document is about"), max_length=500)
    gives = models.TextField(_("what it gives"), blank=True)
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="supersedes",
        verbose_name=_("superseded by"),
    )
    superseded_from = models.DateField(_("superseded from"), null=True, blank=True, editable=False)
    note = models.TextField(_("note"), blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True, editable=False)
    sort_key = models.TextField(editable=False, default="")
    folded = models.TextField(editable=False, default="")

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("mechanism or policy")
        verbose_name_plural = _("mechanisms and policies")
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["law", "resolution", "decree", "decision", "circular", "plan", "standard", "other"]
                ),
                name="policy_kind_valid",
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(issuer="") & ~Q(title="") & ~Q(sort_key=""), name="policy_named"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="policy_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(valid_from__isnull=True) | Q(valid_from__gte=F("issued_on")),
                name="policy_holds_after_its_issue",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("issued_on")),
                name="policy_ends_after_its_issue",
            ),
            models.CheckConstraint(condition=~Q(superseded_by=F("id")), name="policy_does_not_supersede_itself"),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True, superseded_from__isnull=True)
                | Q(
                    superseded_by__isnull=False,
                    superseded_from__isnull=False,
                    valid_to__isnull=False,
                    valid_to__lt=F("superseded_from"),
                ),
                name="policy_superseded_from_a_day",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(superseded_by__isnull=True),
                name="policy_withdrawn_is_not_superseded",
            ),
            models.UniqueConstraint(
                fields=["sort_key", "issuer", "issued_on"],
                condition=Q(withdrawn_on__isnull=True, issued_on__isnull=False),
                name="one_policy_a_name",
            ),
            models.UniqueConstraint(
                fields=["sort_key", "issuer"],
                condition=Q(withdrawn_on__isnull=True, issued_on__isnull=True),
                name="one_policy_a_name_without_day",
            ),
            confidence_valid("policy_confidence_valid"),
        ]

    def __str__(self):
        return self.number

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("programme:policy", args=[self.public_id])

    def derive(self):
        """Fill what follows from other columns: one way of writing the name, its order, and what searches read."""
        self.number, self.issuer, self.title = clean(self.number), clean(self.issuer), clean(self.title)
        self.sort_key = sort_key(self.number)
        parts = (KIND_WORDS.get(self.kind, ""), self.number, self.title, self.issuer, self.gives)
        self.folded = fold(" ".join(part for part in parts if part))

    @property
    def number_is_known(self):
        return not self.number.startswith(UNKNOWN_NUMBER)

    def standing_on(self, on):
        if self.withdrawn_on:
            return Standing.WITHDRAWN
        if self.superseded_from and self.superseded_from <= on:
            return Standing.SUPERSEDED
        if self.valid_to and self.valid_to < on:
            return Standing.EXPIRED
        if self.valid_from and self.valid_from > on:
            return Standing.NOT_YET
        return Standing.IN_FORCE


# what people type when they search, whatever the language of the page
KIND_WORDS = {
    "law": "Luật",
    "resolution": "Nghị quyết NQ",
    "decree": "Nghị định NĐ",
    "decision": "Quyết định QĐ",
    "circular": "Thông tư TT",
    "plan": "Kế hoạch KH",
    "standard": "Tiêu chuẩn TCVN",
}


class CitationCount(models.Model):
    """How many rows of the portal still cited a superseded document when they were last counted; worked out, never typed."""

    policy = models.OneToOneField(Policy, on_delete=models.PROTECT, primary_key=True, related_name="citation_count")
    rows = models.PositiveIntegerField(_("rows that cite it"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("count of citations")
        verbose_name_plural = _("counts of citations")

    def __str__(self):
        return f"{self.policy_id}: {self.rows}"


class PolicyReviewQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not withdrawn."""
        return self.exclude(state="withdrawn")

    def proposing_change(self, year):
        """What is proposed in a year to be amended, replaced or repealed: the yearly list."""
        return self.standing().filter(year=year).exclude(proposes="keep")


class PolicyReview(Identified, Versioned):
    """What the Department found when it reviewed a policy in a year, what it proposes, and what became of it."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("review", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("review", "Submitted")
        ANSWERED = "answered", pgettext_lazy("review", "Answered")
        WITHDRAWN = "withdrawn", pgettext_lazy("review", "Withdrawn")

    class Proposes(models.TextChoices):
        KEEP = "keep", pgettext_lazy("document", "Keep")
        AMEND = "amend", pgettext_lazy("document", "Amend")
        REPLACE = "replace", pgettext_lazy("document", "Replace")
        REPEAL = "repeal", pgettext_lazy("document", "Repeal")

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
        PARTLY = "partly", pgettext_lazy("proposal", "Accepted in part")
        REFUSED = "refused", pgettext_lazy("proposal", "Not accepted")

    MOVES = {
        State.DRAFT: {State.SUBMITTED, State.WITHDRAWN},
        State.SUBMITTED: {State.ANSWERED},
        State.ANSWERED: set(),
        State.WITHDRAWN: set(),
    }

    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("mechanism or policy")
    )
    year = models.PositiveSmallIntegerField(_("year of the review"))
    found = models.TextField(_("what was found"))
    proposes = models.CharField(_("what is proposed"), max_length=10, choices=Proposes)
    proposal = models.TextField(_("wording of the proposal"), blank=True)
    state = models.CharField(
        _("state of the review"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    submitted_number = models.CharField(_("number of the submission"), max_length=60, blank=True)
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answer_number = models.CharField(_("number of the answer"), max_length=60, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer_text = models.TextField(_("what the answer says"), blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True, editable=False)
    withdrawn_reason = models.CharField(_("reason of withdrawal"), max_length=300, blank=True, editable=False)

    objects = PolicyReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of a policy")
        verbose_name_plural = _("reviews of policies")
        ordering = ["-year", "policy__sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "answered", "withdrawn"]), name="review_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(proposes__in=["keep", "amend", "replace", "repeal"]), name="review_proposes_valid"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "accepted", "partly", "refused"]), name="review_answer_valid"
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="review_year_valid"),
            models.CheckConstraint(
                condition=~Q(found="") & (Q(proposes="keep") | ~Q(proposal="")), name="review_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"], submitted_on__isnull=True, submitted_number="")
                | Q(state__in=["submitted", "answered"], submitted_on__isnull=False) & ~Q(submitted_number=""),
                name="review_submitted_by_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "submitted", "withdrawn"],
                    answered_on__isnull=True,
                    answer_number="",
                    answer="",
                    answer_text="",
                )
                | Q(state="answered", answered_on__isnull=False) & ~Q(answer_number="") & ~Q(answer=""),
                name="review_answered_by_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("submitted_on")),
                name="review_answered_after_it_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_on__isnull=False) & ~Q(withdrawn_reason="")
                | Q(state__in=["draft", "submitted", "answered"], withdrawn_on__isnull=True, withdrawn_reason=""),
                name="review_withdrawn_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["policy", "year"], condition=Q(state="draft"), name="one_draft_review_a_year"
            ),
        ]

    def __str__(self):
        return f"{self.policy} – {self.year}"

    def get_absolute_url(self):
        return reverse("programme:review", args=[self.public_id])

    def may_move_to(self, state):
        return state in self.MOVES[self.state]

    def require_move_to(self, state):
        if not self.may_move_to(state):
            raise Refused(REFUSALS[self.state])


REFUSALS = {
    PolicyReview.State.DRAFT: _("This review is still a draft. Submit it by a paper first."),
    PolicyReview.State.SUBMITTED: _("This review is submitted already. What is left is the answer to it."),
    PolicyReview.State.ANSWERED: _("This review is answered already. Begin a new review for a new proposal."),
    PolicyReview.State.WITHDRAWN: _("This review is withdrawn. Begin a new one."),
}
