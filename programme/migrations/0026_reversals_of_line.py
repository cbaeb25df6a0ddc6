from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programme', '0025_raised_by_what_was_left'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(condition=models.Q(('reverses__isnull', False)), fields=['line', 'happened_on'], name='entry_reversing'),
        ),
    ]
