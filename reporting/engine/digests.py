"""What proves that a value was computed from these rows: SHA-256 over one spelling of everything it rests on."""

import hashlib
from itertools import groupby
from operator import itemgetter

from django.db import connection

from audit.events import canonical
from reporting.engine.inputs import moment

CHUNK = 5000


class Digest:
    """A running digest: a head (definition, cut-off, statistics), the rows in the order of their ids, the value."""

    def __init__(self, head):
        self._hash = hashlib.sha256(canonical(head).encode())
        self._hash.update(b"\n")
        self.rows = 0

    def add(self, lines):
        """`lines` are texts "id amount base", in the order of the ids' bytes."""
        if lines:
            self.rows += len(lines)
            self._hash.update("\n".join(lines).encode())
            self._hash.update(b"\n")

    def end(self, value):
        self._hash.update(canonical(value).encode())
        return self._hash.hexdigest()


def head_of(version, year, inputs, statistics):
    """What a value rests on besides its rows."""
    definition = version.read
    head = {
        "indicator": version.indicator.code,
        "version": version.revision,
        "definition": version.definition,
        "year": year,
        "cutoff": moment(inputs.cutoff),
        "statistics": [
            [s["measure"], s["year"], s["prices"], s["base_year"], s["state"], s["revision"], s["amount"]]
            for s in statistics
        ],
    }
    if definition.who.rule == "cumulative":
        head["period_start"] = inputs.periods.get(year)
    if definition.counts in ("turns", "supported", "supported_share"):
        head["turns"] = inputs.turns
    return head


def numbers_of(value):
    """The numbers that end a digest."""
    return {
        "numerator": value.numerator,
        "denominator": value.denominator,
        "reporting": value.reporting,
        "counted": value.counted,
        "lower": value.lower,
        "upper": value.upper,
        "open": value.open_units,
    }


def line(source_id, amount, base):
    """The spelling of a row; the SQL of `lines_by_year` writes the same."""
    return f"{source_id.hex} {amount} {'' if base is None else base}"


def lines_by_year(rows_sql):
    """(year, iterator of chunks of lines) for a statement that gives year, source_id, …, amount, base."""
    sql = (
        "SELECT r.year, replace(CAST(r.source_id AS text), '-', '') || ' ' || CAST(r.amount AS text) || ' ' ||"
        f" COALESCE(CAST(r.base AS text), '') FROM ({rows_sql}) r ORDER BY r.year, r.source_id"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        for year, group in groupby(_stream(cursor), key=itemgetter(0)):
            yield year, _chunks(group)


def _stream(cursor):
    while batch := cursor.fetchmany(CHUNK):
        yield from batch


def _chunks(group):
    chunk = []
    for _year, text in group:
        chunk.append(text)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def digest_of_run(values):
    """One digest for a run: over the digests of its values, in the order of indicator and year."""
    summary = sorted((code, year, digest) for code, year, digest in values)
    return hashlib.sha256(canonical(summary).encode()).hexdigest()
