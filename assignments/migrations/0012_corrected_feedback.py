from django.db import migrations, models

from assignments.migrations import _frozen


class Migration(migrations.Migration):

    dependencies = [
        ('assignments', '0011_second_marking_anew'),
    ]

    operations = [
        migrations.RunPython(_frozen.thaw, migrations.RunPython.noop),
        migrations.AddField(
            model_name='marking',
            name='corrected',
            field=models.JSONField(default=list, verbose_name='criteria whose feedback was put right'),
        ),
        migrations.RunPython(_frozen.freeze, migrations.RunPython.noop),
    ]
