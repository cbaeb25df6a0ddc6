from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_delegation'),
        ('documents', '0002_papers'),
        ('dossiers', '0003_handling'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='slipline',
            index=models.Index(condition=models.Q(('verb', 'receive')), fields=['at', 'id'], name='slip_receipt_by_day'),
        ),
    ]
