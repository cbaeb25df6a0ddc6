"""A tiny kind of import for the tests of the framework: notes about enterprises, kept in a table that is there anyway."""

from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext_noop

from accounts.models import Office
from audit.refusals import Refused
from documents import imports
from documents.imports import Basis, Column, ImportKind
from documents.permissions.imports import IMPORT


class OfficesImport(ImportKind):
    """Offices by tax code: enough to see rows come, be replaced, and go."""

    code = "test-offices"
    title = "Offices of the test"
    action = IMPORT
    asks_year = whole_year = True
    key = "tax_code"
    columns = (
        Column("tax_code", "Tax code", "tax_code", aliases=("MST",), required=True),
        Column("name", "Name", aliases=("Tên",), most=100),
        Column("output_vnd", "Output", "vnd", aliases=("GTSX",)),
    )
    bases = (
        Basis(
            "prices",
            "Prices",
            {"current": ("current", ("giá hiện hành",)), "constant": ("constant", ("giá so sánh",))},
            "current",
        ),
    )
    example = {"tax_code": "0100109106", "name": "Công ty Ví dụ", "output_vnd": 125_000_000_000}
    notes = ("One row for an office.",)
    staged = {"tax_code": "text", "name": "text", "output_vnd": "bigint"}
    count_labels = {"created": "new offices"}
    fails = None  # a test sets an exception to be raised in apply
    built_on = False  # a test says that something stands on the import

    def prepare(self, import_, *, now):
        return {"there": set(Office.objects.values_list("code", flat=True)), "seen": set()}

    def check(self, chunk, context):
        for at, code in enumerate(chunk["tax_code"]):
            if code in context["seen"]:
                chunk.refuse(at, "tax_code", gettext_noop("Tax code %(code)s stands twice."), code=code)
            context["seen"].add(code)
            if f"{code}" in context["there"]:
                chunk.flag(at, "tax_code", gettext_noop("Office %(code)s is there already."), code=code)
        for at, amount in enumerate(chunk["output_vnd"]):
            if amount and amount > 10**12:
                chunk.flag(at, "output_vnd", gettext_noop("Large: %(amount)s."), amount=amount)

    def apply(self, staged, import_, *, by, now):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_office (public_id, version, code, name, symbol, kind) "
                f"SELECT {UUID[connection.vendor]}, 1, tax_code, coalesce(name, '-'), %s, 'other' FROM {staged.table} t "
                "WHERE NOT EXISTS (SELECT 1 FROM accounts_office o WHERE o.code = t.tax_code)",
                [str(import_.public_id)[:30]],
            )
            created = cursor.rowcount
        if self.fails:
            raise self.fails
        return {"created": created}

    def require_undoable(self, import_):
        if self.built_on:
            raise Refused("An office of this import has people.")

    def undo(self, import_, *, by, now):
        made = Office.objects.filter(symbol=str(import_.public_id)[:30])
        return {"ended": made.update(ended_on=now.date())}

    def result_url(self, import_):
        return "/"


UUID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


@contextmanager
def small_import():
    """The kind, registered for one test."""
    imports.kinds()
    imports.register(OfficesImport)
    kind = imports.kinds()[OfficesImport.code]
    try:
        yield kind
    finally:
        imports.kinds().pop(OfficesImport.code)
