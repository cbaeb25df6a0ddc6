from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0013_token_for_every_dossier")]

    operations = [
        migrations.AddField(
            "procedureversion",
            "answer_days",
            models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="working days to answer a request for a supplement"
            ),
        ),
        migrations.AddConstraint(
            "procedureversion",
            models.CheckConstraint(
                condition=Q(answer_days__isnull=True) | Q(answer_days__gte=1, answer_days__lte=400),
                name="version_answer_days_plausible",
            ),
        ),
    ]
