from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_word_files")]

    operations = [
        migrations.AddField("incomingscan", "signatures", models.JSONField(null=True, verbose_name="signatures")),
        migrations.AddField(
            "incomingscan", "verified_at", models.DateTimeField(null=True, verbose_name="signatures verified at")
        ),
        migrations.AddConstraint(
            "incomingscan",
            models.CheckConstraint(
                condition=Q(verified_at__isnull=False) | Q(signatures__isnull=True), name="scan_signatures_verified"
            ),
        ),
    ]
