"""Delegations (ủy quyền): for a time, by a paper, one person does one thing in another's name."""

from datetime import date

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.roles import Role
from audit.identity import Identified, Versioned
from screens import formats


class DelegationQuerySet(models.QuerySet):
    def in_force(self, on: date):
        """Those that hold on the day; whether giver and receiver still may is asked when somebody acts."""
        return self.filter(starts_on__lte=on, ends_on__gte=on)

    def not_over(self, on: date):
        """In force on the day, or to come."""
        return self.filter(ends_on__gte=on).filter(ends_on__gte=F("starts_on"))

    def touching(self, user):
        """Those that the person gave or received."""
        return self.filter(Q(giver=user) | Q(receiver=user))

    def received_by(self, user, on: date):
        """In force on the day for `user`, each with `giver_roles`: what the giver's own posts are worth that day.

        One query. A giver whose account is disabled or who holds no post any more gives nothing.
        """
        found: dict[int, Delegation] = {}
        rows = (
            self.in_force(on)
            .filter(
                Q(giver__posts__ends_on__isnull=True) | Q(giver__posts__ends_on__gte=on),
                receiver=user,
                giver__is_active=True,
                giver__posts__starts_on__lte=on,
            )
            .annotate(giver_role=F("giver__posts__role"))
            .select_related("giver")
            .order_by("pk")
        )
        for row in rows:
            delegation = found.setdefault(row.pk, row)
            delegation.giver_roles = delegation.giver_roles | {Role(row.giver_role)}
        return list(found.values())

    def with_state(self, on: date):
        """`state`: how each stands on the day (Delegation.State)."""
        State = Delegation.State
        return self.annotate(
            state=Case(
                When(ends_on__lt=F("starts_on"), then=Value(State.ENDED_EARLY)),
                When(starts_on__gt=on, then=Value(State.TO_COME)),
                When(ends_on__gte=on, then=Value(State.IN_FORCE)),
                When(ended_early_on__isnull=False, then=Value(State.ENDED_EARLY)),
                default=Value(State.OVER),
                output_field=models.CharField(),
            )
        )


class Delegation(Identified, Versioned):
    """The receiver does what the giver's own roles allow, from a day to a day (both included).

    Of one giver and action at most one holds on a day (a guard). Ended early, it holds until the new `ends_on`; one
    that ends before it began (`ends_on` before `starts_on`) never held.
    """

    class State(models.TextChoices):
        TO_COME = "to_come", _("To come")
        IN_FORCE = "in_force", _("In force")
        OVER = "over", _("Over")
        ENDED_EARLY = "ended_early", _("Ended before its last day")

    KINDS = {State.TO_COME: "info", State.IN_FORCE: "ok", State.OVER: "quiet", State.ENDED_EARLY: "warn"}

    giver = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="delegations_given", verbose_name=_("who authorises")
    )
    receiver = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="delegations_received", verbose_name=_("who is authorised")
    )
    action = models.CharField(_("what for"), max_length=80)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("last day"))
    planned_ends_on = models.DateField(_("last day by the paper"))
    paper = models.CharField(_("written authorisation"), max_length=120)
    paper_on = models.DateField(_("date of the written authorisation"), null=True)  # older ones name it in `paper`
    limit_vnd = models.BigIntegerField(_("at most for one act"), null=True, blank=True)
    created_by = models.CharField(_("recorded by"), max_length=80)
    created_at = models.DateTimeField(_("recorded at"))
    ended_early_on = models.DateField(_("ended early on"), null=True, blank=True)
    ended_early_by = models.CharField(_("ended early by"), max_length=80, blank=True)
    ended_early_reason = models.CharField(_("why it ended early"), max_length=300, blank=True)

    giver_roles: frozenset = frozenset()  # filled by `received_by`

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["starts_on", "id"]
        indexes = [models.Index(fields=["receiver", "ends_on"], name="delegation_by_receiver")]
        constraints = [
            models.CheckConstraint(condition=~Q(receiver=F("giver")), name="delegation_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(planned_ends_on__gte=F("starts_on")), name="delegation_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(paper="") & ~Q(action=""), name="delegation_by_a_paper"),
            models.CheckConstraint(
                condition=Q(paper_on__isnull=True) | Q(paper_on__lte=F("starts_on")),
                name="delegation_not_before_its_paper",
            ),
            models.CheckConstraint(
                condition=Q(limit_vnd__isnull=True) | Q(limit_vnd__gt=0), name="delegation_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(
                    ended_early_on__isnull=True,
                    ended_early_by="",
                    ended_early_reason="",
                    ends_on=F("planned_ends_on"),
                )
                | Q(ended_early_on__isnull=False, ends_on__lt=F("planned_ends_on"))
                & ~Q(ended_early_by="")
                & ~Q(ended_early_reason=""),
                name="delegation_ended_early_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.giver} → {self.receiver}"

    @property
    def never_held(self):
        return self.ends_on < self.starts_on

    @property
    def named_paper(self):
        """Number and date of the written authorisation."""
        return f"{self.paper}, {formats.vn_date(self.paper_on)}" if self.paper_on else self.paper

    @property
    def action_label(self):
        """What is delegated, in words; a right that the portal no longer knows stands as it was."""
        from accounts.access import actions

        known = actions().get(self.action)
        return str(known.label) if known else self.action

    # of a row of `with_state`
    @property
    def state_label(self):
        return self.State(self.state).label

    @property
    def state_kind(self):
        return self.KINDS[self.state]

    @property
    def is_standing(self):
        """In force or to come: what can still be ended early."""
        return self.state in (self.State.TO_COME, self.State.IN_FORCE)
