"""What was withheld as saving before its balance stood on the line: the sums of its entries, what was reversed taken off."""

from django.db import migrations
from django.db.models import Case, F, Sum, When


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    entries = apps.get_model("programme", "LedgerEntry").objects.using(alias).filter(kind="saving").order_by()
    lines = apps.get_model("programme", "BudgetLine").objects.using(alias)
    signed = Case(When(reverses__isnull=True, then=F("amount_vnd")), default=-F("amount_vnd"))
    for key, withheld in entries.values_list("line").annotate(sum=Sum(signed)):
        lines.filter(pk=key).update(withheld_vnd=withheld)


class Migration(migrations.Migration):
    dependencies = [("programme", "0013_withheld_saving")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
