from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0016_outside_code_in_capitals_or_not")]

    operations = [
        migrations.AddField(
            "dossier",
            "outside_key",
            models.TextField(blank=True, db_default="", default="", editable=False),
        ),
    ]
