from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0005_authorised_members")]

    operations = [
        migrations.AddField("claim", "signatures", models.JSONField(null=True, verbose_name="signatures")),
        migrations.AddField(
            "claim", "verified_at", models.DateTimeField(null=True, verbose_name="signatures verified at")
        ),
        migrations.AddConstraint(
            "claim",
            models.CheckConstraint(
                condition=Q(verified_at__isnull=False) | Q(signatures__isnull=True), name="claim_signatures_verified"
            ),
        ),
    ]
