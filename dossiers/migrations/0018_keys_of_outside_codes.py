"""Codes of other systems get their key; where two dossiers of before are one by it, the later one keeps a key of its own."""

import unicodedata

from django.db import migrations

AT_ONCE = 1_000
AS_D = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"})
DASHES = "‐‑‒–—―−"


def key_of(code):
    plain = unicodedata.normalize("NFKC", code).translate(AS_D)
    seen = (letter for letter in plain if unicodedata.category(letter) != "Cf")
    joined = " ".join("".join("-" if letter in DASHES else letter for letter in seen).split())
    return unicodedata.normalize("NFC", joined.casefold()) or "-"


def give_keys(apps, schema_editor):
    rows = apps.get_model("dossiers", "Dossier").objects.using(schema_editor.connection.alias)
    taken, batch = set(), []
    for key, by, code in list(rows.exclude(outside_code="").order_by("pk").values_list("pk", "typed_by", "outside_code")):
        own = key_of(code)
        own = f"{own} #{key}" if (by, own) in taken else own
        taken.add((by, own))
        batch.append(rows.model(pk=key, outside_key=own))
    for first in range(0, len(batch), AT_ONCE):
        rows.bulk_update(batch[first : first + AT_ONCE], ["outside_key"])


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0017_outside_key")]

    operations = [migrations.RunPython(give_keys, migrations.RunPython.noop)]
