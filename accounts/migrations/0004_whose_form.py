"""Sign-ins know the secret of their forms; kept forms of nobody are removed (they are kept for twelve hours at most)."""

from django.db import migrations, models


def remove_forms_of_nobody(apps, schema_editor):
    alias = schema_editor.connection.alias
    forms = apps.get_model("accounts", "ParkedForm").objects.using(alias).filter(owner__isnull=True)
    apps.get_model("accounts", "ParkedFile").objects.using(alias).filter(form__in=forms).delete()
    forms.delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_delegation_paper_on")]

    operations = [
        migrations.AddField(
            model_name="signin",
            name="csrf_digest",
            field=models.CharField(blank=True, db_index=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(remove_forms_of_nobody, migrations.RunPython.noop),
    ]
