from programme.models.budget import (
    BALANCES,
    COMMITMENT_BALANCES,
    EFFECTS,
    KINDS_IN_STATE,
    MOST_VND,
    ON_COMMITMENT,
    PAIRS,
    BudgetLine,
    BudgetYear,
    EntryKind,
    LedgerEntry,
    LineMonth,
    SpendingPlan,
    YearState,
)
from programme.models.checks import BudgetCheck
from programme.models.commitments import Commitment, Payment, ProcurementStep
from programme.models.policies import Policy, PolicyReview, Standing
from programme.models.scheme import (
    PERIOD_ORDER,
    Indicator,
    Period,
    PublishedFigure,
    PublishedResult,
    Target,
    Unit,
)
from programme.models.steps import BudgetStep, StepKind
from programme.models.tasks import Task

__all__ = [
    "BALANCES",
    "COMMITMENT_BALANCES",
    "EFFECTS",
    "KINDS_IN_STATE",
    "MOST_VND",
    "ON_COMMITMENT",
    "PAIRS",
    "PERIOD_ORDER",
    "BudgetCheck",
    "BudgetLine",
    "BudgetStep",
    "BudgetYear",
    "Commitment",
    "EntryKind",
    "Indicator",
    "LedgerEntry",
    "LineMonth",
    "Payment",
    "Period",
    "Policy",
    "PolicyReview",
    "ProcurementStep",
    "PublishedFigure",
    "PublishedResult",
    "SpendingPlan",
    "Standing",
    "StepKind",
    "Target",
    "Task",
    "Unit",
    "YearState",
]
