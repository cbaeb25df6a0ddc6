from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0008_kinds_of_fields")]

    operations = [
        migrations.AddField(
            "dossier",
            "applicant_right",
            models.CharField(blank=True, default="", max_length=400, verbose_name="in what right it was lodged"),
            preserve_default=False,
        ),
        migrations.AddField(
            "dossier",
            "lodged_name",
            models.CharField(
                blank=True, default="", max_length=300, verbose_name="name of the enterprise when it was lodged"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "dossier",
            "lodged_tax_code",
            models.CharField(blank=True, default="", max_length=20, verbose_name="tax code when it was lodged"),
            preserve_default=False,
        ),
    ]
