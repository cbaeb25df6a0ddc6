from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0007_identity_papers'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='formfield',
            name='field_kind_valid',
        ),
        migrations.AlterField(
            model_name='formfield',
            name='kind',
            field=models.CharField(choices=[('text', 'Short text'), ('long_text', 'Long text'), ('number', 'Number'), ('money', 'Amount of money (đồng)'), ('date', 'Date'), ('past_date', 'Date, today or before'), ('phone', 'Telephone number'), ('choice', 'Choice of a list'), ('yes_no', 'Yes or no'), ('enterprise', 'Enterprise data, shown instead of asked')], max_length=12, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='formfield',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['text', 'long_text', 'number', 'money', 'date', 'past_date', 'phone', 'choice', 'yes_no', 'enterprise'])), name='field_kind_valid'),
        ),
    ]
