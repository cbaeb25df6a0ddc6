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

__all__ = [
    "PERIOD_ORDER",
    "Indicator",
    "Period",
    "Policy",
    "PolicyReview",
    "PublishedFigure",
    "PublishedResult",
    "Standing",
    "Target",
    "Unit",
]
