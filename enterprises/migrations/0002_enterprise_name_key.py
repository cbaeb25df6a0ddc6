"""The name of an enterprise as it is compared, so that “CTY TNHH SX Hoà” and “Công ty TNHH sản xuất Hòa” are found alike."""

import re
import unicodedata

from django.db import migrations, models

# How names were compared when this column came; see screens.text.short_forms for how they are today.
SHORT = {
    "tnhh": "trach nhiem huu han", "cp": "co phan", "ctcp": "cong ty co phan", "cty": "cong ty", "mtv": "mot thanh vien",
    "tm": "thuong mai", "dv": "dich vu", "sx": "san xuat", "xnk": "xuat nhap khau", "xk": "xuat khau", "nk": "nhap khau",
    "dtpt": "dau tu phat trien", "dt": "dau tu", "pt": "phat trien", "xd": "xay dung", "cn": "cong nghiep",
    "cnc": "cong nghe cao", "dntn": "doanh nghiep tu nhan", "htx": "hop tac xa", "hkd": "ho kinh doanh",
    "vlxd": "vat lieu xay dung", "tp": "thanh pho", "tx": "thi xa", "kcn": "khu cong nghiep", "ccn": "cum cong nghiep",
    "spcncl": "san pham cong nghiep chu luc", "jsc": "cong ty co phan", "vn": "viet nam", "hn": "ha noi",
}  # fmt: skip
LONGEST = sorted(SHORT.items(), key=lambda pair: (-len(pair[1]), pair[0]))
WORDS = re.compile(r"[^\W_]+")


def name_key(name):
    parts = unicodedata.normalize("NFD", name.casefold())
    folded = "".join(letter for letter in parts if not unicodedata.combining(letter)).replace("đ", "d")
    words = f" {' '.join(SHORT.get(word, word) for word in WORDS.findall(folded) if word != 'va')} "
    for short, long in LONGEST:
        words = words.replace(f" {long} ", f" {short} ")
    return words.strip()


def fill(apps, schema_editor):
    enterprises = apps.get_model("enterprises", "Enterprise").objects.using(schema_editor.connection.alias)
    rows = enterprises.filter(merged_into__isnull=True, name_key="").order_by("pk")  # an alias is compared no more
    chunk = []
    for row in rows.only("pk", "name").iterator(chunk_size=2000):
        row.name_key = name_key(row.name)
        chunk.append(row)
        if len(chunk) == 2000:
            enterprises.bulk_update(chunk, ["name_key"])
            chunk = []
    if chunk:
        enterprises.bulk_update(chunk, ["name_key"])


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="enterprise",
            name="name_key",
            field=models.TextField(db_default="", default="", editable=False, verbose_name="name for comparing"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="enterprise",
            index=models.Index(fields=["name_key"], name="enterprise_by_name_key"),
        ),
    ]
