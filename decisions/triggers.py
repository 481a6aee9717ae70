"""What the database itself refuses of the nämnd and its delegation, whoever asks."""

from typing import Final

import pgtrigger
from django.db.models import Model

from decisions.enums import DecisionStatus
from s3portal.common.triggers import FrozenWithParent

#: While somebody still works on a decision.
UNSIGNED: Final = [DecisionStatus.DRAFT, DecisionStatus.PROPOSED]


class WorkingMaterial(FrozenWithParent):
    """What belongs to a draft is neither added nor changed when the decision is signed. It may be taken away:
    a draft is working material, and is cleared (docs/adr/0024)."""

    operation = pgtrigger.Insert | pgtrigger.Update


class CommentStands(pgtrigger.Trigger):
    """A comment is written while the decision is not signed. Its words change only until somebody has
    answered it, and nothing else but that it is withdrawn; what is withdrawn stays so."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        comment = model._meta.db_table
        thread_model = model._meta.get_field("thread").related_model
        thread = thread_model._meta.db_table  # type: ignore[union-attr]
        decision = thread_model._meta.get_field("decision").related_model._meta.db_table  # type: ignore[union-attr]
        free = "ARRAY['text', 'edited_at', 'withdrawn_at']"
        return f"""
            IF EXISTS (
                SELECT 1 FROM "{thread}" thread JOIN "{decision}" decision ON decision.id = thread.decision_id
                WHERE thread.id = NEW.thread_id AND decision.status = 'signed'
            ) THEN
                RAISE EXCEPTION 'pgtrigger: % is frozen with its parent', TG_TABLE_NAME;
            END IF;
            IF (TG_OP = 'UPDATE') THEN
                IF (OLD.withdrawn_at IS NOT NULL OR (to_jsonb(NEW) - {free}) <> (to_jsonb(OLD) - {free})) THEN
                    RAISE EXCEPTION 'pgtrigger: a comment stands as it was written';
                END IF;
                IF (NEW.text <> OLD.text AND NEW.withdrawn_at IS NULL AND EXISTS (
                    SELECT 1 FROM "{comment}" later
                    WHERE later.thread_id = NEW.thread_id AND later.id > NEW.id AND later.kind = 'comment'
                )) THEN
                    RAISE EXCEPTION 'pgtrigger: the comment has been answered';
                END IF;
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class ChangesASigned(pgtrigger.Trigger):
    """A decision changes only what is signed, in its own case. What is signed never changes again, so no
    chain of changes can bite its tail."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        return f"""
            IF (NEW.changes_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "{model._meta.db_table}" earlier
                WHERE earlier.id = NEW.changes_id AND earlier.case_id = NEW.case_id
                  AND earlier.status = 'signed'
            )) THEN
                RAISE EXCEPTION 'pgtrigger: only a signed decision of the same case is changed'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class OneOrderAtATime(pgtrigger.Trigger):
    """Two adopted orders of one nämnd are never in force on one day. Those that overlap since before 0.4.0
    can only be made shorter.

    It stands in for an exclusion constraint, which needs an extension that not every PostgreSQL has. The
    nämnd's row is locked, so that two who adopt at once wait for each other."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        order = model._meta.db_table
        committee = model._meta.get_field("committee").related_model._meta.db_table  # type: ignore[union-attr]
        return f"""
            IF (TG_OP = 'UPDATE') THEN
                IF (OLD.status = 'adopted' AND NEW.status = 'adopted'
                    AND NEW.committee_id = OLD.committee_id
                    AND NEW.valid_from = OLD.valid_from AND NEW.valid_to <= OLD.valid_to) THEN
                    RETURN NEW;
                END IF;
            END IF;
            IF (NEW.status = 'adopted') THEN
                PERFORM 1 FROM "{committee}" WHERE id = NEW.committee_id FOR NO KEY UPDATE;
                IF EXISTS (
                    SELECT 1 FROM "{order}" other
                    WHERE other.committee_id = NEW.committee_id AND other.id <> NEW.id
                      AND other.status = 'adopted'
                      AND other.valid_from <= NEW.valid_to AND other.valid_to >= NEW.valid_from
                ) THEN
                    RAISE EXCEPTION 'pgtrigger: another order of the committee is in force then'
                        USING ERRCODE = 'exclusion_violation';
                END IF;
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class OneSeatAtATime(pgtrigger.Trigger):
    """Nobody has two seats in one nämnd on one day, and a nämnd has one chair. A seat entered by mistake
    (cancelled) does not count. The nämnd's row is locked, as in ``OneOrderAtATime``."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        committee = model._meta.get_field("committee").related_model._meta.db_table  # type: ignore[union-attr]
        return f"""
            IF (NEW.cancelled_at IS NULL) THEN
                PERFORM 1 FROM "{committee}" WHERE id = NEW.committee_id FOR NO KEY UPDATE;
                IF EXISTS (
                    SELECT 1 FROM "{model._meta.db_table}" other
                    WHERE other.committee_id = NEW.committee_id AND other.id <> NEW.id
                      AND other.cancelled_at IS NULL
                      AND (other.user_id = NEW.user_id OR (other.office = 'chair' AND NEW.office = 'chair'))
                      AND other.valid_from <= COALESCE(NEW.valid_to, 'infinity'::date)
                      AND COALESCE(other.valid_to, 'infinity'::date) >= NEW.valid_from
                ) THEN
                    RAISE EXCEPTION 'pgtrigger: the seat is taken on those days'
                        USING ERRCODE = 'exclusion_violation';
                END IF;
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class SeatStands(pgtrigger.Trigger):
    """Who sat in a nämnd stays readable: a seat is never deleted, only its last day may change, and it is
    cancelled once."""

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete

    def get_func(self, model: Model) -> str:
        free = "ARRAY['valid_to', 'cancelled_at', 'cancelled_by_id', 'cancel_reason']"
        return f"""
            IF (TG_OP = 'DELETE') THEN
                RAISE EXCEPTION 'pgtrigger: a seat in a committee stays';
            END IF;
            IF (OLD.cancelled_at IS NOT NULL OR (to_jsonb(NEW) - {free}) <> (to_jsonb(OLD) - {free})) THEN
                RAISE EXCEPTION 'pgtrigger: only the last day of a seat may change';
            END IF;
            RETURN NEW;
        """


class OneStepOnly(pgtrigger.Trigger):
    """Given on by a förvaltningschef who holds the same clause of the nämnd itself, where the clause says so
    (KL 7:6)."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        delegate = model._meta.db_table
        clause = model._meta.get_field("clause").related_model._meta.db_table  # type: ignore[union-attr]
        return f"""
            IF (NEW.delegated_by_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "{delegate}" chief JOIN "{clause}" clause ON clause.id = chief.clause_id
                WHERE chief.id = NEW.delegated_by_id AND chief.clause_id = NEW.clause_id
                  AND chief.is_head AND chief.delegated_by_id IS NULL AND chief.user_id <> NEW.user_id
                  AND clause.sub_delegation
            )) THEN
                RAISE EXCEPTION 'pgtrigger: this cannot be delegated further'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class DelegateStands(pgtrigger.Trigger):
    """Who held what in an adopted order stays readable: only the last day may change, and only one whose
    time has not begun may be taken away."""

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete

    def get_declare(self, model: Model) -> list[tuple[str, str]]:
        return [("order_status", "TEXT")]

    def get_func(self, model: Model) -> str:
        clause_model = model._meta.get_field("clause").related_model
        clause = clause_model._meta.db_table  # type: ignore[union-attr]
        order = clause_model._meta.get_field("order").related_model._meta.db_table  # type: ignore[union-attr]
        return f"""
            SELECT o.status INTO order_status FROM "{clause}" c JOIN "{order}" o ON o.id = c.order_id
            WHERE c.id = OLD.clause_id;
            IF (order_status = 'adopted') THEN
                IF (TG_OP = 'DELETE'
                    AND OLD.valid_from <= (now() AT TIME ZONE 'Europe/Stockholm')::date) THEN
                    RAISE EXCEPTION 'pgtrigger: a delegate whose time has begun stays';
                END IF;
                IF (TG_OP = 'UPDATE'
                    AND (to_jsonb(NEW) - 'valid_to') IS DISTINCT FROM (to_jsonb(OLD) - 'valid_to')) THEN
                    RAISE EXCEPTION 'pgtrigger: only the last day of a delegate may change';
                END IF;
            END IF;
            IF (TG_OP = 'DELETE') THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class ListStands(pgtrigger.Trigger):
    """Nothing is put on a meeting's list or taken off it while an annex of it holds, nothing is taken off
    once the minutes are approved, and a meeting that was called off has no list."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def get_func(self, model: Model) -> str:
        return """
            IF EXISTS (
                SELECT 1 FROM "decisions_meetingannex" annex
                WHERE annex.reopened_at IS NULL
                  AND ((TG_OP <> 'INSERT' AND annex.meeting_id = OLD.meeting_id)
                    OR (TG_OP <> 'DELETE' AND annex.meeting_id = NEW.meeting_id))
            ) THEN
                RAISE EXCEPTION 'pgtrigger: the list of the meeting is confirmed';
            END IF;
            IF (TG_OP <> 'INSERT' AND EXISTS (
                SELECT 1 FROM "decisions_committeemeeting" meeting
                WHERE meeting.id = OLD.meeting_id AND meeting.approved_on IS NOT NULL
            )) THEN
                RAISE EXCEPTION 'pgtrigger: the minutes of the meeting are approved';
            END IF;
            IF (TG_OP <> 'DELETE' AND EXISTS (
                SELECT 1 FROM "decisions_committeemeeting" meeting
                WHERE meeting.id = NEW.meeting_id AND meeting.cancelled_at IS NOT NULL
            )) THEN
                RAISE EXCEPTION 'pgtrigger: the meeting was called off';
            END IF;
            IF (TG_OP = 'DELETE') THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        """
