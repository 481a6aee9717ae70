from django.db import migrations


def mark(apps, schema_editor):
    """Counterparts that were protected before marks were kept get a mark that a person is to try."""
    Case = apps.get_model("diary", "Case")
    SecrecyMark = apps.get_model("diary", "SecrecyMark")
    protected = Case.objects.filter(counterpart_protected=True).values_list("pk", flat=True)
    SecrecyMark.objects.bulk_create(
        [
            SecrecyMark(
                case_id=pk,
                part="counterpart",
                provision="other",
                provision_text="OSL 5 kap. 2 §",
                reason="Motparten var skyddad redan före version 0.5.0. Pröva markeringen och sätt den på nytt.",
            )
            for pk in protected.iterator(chunk_size=1000)
        ],
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [("diary", "0003_secrecy_marks")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
