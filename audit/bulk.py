"""Many rows at once: COPY on PostgreSQL, executemany on SQLite. Guards and constraints hold as for single rows."""

import io
import json
import uuid
from datetime import UTC, date, datetime

from django.db import connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
CHUNK = 5000


def _copy_text(value):
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value)


def _sqlite_value(value):
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


class _Lines(io.RawIOBase):
    """A readable file over an iterator of encoded lines, so that COPY streams with flat memory."""

    def __init__(self, lines):
        self._lines, self._rest = iter(lines), b""

    def readable(self):
        return True

    def read(self, size=-1):
        parts, length = [self._rest], len(self._rest)
        for line in self._lines:
            parts.append(line)
            length += len(line)
            if 0 <= size <= length:
                break
        data = b"".join(parts)
        if size < 0:
            self._rest = b""
            return data
        self._rest = data[size:]
        return data[:size]


def copy_rows(table, columns, rows):
    """Insert `rows` (tuples in the order of `columns`) into `table`; returns how many.

    Values are given as Python objects: int, str, bool, datetime, date, UUID, dict/list (JSON) or None.
    """
    quoted = ", ".join(f'"{column}"' for column in columns)
    count = 0

    def counted():
        nonlocal count
        for row in rows:
            count += 1
            yield row

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = ("\t".join(map(_copy_text, row)).encode() + b"\n" for row in counted())
            cursor.copy_expert(f'COPY "{table}" ({quoted}) FROM STDIN', _Lines(lines), 1 << 16)
        else:
            marks = ", ".join(["%s"] * len(columns))
            batch = []
            statement = f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})'
            for row in counted():
                batch.append(tuple(map(_sqlite_value, row)))
                if len(batch) >= CHUNK:
                    cursor.executemany(statement, batch)
                    batch.clear()
            if batch:
                cursor.executemany(statement, batch)
    return count


def next_ids(table, count):
    """`count` keys of `table` set aside for rows that are inserted with explicit ids in this transaction."""
    if not count:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return range(first, first + count)
