"""Database triggers of the assessments."""

import pgtrigger
from django.db.models import Model


class ScoreOnScale(pgtrigger.Trigger):
    """Points only within the criterion's scale, and only on criteria of the call that was applied to."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        # Only names of our own tables are put into the text: nothing a person has typed.
        return """
            IF (NOT EXISTS (
                SELECT 1 FROM calls_criterion c
                JOIN applications_application a ON a.call_id = c.call_id
                JOIN applications_assessment s ON s.application_id = a.id
                WHERE c.id = NEW.criterion_id AND s.id = NEW.assessment_id
                AND (NEW.points IS NULL OR NEW.points <= c.max_score)
            )) THEN
                RAISE EXCEPTION 'pgtrigger: the points are not on the scale of the criterion';
            END IF;
            RETURN NEW;
        """


class WholeWhenSubmitted(pgtrigger.Trigger):
    """An assessment is handed in only with points and a rationale on every criterion of the call."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        return """
            IF (NEW.status = 'submitted' AND EXISTS (
                SELECT 1 FROM calls_criterion c
                JOIN applications_application a ON a.call_id = c.call_id
                LEFT JOIN applications_score s ON s.criterion_id = c.id AND s.assessment_id = NEW.id
                WHERE a.id = NEW.application_id
                AND (s.points IS NULL OR s.rationale = '')
            )) THEN
                RAISE EXCEPTION 'pgtrigger: points or rationale are missing';
            END IF;
            RETURN NEW;
        """


class SumsAgreeWhenLocked(pgtrigger.Trigger):
    """A ranking is locked only with the sum that its rows have, and none above what is applied for."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        return """
            IF (NEW.status = 'locked' AND NEW.locked_total IS DISTINCT FROM (
                SELECT COALESCE(SUM(r.proposed_amount), 0) FROM applications_rankingrow r
                WHERE r.ranking_id = NEW.id
            )) THEN
                RAISE EXCEPTION 'pgtrigger: the sum is not that of the rows';
            END IF;
            IF (NEW.status = 'locked' AND EXISTS (
                SELECT 1 FROM applications_rankingrow r
                JOIN applications_application a ON a.id = r.application_id
                WHERE r.ranking_id = NEW.id AND r.proposed_amount > a.applied_amount
            )) THEN
                RAISE EXCEPTION 'pgtrigger: more is proposed than applied for';
            END IF;
            RETURN NEW;
        """
