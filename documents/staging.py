"""Good rows of an import in a temporary table of this connection, so that a kind can apply them by one statement.

On SQLite a temporary table is a database of its own: filling it takes no lock that anybody waits for.
"""

import io
import re
import zlib
from contextlib import contextmanager

from django.db import connection, transaction

from documents.models import ImportPart

SQLITE_TYPES = {
    "bigint": "INTEGER",
    "text": "TEXT",
    "date": "TEXT",
    "uuid": "TEXT",
    "boolean": "INTEGER",
    "numeric": "TEXT",
}
NOTHING = "\\N"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
PLAIN = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}
UNESCAPE = re.compile(r"\\[\\tnr]")
FROM_TEXT = {
    "bigint": int,
    "text": str,
    "date": str,
    "uuid": str,
    "boolean": lambda text: text == "1",
    "numeric": str,
}


def pack_rows(numbers, columns, kind):
    """Rows of one part as the text that COPY reads, packed."""
    texts = [map(str, numbers)]
    for type_, values in zip(kind.staged.values(), columns, strict=True):
        if type_ == "text":
            texts.append([NOTHING if value is None else value.translate(ESCAPES) for value in values])
        elif type_ == "boolean":
            texts.append([NOTHING if value is None else "1" if value else "0" for value in values])
        elif None in values:
            texts.append([NOTHING if value is None else str(value) for value in values])
        else:
            texts.append(map(str, values))
    return zlib.compress(("\n".join(map("\t".join, zip(*texts, strict=True))) + "\n").encode(), 1)


def unpack_rows(packed):
    """The rows of one part as lists of texts and None."""
    text = zlib.decompress(bytes(packed)).decode()
    escaped = "\\" in text.replace(NOTHING, "")
    for line in text.split("\n")[:-1]:
        cells = line.split("\t")
        if NOTHING in cells:
            cells = [None if cell == NOTHING else cell for cell in cells]
        if escaped:
            cells = [UNESCAPE.sub(_plain, cell) if cell and "\\" in cell else cell for cell in cells]
        yield cells


def _plain(found):
    return PLAIN[found[0]]


class Staged:
    """The good rows: `table` in the database, or `rows()` in Python."""

    def __init__(self, import_, kind):
        self.import_, self.kind = import_, kind
        self.name = f"import_rows_{import_.pk}"
        self.table = f'"{self.name}"'
        self.columns = ("row_number", *kind.staged)
        self.count = 0

    def parts(self):
        good = self.import_.parts.filter(kind=ImportPart.Kind.GOOD).order_by("number")
        return good.values_list("rows", "packed").iterator(chunk_size=1)

    def rows(self):
        """The rows as tuples: row number, then the staged columns in their order."""
        wanted = (int, *(FROM_TEXT[kind] for kind in self.kind.staged.values()))
        for _count, packed in self.parts():
            for cells in unpack_rows(packed):
                yield tuple(None if cell is None else read(cell) for read, cell in zip(wanted, cells, strict=True))

    def create(self, cursor):
        types = {"row_number": "bigint", **self.kind.staged}
        if connection.vendor == "sqlite":
            types = {name: SQLITE_TYPES[kind] for name, kind in types.items()}
        fields = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        cursor.execute(f"DROP TABLE IF EXISTS {self.table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {self.table} ({fields})")

    def fill(self, cursor):
        names = ", ".join(f'"{name}"' for name in self.columns)
        for count, packed in self.parts():
            self.count += count
            if connection.vendor == "postgresql":
                copy = f"COPY {self.table} ({names}) FROM STDIN"
                cursor.copy_expert(copy, io.BytesIO(zlib.decompress(bytes(packed))))
            else:  # the columns' affinity makes numbers of the texts again
                marks = ", ".join(["?"] * len(self.columns))
                statement = f"INSERT INTO {self.table} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own
                cursor.connection.executemany(statement, self.sqlite_rows(packed))

    def sqlite_rows(self, packed):
        uuids = [place for place, kind in enumerate(self.kind.staged.values(), start=1) if kind == "uuid"]
        for cells in unpack_rows(packed):
            for place in uuids:
                cells[place] = cells[place] and cells[place].replace("-", "")
            yield cells


@contextmanager
def staged_transaction(import_, kind):
    """The rows in their temporary table, inside a transaction; on SQLite they are filled in before it begins."""
    staged = Staged(import_, kind)
    if connection.vendor == "sqlite":
        _fill_sqlite(staged)
        try:
            with transaction.atomic():
                yield staged
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute(f"DROP TABLE IF EXISTS {staged.table}")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64MB'")
            staged.create(cursor)
            staged.fill(cursor)
            cursor.execute(
                f"ANALYZE {staged.table} (row_number)"
            )  # how many rows there are; more costs more than it tells
        yield staged
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {staged.table}")


def _fill_sqlite(staged):
    alone = not connection.in_atomic_block
    with connection.cursor() as cursor:
        if alone:
            cursor.execute("BEGIN DEFERRED")
        try:
            staged.create(cursor)
            staged.fill(cursor)
        finally:
            if alone:
                cursor.execute("COMMIT")
