"""Database triggers of applications and of their assessments."""

from typing import Final

import pgtrigger
from django.db.models import Model

from applications.enums import ApplicationStatus
from s3portal.common.triggers import FrozenWithParent

#: The one moment when what has been sent gives way to what has been sent since: a supplement has just been
#: answered, and the application has not left its status yet. No transaction ends there (``EndsWithItsStep``).
TAKING_IN: Final = """{status} = 'supplement'
    AND EXISTS (SELECT 1 FROM applications_supplementrequest s WHERE s.application_id = {id})
    AND NOT EXISTS (
        SELECT 1 FROM applications_supplementrequest s
        WHERE s.application_id = {id} AND s.answered_at IS NULL AND s.closed_at IS NULL
    )"""


class FrozenWhenSent(FrozenWithParent):
    """Rows of an application: edited while it is written, fixed once it is sent."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            name=name, parent_field="application", editable=ApplicationStatus.written(), also=TAKING_IN
        )


class EndsWithItsStep(pgtrigger.Trigger):
    """A request that has been answered or closed does not leave its application waiting."""

    when = pgtrigger.After
    operation = pgtrigger.Update
    timing = pgtrigger.Deferred

    def get_func(self, model: Model) -> str:
        taking_in = TAKING_IN.format(status="a.status", id="a.id")
        # Only names of our own tables are put into the text: nothing a person has typed.
        return f"""
            IF (EXISTS (
                SELECT 1 FROM applications_application a
                WHERE a.id = NEW.application_id AND {taking_in}
            )) THEN
                RAISE EXCEPTION 'pgtrigger: the application waits for nothing';
            END IF;
            RETURN NULL;
        """  # noqa: S608 - see above


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
    """A ranking is locked only with the sum that its rows have, none above what is applied for, and with what
    it rests on frozen; it is opened only when no locking holds."""

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
            IF (NEW.status = 'locked' AND NOT EXISTS (
                SELECT 1 FROM applications_rankinglock l
                WHERE l.ranking_id = NEW.id AND l.unlocked_at IS NULL
                AND l.total = NEW.locked_total AND l.frame_left = NEW.locked_left
            )) THEN
                RAISE EXCEPTION 'pgtrigger: what is locked has not been frozen';
            END IF;
            IF (NEW.status = 'open' AND EXISTS (
                SELECT 1 FROM applications_rankinglock l
                WHERE l.ranking_id = NEW.id AND l.unlocked_at IS NULL
            )) THEN
                RAISE EXCEPTION 'pgtrigger: a locking still holds';
            END IF;
            RETURN NEW;
        """


class FrozenSumsAgree(pgtrigger.Trigger):
    """What is frozen of a ranking has the sums of its own rows, and the amounts of the ranking's."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: Model) -> str:
        return """
            IF ((NEW.content #>> '{frame,proposed}')::bigint IS DISTINCT FROM NEW.total
                OR (NEW.content #>> '{frame,left}')::bigint IS DISTINCT FROM NEW.frame_left
                OR (NEW.content #>> '{frame,whole}')::bigint IS DISTINCT FROM NEW.frame
                OR NEW.total IS DISTINCT FROM (
                    SELECT COALESCE(SUM((r ->> 'proposed')::bigint), 0)
                    FROM jsonb_array_elements(NEW.content -> 'rows') r
                )) THEN
                RAISE EXCEPTION 'pgtrigger: the frozen sums do not agree';
            END IF;
            IF (EXISTS (
                SELECT r.application_id, r.position::bigint, r.proposed_amount
                FROM applications_rankingrow r WHERE r.ranking_id = NEW.ranking_id
                EXCEPT
                SELECT (f ->> 'application')::bigint, (f ->> 'place')::bigint, (f ->> 'proposed')::bigint
                FROM jsonb_array_elements(NEW.content -> 'rows') f
            )) THEN
                RAISE EXCEPTION 'pgtrigger: what is frozen is not the ranking';
            END IF;
            RETURN NEW;
        """


class LockStands(pgtrigger.Trigger):
    """A locking is only ever told that it was unlocked, once."""

    when = pgtrigger.Before
    operation = pgtrigger.Update

    def get_func(self, model: Model) -> str:
        minus = "- 'unlocked_by_id' - 'unlocked_at' - 'unlock_reason'"
        return f"""
            IF (OLD.unlocked_at IS NOT NULL
                OR (to_jsonb(NEW) {minus}) IS DISTINCT FROM (to_jsonb(OLD) {minus})) THEN
                RAISE EXCEPTION 'pgtrigger: a locking stands as it is';
            END IF;
            RETURN NEW;
        """
