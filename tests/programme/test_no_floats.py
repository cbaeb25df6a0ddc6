"""Money is whole đồng from the form to the paper: no float, no Decimal, no true division on its way, checked over the code."""

import ast
from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import Sum

from programme.models import Commitment
from programme.models.budget import MOST_VND
from tests import house
from tests.factories import make_money_source, make_period
from tests.programme.making import CLERK, LONG_AGO, make_budget_year, make_commitment, make_entry, make_line

MONEY = (
    "programme/",
    "support/",
    "accounts/access.py",
    "reference/thresholds.py",
    "screens/formats.py",
    "screens/spelling.py",
    "screens/forms.py",
)
INEXACT = {"float", "Decimal", "FloatField", "DecimalField"}
# What of these files may name what is not whole, and why that is no money.
EXCEPTIONS = {
    ("programme/models/scheme.py", "DecimalField"): "bounds of targets and published figures: percentages and counts",
    ("programme/models/scheme.py", "Decimal"): "bounds of targets",
    ("programme/forms/scheme.py", "DecimalField"): "bounds of targets and published figures",
    ("programme/forms/scheme.py", "Decimal"): "bounds of targets",
    ("programme/events/scheme.py", "Decimal"): "bounds of targets as they read in a history",
    ("programme/loading.py", "Decimal"): "bounds of targets and published figures",
    ("programme/loading.py", "/"): "joins folders",
    ("screens/formats.py", "Decimal"): "bounds of targets are shown exactly",
    ("screens/formats.py", "float"): "named to refuse it",
    ("screens/forms.py", "Decimal"): "shows fields with places (cents) as they were typed; scaled, never divided",
}


def inexact(tree):
    """(line, what) of every float, Decimal and true division in the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, str(node.value)
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "/"
        elif isinstance(node, ast.Name) and node.id in INEXACT:
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and node.attr in INEXACT | {"truediv"}:
            yield node.lineno, node.attr


def found():
    """{(file, what): lines} over the code on the way of money."""
    places = {}
    for name in house.tracked():
        if name.endswith(".py") and name.startswith(MONEY) and "/migrations/" not in name:
            for line, what in inexact(ast.parse((house.HOUSE / name).read_text())):
                places.setdefault((name, what), []).append(line)
    return places


def test_the_reader_sees_every_way_of_leaving_whole_numbers():
    text = (
        "a = 1.0\nb = a / 2\na /= 3\nc = float(a)\nd = decimal.Decimal('1')\ne = models.FloatField()\nf = 7 // 2 * 3\n"
    )
    assert [what for _line, what in sorted(inexact(ast.parse(text)))] == [
        "1.0",
        "/",
        "/",
        "float",
        "Decimal",
        "FloatField",
    ]


def test_nothing_on_the_way_of_money_leaves_whole_numbers():
    assert {place: lines for place, lines in found().items() if place not in EXCEPTIONS} == {}


def test_every_exception_is_still_needed():
    assert EXCEPTIONS.keys() - found().keys() == set()


def test_every_amount_of_dong_is_kept_in_64_bits_and_nothing_anywhere_as_a_float():
    fields = [field for model in apps.get_models() for field in model._meta.local_fields]
    amounts = [field for field in fields if field.name.endswith("_vnd")]
    assert len(amounts) > 30
    assert [str(field) for field in amounts if type(field) is not models.BigIntegerField] == []
    assert [str(field) for field in fields if isinstance(field, models.FloatField)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [200_000_000_000, MOST_VND])
def test_a_thousand_amounts_as_large_as_the_programme_or_the_limit_add_up_exactly(amount):
    line = make_line(make_budget_year(2024))
    same = {"kind": "contract", "signed_on": date(2024, 2, 1), "what": "x", "payee": "x", "prepared_at": LONG_AGO}
    Commitment.objects.bulk_create(
        Commitment(line=line, number=str(n), amount_vnd=amount, prepared_by=CLERK, **same) for n in range(1000)
    )
    assert Commitment.objects.aggregate(sum=Sum("amount_vnd"))["sum"] == amount * 1000


@pytest.mark.django_db
def test_a_line_holds_the_limit_and_not_one_dong_more():
    period = make_period(2021, 2025, ceiling_vnd=MOST_VND)
    source = make_money_source(counts_to_ceiling=False)  # what does not count is held by the limit of an amount alone
    line = make_line(make_budget_year(2024, envelope_vnd=MOST_VND, period=period), assigned_vnd=0, source=source)
    make_entry(line, "assign", MOST_VND)
    make_entry(line, "allocate", MOST_VND)
    make_commitment(line, MOST_VND)
    line.refresh_from_db()
    assert (line.assigned_vnd, line.committed_vnd, line.left_vnd) == (MOST_VND, MOST_VND, 0)
    with pytest.raises(DatabaseError, match="budget_line_balances_plausible"), transaction.atomic():
        make_entry(line, "supplement", 1)
