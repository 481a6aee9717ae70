"""What an administrator has written of decisions that wait: the reminder is about all that was sent the same
day, and {beslut} tells the number of the only one itself."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

#: In this order: first where they stand together.
_INSTEAD = (
    ("{diarienummer} {beslut}", "{beslut}"),
    ("{beslut} ({diarienummer})", "{beslut}"),
    ("{diarienummer}", "{beslut}"),
)


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("outbox", "ReminderRule")
    for rule in rules.objects.filter(kind="decision_waiting"):
        for field in ("subject", "body"):
            text = getattr(rule, field)
            for before, after in _INSTEAD:
                text = text.replace(before, after)
            setattr(rule, field, text)
        rule.save(update_fields=["subject", "body"])


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0022_told_of_earlier"),
        ("outbox", "0002_reminders"),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
