"""Who may do what with the money. Two people for each step: whoever prepares never approves (accounts.duties)."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action
from accounts.roles import HEADS, LEADERS, READERS, SYSTEMS, Role
from programme.models import StepKind

VIEW = action("budget.view", _("See the programme's money"), roles=READERS)
KEEP_LINES = action("budget.keep lines", _("Add and describe budget lines"), roles={Role.ACCOUNTANT})
REPORT = action("budget.report", _("Enter reports of money followed"), roles={Role.ACCOUNTANT, Role.CHIEF_ACCOUNTANT})
PREPARE_STEP = action("budget.prepare step", _("Prepare steps of the budget"), roles={Role.ACCOUNTANT})
APPROVE_LIMIT = action(
    "budget.approve limit",
    _("Book decisions on ceilings, envelopes and estimates"),
    roles={Role.CHIEF_ACCOUNTANT},
    delegable=True,
)
APPROVE_SPENDING = action(
    "budget.approve spending",
    _("Approve allocations, settlements, cancelling and carrying over"),
    roles=LEADERS,
    delegable=True,
)
APPROVE_CORRECTION = action(
    "budget.approve correction",
    _("Book reversals, money that came back and opening sums"),
    roles={Role.CHIEF_ACCOUNTANT},
    delegable=True,
)
PREPARE_COMMITMENT = action(
    "budget.prepare commitment",
    _("Prepare contracts and decisions to support"),
    roles=HEADS | {Role.OFFICER, Role.CENTRE_STAFF, Role.ACCOUNTANT},
)
APPROVE_COMMITMENT = action(
    "budget.approve commitment", _("Approve contracts and decisions to support"), roles=LEADERS, delegable=True
)
PREPARE_PAYMENT = action("budget.prepare payment", _("Prepare payments"), roles={Role.ACCOUNTANT})
CONTROL_PAYMENT = action("budget.control payment", _("Control payments"), roles={Role.CHIEF_ACCOUNTANT}, delegable=True)
# The account holder alone; a deputy, and nobody else, signs by a written authorisation.
SIGN_PAYMENT = action(
    "budget.sign payment",
    _("Sign payments as account holder"),
    roles={Role.DIRECTOR},
    delegable=True,
    receivers={Role.DEPUTY_DIRECTOR},
)
SEND_PAYMENT = action("budget.send payment", _("Send payments to the Treasury"), roles={Role.ACCOUNTANT})
ANSWER_PAYMENT = action(
    "budget.answer payment",
    _("Enter the Treasury's answer"),
    roles=SYSTEMS | {Role.ACCOUNTANT, Role.CHIEF_ACCOUNTANT},
)
KEEP_YEARS = action("budget.keep years", _("Open, balance and close budget years"), roles={Role.CHIEF_ACCOUNTANT})

_LIMITS = {
    StepKind.CEILING,
    StepKind.ENVELOPE,
    StepKind.ASSIGN,
    StepKind.SUPPLEMENT,
    StepKind.CUT,
    StepKind.SAVING,
    StepKind.RELEASE,
    StepKind.TRANSFER,
}
_CORRECTIONS = {
    StepKind.REVERSE,
    StepKind.RECOVER,
    StepKind.RECOVER_ADVANCE,
    StepKind.OPENING,
    StepKind.BUDGET_RETURN,
    StepKind.UNDO_RETURN,
}
# Who books which prepared step.
APPROVAL = {
    kind: APPROVE_LIMIT if kind in _LIMITS else APPROVE_CORRECTION if kind in _CORRECTIONS else APPROVE_SPENDING
    for kind in StepKind
}
