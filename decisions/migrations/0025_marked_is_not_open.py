from django.db import migrations
from django.utils import timezone

#: Published in full although something in the decision is marked, as ``publishes_open`` refuses from now on:
#: the trigger is not asked about rows that were there before it.
OPEN_THOUGH_MARKED = """
    SELECT publication.decision_id FROM "decisions_publication" publication
    JOIN "decisions_decision" decision ON decision.id = publication.decision_id
    WHERE publication.masked_id IS NULL AND EXISTS (
        SELECT 1 FROM "diary_secrecymark" mark
        WHERE NOT EXISTS (SELECT 1 FROM "diary_secrecylift" lift WHERE lift.mark_id = mark.id)
            AND (
                mark.record_id IS NULL AND mark.case_id IN (
                    WITH standing AS (
                        SELECT merger.merged_id, merger.into_id FROM "diary_casemerger" merger
                        WHERE NOT EXISTS (
                            SELECT 1 FROM "diary_casemergerend" ended WHERE ended.merger_id = merger.id)
                    ), stays AS (
                        SELECT COALESCE((
                            SELECT standing.into_id FROM standing
                            WHERE standing.merged_id = decision.case_id
                        ), decision.case_id) AS id
                    )
                    SELECT stays.id FROM stays UNION
                    SELECT standing.merged_id FROM standing JOIN stays ON stays.id = standing.into_id
                )
                OR mark.record_id IN (
                    SELECT file.record_id FROM "diary_recordfile" file
                    JOIN "decisions_decisiondocument" document ON document.file_id = file.id
                    WHERE document.decision_id IN (
                        WITH RECURSIVE told AS (
                            SELECT decision.id, decision.changes_id
                            UNION
                            SELECT earlier.id, earlier.changes_id FROM "decisions_decision" earlier
                            JOIN told ON earlier.id = told.changes_id
                        )
                        SELECT told.id FROM told
                    )
                )
            )
    )
    ORDER BY publication.decision_id
"""


def take_down(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(OPEN_THOUGH_MARKED)
        found = [pk for (pk,) in cursor.fetchall()]
    apps.get_model("decisions", "Publication").objects.filter(decision__in=found).delete()
    apps.get_model("audit", "Event").objects.bulk_create(
        [
            apps.get_model("audit", "Event")(
                at=timezone.now(),
                actor_label="Systemet",
                action="decision_unpublished",
                object_type="decisions.decision",
                object_id=pk,
                text="Beslutet avpublicerat: något i det, eller i ett beslut som det ändrar, är märkt som hemligt",
                data={},
            )
            for pk in found
        ]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0024_merged_cases_publish_masked"),
        ("diary", "0011_shadows_of_merged_cases"),
        ("audit", "0003_chain_of_hashes"),
    ]

    operations = [migrations.RunPython(take_down, migrations.RunPython.noop)]
