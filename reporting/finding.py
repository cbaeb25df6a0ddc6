"""What the search field on top finds besides enterprises and products: tasks, documents and vouchers by number or words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access import may_open
from documents.models import IncomingPaper, WorkFile
from dossiers.models import Dossier
from programme.models import BudgetStep, Commitment, Payment, Plan, PlanPaper, Policy, Task
from screens.text import matching


def _numbered(typed, *names):
    """The number as it was typed, or in capitals: not every database knows the capitals of Vietnamese letters."""
    condition = Q()
    for name in names:
        condition |= Q(**{f"{name}__icontains": typed}) | Q(**{f"{name}__contains": typed.upper()})
    return condition


@dataclass(frozen=True)
class Kind:
    """Records of a kind that can be found: whoever may open `route` finds them; `hint` stands beside the name."""

    route: str
    title: str | Promise
    find: Callable[[str, Any], QuerySet]
    hint: Callable[[Any], str] = lambda row: ""


KINDS = (
    Kind(
        "dossiers:dossier",
        _("Dossiers"),
        lambda typed, user: (
            Dossier.objects.visible_to(user)
            .filter(matching(typed, "folded"))
            .select_related("procedure_version__procedure", "enterprise")
            .order_by("-submitted_at", "-pk")
        ),
        lambda row: str(row.enterprise),
    ),
    Kind(
        "documents:incoming",
        _("Papers that came in"),
        lambda typed, user: (
            IncomingPaper.objects.visible_to(user).filter(matching(typed, "folded")).order_by("-arrived_on", "-pk")
        ),
        lambda row: f"{row.called}, {row.symbol}" if row.symbol else row.called,
    ),
    Kind(
        "documents:work_file",
        _("Work files"),
        lambda typed, user: (
            WorkFile.objects.visible_to(user).filter(matching(typed, "folded")).order_by("-year", "sort_key")
        ),
        lambda row: str(row.year),
    ),
    Kind(
        "programme:task",
        _("Tasks"),
        lambda typed, user: (
            Task.objects.visible_to(user).filter(matching(typed, "folded")).order_by("-first_year", "code")
        ),
        lambda row: row.code,
    ),
    Kind(
        "programme:plan",
        pgettext_lazy("section", "Plans"),
        lambda typed, user: (
            Plan.objects.visible_to(user)
            .filter(_numbered(typed, "title") | Q(papers__in=PlanPaper.objects.filter(_numbered(typed, "number"))))
            .distinct()
            .order_by("-year", "-number")
        ),
    ),
    Kind(
        "programme:commitment",
        _("Contracts and decisions"),
        lambda typed, user: Commitment.objects.filter(_numbered(typed, "number", "payee")).order_by(
            "-signed_on", "-pk"
        ),
        lambda row: row.payee,
    ),
    Kind(
        "programme:payment",
        _("Payments"),
        lambda typed, user: (
            Payment.objects.filter(_numbered(typed, "voucher", "invoice"))
            .select_related("commitment")
            .order_by("-prepared_at", "-pk")
        ),
        lambda row: row.voucher or row.invoice,
    ),
    Kind(
        "programme:budget_step",
        _("Steps of the budget"),
        lambda typed, user: (
            BudgetStep.objects.filter(_numbered(typed, "document", "voucher"))
            .select_related("line__task", "line__source", "line__year", "year", "period")
            .order_by("-prepared_at", "-pk")
        ),
        lambda row: row.voucher or row.document,
    ),
    Kind(
        "programme:policy",
        pgettext_lazy("section", "Policies"),
        lambda typed, user: Policy.objects.listed().filter(matching(typed, "folded")).order_by("-issued_on", "-pk"),
    ),
)


def found_for(user, typed, most):
    """[(title, [(name, address, hint)])] of every kind that the person may open and that has something."""
    sections = []
    for kind in KINDS:
        if may_open(user, kind.route):
            rows = [(str(row), row.get_absolute_url(), kind.hint(row)) for row in kind.find(typed, user)[:most]]
            sections += [(kind.title, rows)] if rows else []
    return sections
