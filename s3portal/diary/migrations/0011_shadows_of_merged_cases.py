from django.db import migrations

#: The columns of cases that are merged already, as the triggers keep them from now on.
CAST = """
    DO $$
    DECLARE
        stays bigint;
        matter bigint[];
    BEGIN
        FOR stays IN
            SELECT DISTINCT merger.into_id FROM "diary_casemerger" merger WHERE NOT EXISTS (
                SELECT 1 FROM "diary_casemergerend" ended WHERE ended.merger_id = merger.id)
        LOOP
            matter := ARRAY(
                SELECT stays UNION SELECT merger.merged_id FROM "diary_casemerger" merger
                WHERE merger.into_id = stays AND NOT EXISTS (
                    SELECT 1 FROM "diary_casemergerend" ended WHERE ended.merger_id = merger.id));
            UPDATE "diary_case" SET
                title_protected = title_protected OR EXISTS (
                    SELECT 1 FROM "diary_secrecymark" mark WHERE mark.case_id = ANY(matter)
                        AND mark.part IN ('case', 'title') AND NOT EXISTS (
                            SELECT 1 FROM "diary_secrecylift" lift WHERE lift.mark_id = mark.id)),
                counterpart_protected = counterpart_protected OR EXISTS (
                    SELECT 1 FROM "diary_secrecymark" mark WHERE mark.case_id = ANY(matter)
                        AND mark.part IN ('case', 'counterpart') AND NOT EXISTS (
                            SELECT 1 FROM "diary_secrecylift" lift WHERE lift.mark_id = mark.id)),
                hidden_words = ARRAY(
                    SELECT mark.passage FROM "diary_secrecymark" mark WHERE mark.case_id = ANY(matter)
                        AND mark.part = 'passage' AND NOT EXISTS (
                            SELECT 1 FROM "diary_secrecylift" lift WHERE lift.mark_id = mark.id)
                    UNION
                    SELECT other.counterpart FROM "diary_case" other
                    WHERE other.id = ANY(matter) AND other.counterpart NOT IN ('', "diary_case".counterpart)
                        AND EXISTS (
                            SELECT 1 FROM "diary_secrecymark" mark WHERE mark.case_id = ANY(matter)
                                AND mark.part IN ('case', 'counterpart') AND NOT EXISTS (
                                    SELECT 1 FROM "diary_secrecylift" lift WHERE lift.mark_id = mark.id))
                    ORDER BY 1)
            WHERE id = ANY(matter);
        END LOOP;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("diary", "0010_marks_hide_in_the_whole_matter")]

    operations = [migrations.RunSQL(CAST, migrations.RunSQL.noop)]
