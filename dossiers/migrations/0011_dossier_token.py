from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0010_one_stop")]

    operations = [
        migrations.AddField(
            "dossier", "token", models.CharField(editable=False, max_length=40, null=True, unique=True)
        ),
    ]
