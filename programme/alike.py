"""Vouchers, accounts and banks as they are compared: without blanks and in capitals, alike here and in both databases."""

from django.db.models import Value
from django.db.models.functions import Replace, Upper

# SQLite knows the capitals of plain letters only; đ is given to it.
CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwxyzđ", "ABCDEFGHIJKLMNOPQRSTUVWXYZĐ")


def alike(text: str | None) -> str:
    return "".join((text or "").split()).translate(CAPITALS)


def alike_sql(column: str) -> str:
    return f"UPPER(REPLACE(REPLACE({column}, ' ', ''), 'đ', 'Đ'))"


def alike_column(name: str | Value) -> Upper:
    """The same for constraints and queries of models."""
    return Upper(Replace(Replace(name, Value(" "), Value("")), Value("đ"), Value("Đ")))
