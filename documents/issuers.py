"""Who issues papers: the body above and the issuer as the head of a paper has them, and the name in a sentence. Both are data of
the series that gives the number."""

from documents.models import NumberSeries
from reference.presenting import written

HEAD = ("ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HÀ NỘI", "SỞ CÔNG THƯƠNG")  # while no series is loaded
COMMITTEE = "Ủy ban nhân dân "


def head_of(series=None):
    """(body above, issuer) of papers of the series; of what the Department itself issues without one, as its oldest series has
    them."""
    if series is None or not series.issuer:
        series = NumberSeries.objects.of_the_department().order_by("pk").first()
    return (series.superior, series.issuer) if series else HEAD


def issuer_in_full(series):
    """Sở Công Thương thành phố Hà Nội."""
    issuer, place = written(series.issuer), place_of(written(series.superior))
    return f"{issuer} {place.upper() if issuer.isupper() else place}".strip()


def place_of(committee):
    """thành phố Hà Nội, of Ủy ban nhân dân thành phố Hà Nội; "" of another body."""
    called = " ".join(committee.split())
    return called[len(COMMITTEE) :] if called.casefold().startswith(COMMITTEE.casefold()) else ""
