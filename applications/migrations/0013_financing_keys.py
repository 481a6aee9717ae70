"""Each financier gets a key of its own, those of sent applications too.

The column is added with a key for each row: writing to the rows one by one is what the table's triggers refuse
for what has been sent.
"""

from django.db import migrations, models
from django.db.models import Q

import applications.models.rows


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_municipalities")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE applications_financing ADD COLUMN key varchar(10) NOT NULL"
                    " DEFAULT substr(md5(random()::text), 1, 10)",
                    "ALTER TABLE applications_financing DROP COLUMN key",
                ),
                migrations.RunSQL(
                    "ALTER TABLE applications_financing ALTER COLUMN key DROP DEFAULT", migrations.RunSQL.noop
                ),
            ],
            state_operations=[
                migrations.AddField(
                    "financing",
                    "key",
                    models.CharField("nyckel", default=applications.models.rows.new_row_key, max_length=10),
                ),
            ],
        ),
        migrations.AlterModelOptions(
            name="financing",
            options={
                "ordering": ["order", "pk"],
                "verbose_name": "medfinansiering",
                "verbose_name_plural": "medfinansiering",
            },
        ),
        migrations.AddConstraint(
            model_name="financing",
            constraint=models.UniqueConstraint(fields=("application", "key"), name="financing_key_once"),
        ),
        migrations.AddConstraint(
            model_name="financing",
            constraint=models.CheckConstraint(
                condition=Q(key__regex="^[0-9a-f]{10}$"), name="financing_key_form"
            ),
        ),
    ]
