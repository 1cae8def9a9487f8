from django.db import migrations

from assignments.migrations import _frozen


class Migration(migrations.Migration):
    """Always the newest of this app; see `_frozen`."""

    dependencies = [("assignments", "0006_evidence_matrix_and_client_feedback")]

    operations = [
        migrations.RunPython(_frozen.keep_wordings, migrations.RunPython.noop),
        migrations.RunPython(_frozen.freeze, _frozen.thaw),
    ]
