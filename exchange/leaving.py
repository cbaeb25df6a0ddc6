"""What of the API is on its way out: since when it should not be used, on which day it goes, and what to use instead.

    Resource(…, leaving={"stream": Leaving(date(2027, 1, 1), date(2027, 7, 1), "/api/v1/enterprises/changes")})
    class EnterpriseRow(Row): leaving = {"size": Leaving(date(2027, 1, 1), date(2027, 7, 1), "size_code")}

Answers then carry Deprecation (RFC 9745), Sunset (RFC 8594) and Link, and the description says `deprecated`. On its day it is
taken out of the code and named in docs/api-changes.md.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _

WHERE_TO_READ = "/api/redoc"


@dataclass(frozen=True)
class Leaving:
    """`instead` is the address of another operation, or the name of another field."""

    since: date
    gone: date
    instead: str

    def __str__(self):
        sentence = _("Deprecated since %(since)s, gone on %(gone)s; use instead: %(instead)s.")
        return sentence % {"since": self.since.isoformat(), "gone": self.gone.isoformat(), "instead": self.instead}


def _moment(day):
    return int(timezone.make_aware(datetime.combine(day, time.min)).timestamp())


def headers_of(leaving: list) -> dict[str, str]:
    """The headers of an answer in which these are on their way out; the first that goes sets the day."""
    if not leaving:
        return {}
    links = [f'<{WHERE_TO_READ}>; rel="deprecation"; type="text/html"']
    links += [f'<{each.instead}>; rel="successor-version"' for each in leaving if each.instead.startswith("/")]
    return {
        "Deprecation": f"@{_moment(min(each.since for each in leaving))}",
        "Sunset": http_date(_moment(min(each.gone for each in leaving))),
        "Link": ", ".join(links),
    }


@lru_cache(maxsize=512)
def fields_leaving(row: type, names: tuple) -> list:
    """Those of the row's fields with these names that are on their way out, rows within it included."""
    found = [row.leaving[name] for name in names if name in row.leaving]
    for name, field in row().fields.items():
        inner = getattr(field, "child", field)
        if name in names and hasattr(inner, "leaving"):
            found += fields_leaving(type(inner), tuple(inner.fields))
    return found
