import secrets
from functools import partial

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0012_tokens_of_dossiers")]

    operations = [
        migrations.AlterField(
            "dossier",
            "token",
            models.CharField(
                default=partial(secrets.token_urlsafe, 18), editable=False, max_length=40, unique=True
            ),
        ),
    ]
