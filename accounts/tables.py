"""The lists of this room: their columns and filters."""

from datetime import timedelta

import django_filters
from allauth.mfa.models import Authenticator
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.fields import CharField
from django.utils.translation import gettext_lazy as _

from accounts.access import actions
from accounts.delegations import delegable_actions
from accounts.forms import post_roles
from accounts.models import Delegation, Invitation, Letter, Office, Post, User
from accounts.roles import Role
from screens import tables
from screens.forms import DateField
from screens.lists import FilterSet, SearchFilter

UNUSED_AFTER = timedelta(days=45)
STATES = [("active", _("In use")), ("unused", _("Unused for more than 45 days")), ("disabled", _("Disabled"))]
STATE_KINDS = {"active": "ok", "unused": "warn", "disabled": "bad"}


def people_with_facts(now, today):
    """People with their first post in force, their second factor and their state, for lists."""
    posts = Post.objects.in_force(today).filter(user=OuterRef("pk")).order_by("starts_on", "pk")
    unused = Q(last_login__lt=now - UNUSED_AFTER) | Q(last_login__isnull=True, created_at__lt=now - UNUSED_AFTER)
    return User.objects.filter(is_system=False).annotate(
        role=Subquery(posts.values("role")[:1]),
        office=Subquery(posts.values("office__name")[:1]),
        second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type="totp")),
        state=Case(
            When(is_active=False, then=Value("disabled")),
            When(unused, then=Value("unused")),
            default=Value("active"),
            output_field=CharField(),
        ),
    )


class PeopleTable(tables.Table):
    full_name = tables.LinkColumn(
        verbose_name=_("Name"),
        route="accounts:person_detail",
        second="email",
        second_label=_("E-mail"),
        order_by=("sort_key",),
    )
    email = tables.Column(verbose_name=_("E-mail address"))
    role = tables.ChoiceColumn(verbose_name=_("Role"), choices=Role)
    office = tables.VietnameseColumn(verbose_name=_("Office or centre"))
    last_login = tables.DateTimeColumn(verbose_name=_("Last sign-in"))
    second_factor = tables.BooleanColumn(verbose_name=_("Second factor"))
    state = tables.TagColumn(verbose_name=_("State"), choices=STATES, kinds=STATE_KINDS)

    class Meta:
        shown = ["full_name", "role", "office", "last_login", "second_factor", "state"]


class PeopleFilter(FilterSet):
    q = SearchFilter(label=_("Name or e-mail address"))
    office = django_filters.ModelChoiceFilter(
        label=_("Office or centre"), queryset=Office.objects.order_by("code"), method="in_office"
    )
    role = django_filters.ChoiceFilter(label=_("Role"), choices=post_roles, method="with_role")
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES)

    class Meta:
        model = User
        fields = []

    def _today(self):
        from django.utils import timezone

        return timezone.localdate()

    def in_office(self, queryset, name, value):
        return queryset.filter(pk__in=Post.objects.in_force(self._today()).filter(office=value).values("user"))

    def with_role(self, queryset, name, value):
        return queryset.filter(pk__in=Post.objects.in_force(self._today()).filter(role=value).values("user"))


INVITATION_STATES = [
    ("open", _("Waiting for an answer")),
    ("accepted", _("Accepted")),
    ("expired", _("Expired")),
    ("withdrawn", _("Withdrawn")),
]


def invitations_with_state(now):
    return Invitation.objects.annotate(
        state_now=Case(
            When(accepted_at__isnull=False, then=Value("accepted")),
            When(withdrawn_at__isnull=False, then=Value("withdrawn")),
            When(expires_at__lte=now, then=Value("expired")),
            default=Value("open"),
            output_field=CharField(),
        )
    )


class InvitationTable(tables.Table):
    full_name = tables.LinkColumn(
        verbose_name=_("Name"), route="accounts:invitation_detail", second="email", second_label=_("E-mail")
    )
    created_at = tables.DateTimeColumn(verbose_name=_("Invited at"))
    expires_at = tables.DateTimeColumn(verbose_name=_("Valid until"))
    state_now = tables.TagColumn(
        verbose_name=_("State"),
        choices=INVITATION_STATES,
        kinds={"open": "info", "accepted": "ok", "expired": "warn", "withdrawn": "quiet"},
    )


class InvitationFilter(FilterSet):
    email = django_filters.CharFilter(label=_("E-mail address"), lookup_expr="icontains")
    state_now = django_filters.ChoiceFilter(label=_("State"), choices=INVITATION_STATES)

    class Meta:
        model = Invitation
        fields = []


class OfficeTable(tables.Table):
    name = tables.VietnameseLinkColumn(verbose_name=_("Name"), route="accounts:office_detail")
    code = tables.CodeColumn(verbose_name=_("Code"))
    symbol = tables.CodeColumn(verbose_name=_("Symbol on papers"))
    kind = tables.ChoiceColumn(verbose_name=_("Kind"), choices=Office.Kind)
    ended_on = tables.DateColumn(verbose_name=_("Last day"))


class ActionColumn(tables.Column):
    """A right in words, by its code."""

    def text(self, value):
        known = actions().get(value)
        return str(known.label) if known else super().text(value)

    def plain(self, value):
        return self.text(value)

    sheet_value = plain


class DelegationTable(tables.Table):
    receiver = tables.LinkColumn(
        accessor="receiver__full_name",
        verbose_name=_("Who is authorised"),
        route="accounts:delegation_detail",
        order_by=("receiver__sort_key",),
    )
    giver = tables.Column(accessor="giver__full_name", verbose_name=_("Who authorises"), order_by=("giver__sort_key",))
    action = ActionColumn(verbose_name=_("What for"), second="paper", second_label=_("Written authorisation"))
    starts_on = tables.DateColumn(verbose_name=_("From"))
    ends_on = tables.DateColumn(verbose_name=_("Last day"))
    planned_ends_on = tables.DateColumn(verbose_name=_("Last day by the paper"))
    limit_vnd = tables.MoneyColumn(verbose_name=_("At most for one act"))
    paper = tables.Column(verbose_name=_("Written authorisation"))
    ended_early_on = tables.DateColumn(verbose_name=_("Ended early on"))
    ended_early_reason = tables.Column(verbose_name=_("Why it ended early"))
    state = tables.TagColumn(verbose_name=_("State"), choices=Delegation.State, kinds=Delegation.KINDS)

    class Meta:
        shown = ["receiver", "giver", "action", "starts_on", "ends_on", "limit_vnd", "state"]


class DayFilter(django_filters.Filter):
    field_class = DateField


class DelegationFilter(FilterSet):
    advanced = ("on",)

    q = SearchFilter(label=_("Giver or receiver"), folded=("giver__folded", "receiver__folded"))
    action = django_filters.ChoiceFilter(label=_("What for"), choices=delegable_actions)
    state = django_filters.ChoiceFilter(label=_("State"), choices=Delegation.State.choices)
    on = DayFilter(label=_("In force on"), method="in_force_on")

    class Meta:
        model = Delegation
        fields = []

    def in_force_on(self, queryset, name, value):
        return queryset.in_force(value)


class LetterTable(tables.Table):
    to = tables.VietnameseColumn(verbose_name=_("Addressee"), second="subject", second_label=_("Subject"))
    kind = tables.Column(verbose_name=_("Kind"))
    created_at = tables.DateTimeColumn(verbose_name=_("Written at"))
    sent_at = tables.DateTimeColumn(verbose_name=_("Sent at"))
    attempts = tables.NumberColumn(verbose_name=_("Attempts"))
    error = tables.Column(verbose_name=_("Error"))
    state = tables.TagColumn(
        verbose_name=_("State"),
        choices=Letter.State,
        kinds={"queued": "info", "sent": "ok", "failed": "bad", "dropped": "quiet"},
    )

    class Meta:
        shown = ["to", "created_at", "sent_at", "state", "error"]


class LetterFilter(FilterSet):
    to = django_filters.CharFilter(label=_("Addressee"), lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label=_("State"), choices=Letter.State.choices)

    class Meta:
        model = Letter
        fields = []
