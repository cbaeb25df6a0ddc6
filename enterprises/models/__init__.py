from enterprises.models.claims import Claim
from enterprises.models.enterprises import (
    Enterprise,
    EnterpriseActivity,
    EnterpriseGroup,
    EnterpriseRevision,
    Membership,
)
from enterprises.models.figures import FigureLine, FigureRevision, FigureYearClosing
from enterprises.models.products import Product, Title, TitleRevision

__all__ = [
    "Claim",
    "Enterprise",
    "EnterpriseActivity",
    "EnterpriseGroup",
    "EnterpriseRevision",
    "FigureLine",
    "FigureRevision",
    "FigureYearClosing",
    "Membership",
    "Product",
    "Title",
    "TitleRevision",
]
