from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Several guests of one body may share its address: they are told apart by their names."""

    dependencies = [("programme", "0022_continued_contracts")]

    operations = [
        migrations.RemoveConstraint("invitee", "outside_address_invited_once"),
        migrations.AddConstraint(
            "invitee",
            models.UniqueConstraint(
                fields=["meeting", "email", "name"],
                condition=Q(withdrawn_at__isnull=True, kind="outside"),
                name="outside_guest_invited_once",
            ),
        ),
    ]
