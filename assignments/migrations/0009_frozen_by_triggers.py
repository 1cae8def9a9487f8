from django.db import migrations

from assignments.migrations import _frozen


class Migration(migrations.Migration):
    """Wordings for older work. The triggers come with the newest migration of this app; see `_frozen`."""

    dependencies = [("assignments", "0008_extensions")]

    operations = [
        migrations.RunPython(_frozen.keep_wordings, migrations.RunPython.noop),
    ]
