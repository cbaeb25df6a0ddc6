from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0007_symbols_without_blanks")]

    operations = [
        migrations.AddField(
            "papercopy", "called", models.TextField(default="", verbose_name="how it names what was copied")
        )
    ]
