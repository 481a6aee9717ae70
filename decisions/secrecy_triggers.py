"""What the database itself refuses of publishing what is secret, whoever asks, and the question that sending
out asks too (``dispatch_triggers``)."""

import pgtrigger
from django.db.models import Model

from s3portal.diary.merging_triggers import matter_sql


def marked_sql(decision: str) -> str:
    """SQL for whether something in a decision is marked as secret, as ``secrecy.concerning`` tells people.
    ``decision``: SQL for its id."""
    return f"""EXISTS (
                SELECT 1 FROM "diary_secrecymark" mark, "decisions_decision" decision
                WHERE decision.id = {decision}
                  AND NOT EXISTS (SELECT 1 FROM "diary_secrecylift" lift WHERE lift.mark_id = mark.id)
                  AND mark.case_id IN ({matter_sql("decision.case_id")})
                  AND (mark.record_id IS NULL OR mark.record_id IN (
                    SELECT file.record_id FROM "diary_recordfile" file
                    JOIN "decisions_decisiondocument" document ON document.file_id = file.id
                    WHERE document.decision_id IN (
                        WITH RECURSIVE told AS (
                            SELECT one.id, one.changes_id FROM "decisions_decision" one
                            WHERE one.id = {decision}
                            UNION
                            SELECT earlier.id, earlier.changes_id FROM "decisions_decision" earlier
                            JOIN told ON earlier.id = told.changes_id
                        )
                        SELECT told.id FROM told)))
            )"""  # noqa: S608 - only names of our own tables


class PublishesOpen(pgtrigger.Trigger):
    """Where something in a decision is marked as secret only its own masked version is published. What
    it changes is told in it, so marks on the records of earlier decisions count too, and so do marks on the
    cases that its own is merged with.

    That a mark set afterwards takes the decision down is for the service, which holds the case locked."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        return f"""
            IF (NEW.masked_id IS NULL AND {marked_sql("NEW.decision_id")}) THEN
                RAISE EXCEPTION 'pgtrigger: something in the decision is marked as secret'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF (NEW.masked_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "decisions_maskeddocument" masked
                WHERE masked.id = NEW.masked_id AND masked.decision_id = NEW.decision_id
            )) THEN
                RAISE EXCEPTION 'pgtrigger: this is the masked version of another decision'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables
