"""What waits for a person of the programme's money: the longest waiting first, the late ones marked."""

from datetime import timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programme.permissions.commitments import commitments_waiting_for
from programme.permissions.payments import accounts_waiting_for, waiting_to_be
from programme.permissions.steps import steps_waiting_for
from programme.services import answered
from reference.services import add_working_days
from reporting.waiting import SHOWN, Item, Section, address, first_of
from screens import formats

LATE_AFTER = 5  # working days that a step of the money waits for one person
ANSWERED_WITHIN = timedelta(days=30)


def _with_amount(row):
    return _("%(what)s: %(amount)s") % {"what": row, "amount": formats.big_money(row.amount_vnd)}


def _money_items(rows, since, verb, now, said=_with_amount):
    """Those that wait longest first; late ones say so."""
    late = add_working_days(timezone.localdate(now), -LATE_AFTER) if rows else None
    return [
        Item(
            said(row),
            row.get_absolute_url(),
            verb,
            formats.vn_datetime(getattr(row, since)),
            late=timezone.localdate(getattr(row, since)) < late,
        )
        for row in rows
    ]


def _money_section(title, rows, since, verb, more, now):
    rows, waiting = first_of(rows.order_by(since, "pk"))
    items = _money_items(rows, since, verb, now)
    return Section(title, items, waiting, f"{address(more)}?whose=waiting")


def _steps(user, now):
    rows = steps_waiting_for(user, on=timezone.localdate(now))
    rows = rows.select_related("line__task", "line__source", "line__year", "year", "period")
    title = _("Steps of the budget to approve")
    return _money_section(title, rows, "prepared_at", _("Approve or refuse"), "programme:budget_step_list", now)


def _commitments(user, now):
    rows = commitments_waiting_for(user, on=timezone.localdate(now))
    title = _("Contracts and decisions to approve")
    return _money_section(title, rows, "prepared_at", _("Approve or refuse"), "programme:commitment_list", now)


def _accounts(user, now):
    rows, waiting = first_of(accounts_waiting_for(user).select_related("commitment").order_by("prepared_at", "pk"))
    items = _money_items(
        rows, "prepared_at", _("Confirm or refuse"), now, lambda row: f"{row.commitment}: {row.payee_account}, {row}"
    )
    return Section(_("Accounts of contracts to confirm"), items, waiting, address("programme:commitment_list"))


def _payments(done, since, title, verb):
    def section(user, now):
        rows = waiting_to_be(done, user, on=timezone.localdate(now)).select_related("commitment")
        return _money_section(str(title), rows, since, str(verb), "programme:payment_list", now)

    return section


def _answered(user, now):
    """What others refused or gave back to me in the last days, as far as it can still be prepared anew."""
    since = now - ANSWERED_WITHIN
    steps = answered.steps_of(user).filter(decided_at__gte=since)
    steps = steps.select_related("line__task", "line__source", "line__year", "year", "period")
    contracts = answered.commitments_of(user).filter(decided_at__gte=since)
    payments = answered.payments_of(user).annotate(back_at=Coalesce("returned_at", "answered_at"))
    payments = payments.filter(back_at__gte=since).select_related("commitment")
    found = [
        *((row, row.decided_at) for row in steps.order_by("-decided_at")[:SHOWN]),
        *((row, row.decided_at) for row in contracts.order_by("-decided_at")[:SHOWN]),
        *((row, row.back_at) for row in payments.order_by("-back_at")[:SHOWN]),
    ]
    items = [
        Item(f"{row}: {row.answer}", row.get_absolute_url(), _("Put right and prepare anew"), formats.vn_datetime(when))
        for row, when in sorted(found, key=lambda pair: pair[1], reverse=True)[: 2 * SHOWN]
    ]
    return Section(_("Refused or given back to me"), items)


MONEY = (
    _steps,
    _commitments,
    _accounts,
    _payments("controlled", "prepared_at", gettext_lazy("Payments to control"), gettext_lazy("Control")),
    _payments("signed", "controlled_at", gettext_lazy("Payments to sign"), gettext_lazy("Sign")),
    _payments("sent", "signed_at", gettext_lazy("Payments to send to the Treasury"), gettext_lazy("Send")),
    _payments(
        "answered",
        "sent_at",
        gettext_lazy("Payments whose answer by the Treasury is to be entered"),
        gettext_lazy("Enter the answer"),
    ),
    _answered,
)
