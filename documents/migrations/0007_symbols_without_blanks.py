from django.db import migrations


def without_blanks(apps, schema_editor):
    """A symbol is compared without its blanks; of two papers that were entered apart by a blank, both stay as they are."""
    alias = schema_editor.connection.alias
    papers = apps.get_model("documents", "IncomingPaper").objects.using(alias).exclude(state="void")
    for paper in papers.filter(symbol__contains=" ").order_by("pk"):
        symbol, bar, issuer = paper.source_key.partition(" | ")
        key = symbol.replace(" ", "") + bar + issuer
        if key != paper.source_key and not papers.filter(source_key=key, issued_on=paper.issued_on).exists():
            papers.filter(pk=paper.pk).update(source_key=key)


class Migration(migrations.Migration):
    dependencies = [("documents", "0006_signatures_of_scans")]

    operations = [migrations.RunPython(without_blanks, migrations.RunPython.noop)]
