"""A phrase that is only for some legal bases names them by their codes. The names, which it went by, are changed
by whoever keeps the bases, and a part of one may fit a basis that nobody meant."""

from typing import Any

from django.db import migrations, models


def by_code(apps: Any, _schema_editor: Any) -> None:
    """The codes of those whose names hold what was written; where there are none, the numbers in it, which
    the codes end with ("2003:596", "forordning-2003-596"). What is a code already stays."""
    bases = list(apps.get_model("calls", "LegalBasis").objects.values_list("code", "name"))
    for phrase in apps.get_model("decisions", "StandardPhrase").objects.exclude(only_under=""):
        codes = sorted({code for code, name in bases if phrase.only_under in name})
        phrase.only_under = " ".join(codes) or phrase.only_under.replace(":", "-")
        phrase.save(update_fields=["only_under"])


class Migration(migrations.Migration):
    dependencies = [("decisions", "0030_minutes_keep_the_list"), ("calls", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="standardphrase",
            name="only_under",
            field=models.CharField(blank=True, max_length=300, verbose_name="bara under rättslig grund"),
        ),
        migrations.RunPython(by_code, migrations.RunPython.noop),
    ]
