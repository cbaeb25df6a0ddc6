"""Good rows of an import in a temporary table of this connection, so that a kind can apply them by one statement.

On SQLite a temporary table is a database of its own: filling it takes no lock that anybody waits for.
"""

from contextlib import contextmanager

from django.db import connection, transaction

from documents.imports import unpack
from documents.models import ImportPart

SQLITE_TYPES = {
    "bigint": "INTEGER",
    "text": "TEXT",
    "date": "TEXT",
    "uuid": "TEXT",
    "boolean": "INTEGER",
    "numeric": "TEXT",
}
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Staged:
    """The good rows: `table` in the database, or `rows()` in Python."""

    def __init__(self, import_, kind):
        self.import_, self.kind = import_, kind
        self.name = f"import_rows_{import_.pk}"
        self.table = f'"{self.name}"'
        self.columns = ("row_number", *kind.staged)
        self.count = 0

    def parts(self):
        packed = (
            self.import_.parts.filter(kind=ImportPart.Kind.GOOD).order_by("number").values_list("packed", flat=True)
        )
        for data in packed.iterator(chunk_size=1):
            part = unpack(data)
            yield part["numbers"], part["columns"]

    def rows(self):
        """The rows as tuples: row number, then the staged columns in their order."""
        for numbers, columns in self.parts():
            yield from zip(numbers, *columns, strict=True)

    def create(self, cursor):
        types = {"row_number": "bigint", **self.kind.staged}
        if connection.vendor == "sqlite":
            types = {name: SQLITE_TYPES[kind] for name, kind in types.items()}
        fields = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        cursor.execute(f"DROP TABLE IF EXISTS {self.table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {self.table} ({fields})")

    def fill(self, cursor):
        names = ", ".join(f'"{name}"' for name in self.columns)
        for numbers, columns in self.parts():
            self.count += len(numbers)
            if connection.vendor == "postgresql":
                cursor.copy_expert(f"COPY {self.table} ({names}) FROM STDIN", CopyText(numbers, columns, self.kind))
            else:
                marks = ", ".join(["?"] * len(self.columns))
                rows = zip(numbers, *self.sqlite_columns(columns), strict=True)
                cursor.connection.executemany(f"INSERT INTO {self.table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - names of our own

    def sqlite_columns(self, columns):
        for kind, values in zip(self.kind.staged.values(), columns, strict=True):
            if kind == "uuid":
                yield [value and value.replace("-", "") for value in values]
            else:
                yield values


class CopyText:
    """One part as the text that COPY reads."""

    def __init__(self, numbers, columns, kind):
        texts = [map(str, numbers)]
        for type_, values in zip(kind.staged.values(), columns, strict=True):
            if type_ == "text":
                texts.append(["\\N" if value is None else value.translate(ESCAPES) for value in values])
            elif type_ == "boolean":
                texts.append(["\\N" if value is None else "t" if value else "f" for value in values])
            else:
                texts.append(["\\N" if value is None else str(value) for value in values])
        self.data = ("\n".join(map("\t".join, zip(*texts, strict=True))) + "\n").encode() if numbers else b""

    def read(self, size=-1):
        data, self.data = (self.data, b"") if size < 0 else (self.data[:size], self.data[size:])
        return data


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
            staged.create(cursor)
            staged.fill(cursor)
            cursor.execute(f"ANALYZE {staged.table}")
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
