from django.db import migrations, models


class Migration(migrations.Migration):
    """What a contract left in the year before raises it where it goes on already, on the same ground."""

    dependencies = [
        ('programme', '0024_given_taken_from'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='budgetstep',
            name='step_ground_for_carrying_over',
        ),
        migrations.AlterField(
            model_name='budgetstep',
            name='kind',
            field=models.CharField(choices=[('ceiling', 'Ceiling of the programme'), ('envelope', 'Envelope of a year'), ('assign', 'Assignment of the estimate'), ('supplement', 'Supplement to the estimate'), ('cut', 'Cut of the estimate'), ('saving', 'Withheld as recurrent saving'), ('release', 'Withheld saving released'), ('transfer', 'Adjustment between two lines'), ('allocate', 'Allocation'), ('deallocate', 'Allocation taken back'), ('commit', 'Commitment raised'), ('decommit', 'Commitment reduced'), ('recover', 'Recovered, estimate restored'), ('recover_advance', 'Advance recovered, estimate restored'), ('settle', 'Settlement'), ('cancel', 'Estimate cancelled'), ('carry_over', 'Carry-over to the next year'), ('reverse', 'Reversal of an entry'), ('opening', 'Opening sums from before the portal'), ('budget_return', 'Returned to the budget after the year was closed'), ('undo_return', 'Reversal of a return to the budget')], max_length=16, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='budgetstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'carry_over'), models.Q(('ground', ''), _negated=True)), models.Q(models.Q(('kind', 'carry_over'), _negated=True), ('ground', '')), models.Q(('ground', 'next_year'), ('kind__in', ['commit', 'decommit'])), _connector='OR'), name='step_ground_for_carrying_over'),
        ),
    ]
