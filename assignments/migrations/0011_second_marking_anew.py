import django.db.models.deletion
from django.db import migrations, models

from assignments.migrations import _frozen


class Migration(migrations.Migration):

    dependencies = [
        ('assignments', '0010_marking_room'),
    ]

    operations = [
        migrations.RunPython(_frozen.thaw, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='secondmarking',
            name='submission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='second_markings', to='assignments.submission'),
        ),
        migrations.AddField(
            model_name='secondmarking',
            name='opened_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='secondmarking',
            name='round',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='submission',
            name='second_marking',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assignments.secondmarking'),
        ),
        migrations.RunPython(_frozen.point_to_second_markings, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='secondmarking',
            constraint=models.UniqueConstraint(fields=('submission', 'round'), name='second_marking_round_once'),
        ),
        migrations.AddConstraint(
            model_name='secondmarking',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('submission',), name='second_marking_one_counts'),
        ),
        migrations.RunPython(_frozen.freeze, migrations.RunPython.noop),
    ]
