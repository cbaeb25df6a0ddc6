from django.db import migrations, models
from django.db.models import Q


def mark_authorised(apps, schema_editor):
    """Whoever accepted a claim by authorisation: the paper of the membership is that of the claim."""
    alias = schema_editor.connection.alias
    claims = apps.get_model("enterprises", "Claim").objects.using(alias).filter(office="authorised", state="confirmed")
    memberships = apps.get_model("enterprises", "Membership").objects.using(alias)
    memberships = memberships.filter(role="signatory", ends_on__isnull=False)
    for claim in claims.filter(invitation__accepted_by__isnull=False).select_related("invitation"):
        paper = f"{claim.paper_number} ({claim.scope})"[:200]
        memberships.filter(user=claim.invitation.accepted_by_id, paper=paper).update(is_authorised=True)


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0004_claims")]

    operations = [
        migrations.AddField(
            "membership",
            "is_authorised",
            models.BooleanField(default=False, verbose_name="acts by authorisation"),
        ),
        migrations.RunPython(mark_authorised, migrations.RunPython.noop),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=Q(is_authorised=False) | Q(role="signatory", ends_on__isnull=False),
                name="membership_authorised_until_a_day",
            ),
        ),
    ]
