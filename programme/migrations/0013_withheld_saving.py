from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0004_identity_papers'),
        ('programme', '0012_meetings'),
        ('reference', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='budgetline',
            name='budget_line_balances_plausible',
        ),
        migrations.RemoveConstraint(
            model_name='budgetstep',
            name='step_kind_valid',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='entry_kind_valid',
        ),
        migrations.AddField(
            model_name='budgetline',
            name='withheld_vnd',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='withheld as recurrent saving'),
        ),
        migrations.AlterField(
            model_name='budgetstep',
            name='kind',
            field=models.CharField(choices=[('ceiling', 'Ceiling of the programme'), ('envelope', 'Envelope of a year'), ('assign', 'Assignment of the estimate'), ('supplement', 'Supplement to the estimate'), ('cut', 'Cut of the estimate'), ('saving', 'Withheld as recurrent saving'), ('release', 'Withheld saving released'), ('transfer', 'Adjustment between two lines'), ('allocate', 'Allocation'), ('deallocate', 'Allocation taken back'), ('commit', 'Commitment raised by an addendum'), ('decommit', 'Commitment reduced'), ('recover', 'Recovered, estimate restored'), ('recover_advance', 'Advance recovered, estimate restored'), ('settle', 'Settlement'), ('cancel', 'Estimate cancelled'), ('carry_over', 'Carry-over to the next year'), ('reverse', 'Reversal of an entry'), ('opening', 'Opening sums from before the portal'), ('budget_return', 'Returned to the budget after the year was closed'), ('undo_return', 'Reversal of a return to the budget')], max_length=16, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('assign', 'Assignment of the estimate'), ('supplement', 'Supplement to the estimate'), ('cut', 'Cut of the estimate'), ('saving', 'Withheld as recurrent saving'), ('release', 'Withheld saving released'), ('transfer_out', 'Adjustment: to another line'), ('transfer_in', 'Adjustment: from another line'), ('carry_in', 'Carried in from the year before'), ('allocate', 'Allocation'), ('deallocate', 'Allocation taken back'), ('commit', 'Commitment'), ('decommit', 'Commitment reduced'), ('advance', 'Advance paid'), ('clear', 'Advance cleared by accepted volume'), ('pay', 'Payment'), ('recover', 'Recovered, estimate restored'), ('recover_advance', 'Advance recovered, estimate restored'), ('settle', 'Settlement'), ('cancel', 'Estimate cancelled'), ('carry_out', 'Carried over to the next year')], max_length=16, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('assigned_vnd__gte', 0), ('assigned_vnd__lte', 1000000000000000), ('carried_in_vnd__gte', 0), ('carried_in_vnd__lte', 1000000000000000), ('allocated_vnd__gte', 0), ('allocated_vnd__lte', 1000000000000000), ('committed_vnd__gte', 0), ('committed_vnd__lte', 1000000000000000), ('advanced_vnd__gte', 0), ('advanced_vnd__lte', 1000000000000000), ('disbursed_vnd__gte', 0), ('disbursed_vnd__lte', 1000000000000000), ('recovered_vnd__gte', 0), ('recovered_vnd__lte', 1000000000000000), ('settled_vnd__gte', 0), ('settled_vnd__lte', 1000000000000000), ('cancelled_vnd__gte', 0), ('cancelled_vnd__lte', 1000000000000000), ('carried_out_vnd__gte', 0), ('carried_out_vnd__lte', 1000000000000000), ('withheld_vnd__gte', 0), ('withheld_vnd__lte', 1000000000000000)), name='budget_line_balances_plausible'),
        ),
        migrations.AddConstraint(
            model_name='budgetstep',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['allocate', 'assign', 'budget_return', 'cancel', 'carry_over', 'ceiling', 'commit', 'cut', 'deallocate', 'decommit', 'envelope', 'opening', 'recover', 'recover_advance', 'release', 'reverse', 'saving', 'settle', 'supplement', 'transfer', 'undo_return'])), name='step_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['advance', 'allocate', 'assign', 'cancel', 'carry_in', 'carry_out', 'clear', 'commit', 'cut', 'deallocate', 'decommit', 'pay', 'recover', 'recover_advance', 'release', 'saving', 'settle', 'supplement', 'transfer_in', 'transfer_out'])), name='entry_kind_valid'),
        ),
    ]
