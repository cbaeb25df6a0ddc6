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
    "PublishedFigure",
    "PublishedResult",
    "Target",
    "Unit",
]
