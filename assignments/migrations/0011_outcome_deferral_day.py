"""A day is named as such."""

from django.db import migrations

from assignments.migrations import _frozen


class Migration(migrations.Migration):
    dependencies = [("assignments", "0010_marking_room")]

    operations = [
        migrations.RunPython(_frozen.thaw, migrations.RunPython.noop),
        migrations.RenameField("deferral", "until", "until_on"),
        migrations.RunPython(_frozen.freeze, _frozen.thaw),
    ]
