"""Where the portal's data still cites a document: each room says which of its rows name documents in words.

    register(
        _("Titles"), lambda: Title.objects.standing(), ("decision_number",), route="enterprises:title_detail"
    )

Rooms below this one and its own rows are registered by `programme.citing`, rooms above in their `apps.py`. `rows()` gives
the rows that still hold or are still read; what has ended may cite what has ended. All rooms are searched by one query
for any number of documents: the database finds rows that contain the digits, and the exact number with its symbol is
recognised here, in whatever way it is written.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce
from operator import and_, or_

from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.access import may_open
from programme.models import CitationCount, Policy
from screens import formats
from screens.notes import Note
from screens.text import fold

SHOWN = 200
READ = 5_000  # rows that contain the digits; more than the screen ever shows
BREAK = "\x1f"  # between the fields of a row


@dataclass(frozen=True)
class Citer:
    """Rows of one kind that may cite documents.

    `route` opens a row by the path `key`; `dated_by` is the column with the day of the document in the first field; `belongs_to` is
    the column that says whether the row is the document's own, so that it does not cite itself; `ends` the columns with the last
    year of which the row speaks (the first that is filled in): what was superseded later was the right paper for it.
    """

    label: str | Promise
    rows: Callable[[], models.QuerySet]
    fields: tuple
    route: str
    key: str
    dated_by: str
    belongs_to: str
    ends: tuple


@dataclass(frozen=True)
class Citation:
    """One row that cites a document: what it is, in which of its fields, in which words, and its page."""

    label: str | Promise
    row: models.Model
    field: str
    text: str
    url: str


_citers: list[Citer] = []


def register(label, rows, fields, *, route="", key="public_id", dated_by="", belongs_to="", ends=()):
    """Say that `rows()` (a queryset) may cite documents in the text fields `fields`."""
    _citers.append(Citer(label, rows, tuple(fields), route, key, dated_by, belongs_to, tuple(ends)))


def citers():
    return list(_citers)


# --- recognising a number ----------------------------------------------------------------------

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_SAID_DAY = re.compile(r"\W{0,3}(?:ngay\s+)?(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})(?!\d)")
_SAID_LONG = re.compile(r"\W{0,3}ngay\s+(\d{1,2})\s+thang\s+(\d{1,2})\s+nam\s+(\d{4})(?!\d)")
_SAID_YEAR = re.compile(r"\W{0,3}nam\s+(\d{4})(?!\d)")


def _plain(text):
    return fold(text).translate(_DASHES)


@lru_cache(maxsize=1024)
def pattern_of(number):
    """What recognises a number with its symbol in folded text, or None where the number is not known.

    303/QĐ-UBND is not found in 4303/QĐ-UBND, 03/2006/QĐ-UB not in 03/2006/QĐ-UBND.
    """
    words = re.findall(r"[a-z0-9]+|[^a-z0-9\s]", _plain(number))
    if not any(word.isdecimal() for word in words):
        return None
    parts, numbered = [], False
    for word in words:
        if word.isdecimal() and not numbered:
            parts.append(f"0*{word.lstrip('0') or '0'}")
            numbered = True
        else:
            parts.append(re.escape(word))
    return re.compile(r"(?<![\w/])(?<!\d[.,])" + r"\s*".join(parts) + r"(?!\w)(?![-/]\w)")


def cites(text, policy, *, on=None):
    """Whether `text` names the document; a text that adds another day than the document's names another document."""
    pattern = pattern_of(policy.number)
    if pattern is None or not text:
        return False
    plain = _plain(text)
    return any(_same_day(plain[found.end() :], policy.issued_on, on) for found in pattern.finditer(plain))


def _same_day(after, issued_on, on):
    if issued_on is None:
        return True
    said = _SAID_DAY.match(after) or _SAID_LONG.match(after)
    if said:
        day, month, year = map(int, said.groups())
        return (year, month, day) == (issued_on.year, issued_on.month, issued_on.day)
    said = _SAID_YEAR.match(after)
    if said:
        return int(said.group(1)) == issued_on.year
    return on is None or on == issued_on


# --- finding -----------------------------------------------------------------------------------


def _pieces(number):
    """[(lookup, what a text that cites the number certainly contains, however it is written)].

    The longest digits first, whose case need not be folded: most rows are done with by them.
    """
    found = re.findall(r"[A-Za-z0-9]+", number)
    digits = sorted((piece.lstrip("0") or "0" for piece in found if piece.isdecimal()), key=len, reverse=True)
    words = [piece for piece in found if not piece.isdecimal() and len(piece) > 1]
    return [("contains", piece) for piece in digits] + [("icontains", piece) for piece in words]


def _condition(policies, fields):
    each = []
    for policy in policies:
        pieces = [
            reduce(or_, (Q(**{f"{name}__{lookup}": piece}) for name in fields))
            for lookup, piece in _pieces(policy.number)
        ]
        each.append(reduce(and_, pieces))
    return reduce(or_, each)


def _nothing(field):
    return Cast(Value(None), field)


def _select(place, citer, policies):
    text = models.TextField()
    texts = [Coalesce(Cast(F(name), text), Value("", output_field=text)) for name in citer.fields]
    joined = [part for own in texts for part in (own, Value(BREAK, output_field=text))]
    return (
        citer.rows()
        .filter(_condition(policies, citer.fields))
        .order_by()
        .values_list(
            Cast(Value(place), models.IntegerField()),
            Cast(F("pk"), models.BigIntegerField()),
            Concat(*joined, output_field=text),
            Cast(F(citer.dated_by), models.DateField()) if citer.dated_by else _nothing(models.DateField()),
            Cast(F(citer.belongs_to), models.BigIntegerField())
            if citer.belongs_to
            else _nothing(models.BigIntegerField()),
            _last_year(citer.ends),
        )
    )


def _last_year(ends):
    years = [F(name) for name in ends]
    year = Coalesce(*years) if len(years) > 1 else years[0] if years else Value(None)
    return Cast(year, models.IntegerField())


def _superseded_later(policy, last_year):
    return bool(last_year and policy.superseded_from and policy.superseded_from.year > last_year)


def _found(policies):
    """{policy's key: [(citer, row's key, field, text)]}, by one query."""
    policies = [policy for policy in policies if pattern_of(policy.number)]
    if not policies or not _citers:
        return {}
    first, *rest = (_select(place, citer, policies) for place, citer in enumerate(_citers))
    hits = defaultdict(list)
    for place, key, joined, on, owner, last_year in first.union(*rest, all=True)[:READ]:
        citer = _citers[place]
        on = date.fromisoformat(on) if isinstance(on, str) else on
        for policy in policies:
            if citer.belongs_to and owner in (policy.pk, policy.superseded_by_id):
                continue
            if _superseded_later(policy, last_year):
                continue
            for name, text in zip(citer.fields, joined.split(BREAK), strict=False):
                if cites(text, policy, on=on if name == citer.fields[0] else None):
                    hits[policy.pk].append((citer, key, name, text))
                    break
    return hits


def still_cited(policies):
    """{key: how many rows cite it} of those among `policies` that any row cites."""
    return {key: len(found) for key, found in _found(policies).items()}


def count_citations(policy):
    return still_cited([policy]).get(policy.pk, 0)


def cited_superseded(on):
    """{key: how many rows cite it} of the documents that are superseded on the day `on`."""
    return still_cited(list(Policy.objects.superseded(on)))


@transaction.atomic
def count_again(*, now):
    """Count anew which superseded documents are still cited, for the register; returns {key: rows} of those that are.

    Reading everything that may cite takes its time, so the register shows what was counted last and says when; the page
    of a document and the warnings read what stands at the moment.
    """
    superseded = list(Policy.objects.superseded(timezone.localdate(now)))
    found = still_cited(superseded)
    CitationCount.objects.exclude(policy__in=superseded).delete()
    for policy in superseded:
        counted = {"rows": found.get(policy.pk, 0), "counted_at": now}
        CitationCount.objects.update_or_create(policy=policy, defaults=counted)
    return found


@dataclass(frozen=True)
class Citations:
    """How many rows cite a document, and as many of them as a screen shows."""

    total: int
    rows: list


def citations_of(policy, *, user):
    """The rows that cite the document, with links to the pages that `user` may open."""
    found = _found([policy]).get(policy.pk, [])
    wanted = defaultdict(set)
    for citer, key, _name, _text in found[:SHOWN]:
        wanted[citer].add(key)
    rows = {citer: citer.rows().in_bulk(list(keys)) for citer, keys in wanted.items()}
    opened = {citer: bool(citer.route) and may_open(user, citer.route) for citer in wanted}
    shown = [
        Citation(citer.label, row, _label(row, name), text, _url(citer, row) if opened[citer] else "")
        for citer, key, name, text in found[:SHOWN]
        if (row := rows[citer].get(key)) is not None
    ]
    return Citations(len(found), shown)


def superseded_notes(row, user):
    """What the page of a row says of the superseded documents that it still cites (`screens.notes`)."""
    own = [citer for citer in _citers if citer.rows().model is type(row)]
    texts = [
        (
            str(getattr(row, name) or ""),
            getattr(row, citer.dated_by) if citer.dated_by and not place else None,
            next(filter(None, (_value(row, path) for path in citer.ends)), None),
        )
        for citer in own
        for place, name in enumerate(citer.fields)
    ]
    policies = Policy.objects.superseded(timezone.localdate()).select_related("superseded_by") if texts else ()
    cited = [
        policy
        for policy in policies
        if any(cites(text, policy, on=on) and not _superseded_later(policy, last) for text, on, last in texts)
    ]
    if not cited or not any(citer.rows().filter(pk=row.pk).exists() for citer in own):
        return []
    may_read = may_open(user, "programme:policy")
    return [Note(_superseded(policy), policy.get_absolute_url() if may_read else "") for policy in cited]


def _superseded(policy):
    said = {"number": policy.number, "day": formats.vn_date(policy.superseded_from), "by": policy.superseded_by}
    if policy.superseded_by is None:
        return _("This cites %(number)s, which is superseded since %(day)s.") % said
    return _("This cites %(number)s, which is superseded since %(day)s by %(by)s.") % said


def _label(row, name):
    label = str(row._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _url(citer, row):
    return reverse(citer.route, args=[_value(row, citer.key)])


def _value(row, path):
    return reduce(getattr, path.split("__"), row)
