"""Dossiers of before get the token by which their receipts are looked up, each its own."""

import secrets

from django.db import migrations

AT_ONCE = 1_000


def give_tokens(apps, schema_editor):
    rows = apps.get_model("dossiers", "Dossier").objects.using(schema_editor.connection.alias)
    keys = list(rows.filter(token=None).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        batch = [rows.model(pk=key, token=secrets.token_urlsafe(18)) for key in keys[first : first + AT_ONCE]]
        rows.bulk_update(batch, ["token"])


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0011_dossier_token")]

    operations = [migrations.RunPython(give_tokens, migrations.RunPython.noop)]
