"""Database triggers of the calls."""

import pgtrigger
from django.db.models import Model


class FixedWhenReceived(pgtrigger.Trigger):
    """Refuse to add, change or remove what a call asks for or judges by once an application has come in.

    All who apply to one call answer the same questions. Services lock the call first; this catches everyone
    who did not. A call that is deleted as a draft takes its rows with it.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def get_func(self, model: Model) -> str:
        # Only the name of our own table is put into the text: nothing a person has typed.
        return """
            IF (EXISTS (
                SELECT 1 FROM calls_call
                WHERE id = (CASE WHEN TG_OP = 'DELETE' THEN OLD.call_id ELSE NEW.call_id END)
                AND first_received_at IS NOT NULL
            )) THEN
                RAISE EXCEPTION 'pgtrigger: % is fixed once an application has come in', TG_TABLE_NAME;
            END IF;
            IF (TG_OP = 'DELETE') THEN RETURN OLD; END IF;
            RETURN NEW;
        """


class KeptBySigned(pgtrigger.Trigger):
    """A legal basis that a signed decision rests on keeps its code and how what it carries is appealed: when
    that decision becomes final (laga kraft) is read from here, and its sealed text has said it already.

    The table belongs to an app above this one. That only text names it keeps the imports one way."""

    when = pgtrigger.Before
    operation = pgtrigger.UpdateOf("code", "appeal_rule")
    condition = pgtrigger.AnyChange("code", "appeal_rule")

    def get_func(self, model: Model) -> str:
        return """
            IF EXISTS (
                SELECT 1 FROM decisions_decision WHERE legal_basis_id = OLD.id AND status = 'signed'
            ) THEN
                RAISE EXCEPTION 'pgtrigger: a signed decision rests on the legal basis'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """


class RoomSeats(pgtrigger.Trigger):
    """Never more seats taken or held than the meeting's room has.

    The meeting's row is locked here, so of two who take the last seat at once the second waits and is
    refused.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_declare(self, model: Model) -> list[tuple[str, str]]:
        return [("seats", "INTEGER"), ("taken", "INTEGER")]

    def get_func(self, model: Model) -> str:
        return """
            IF (NEW.cancelled_at IS NOT NULL OR (NEW.place <> 'room' AND NEW.offered_until IS NULL)) THEN
                RETURN NEW;
            END IF;
            SELECT capacity INTO seats FROM calls_meeting WHERE id = NEW.meeting_id FOR UPDATE;
            IF (seats IS NULL) THEN RETURN NEW; END IF;
            SELECT count(*) INTO taken FROM calls_participation
            WHERE meeting_id = NEW.meeting_id AND id IS DISTINCT FROM NEW.id AND cancelled_at IS NULL
            AND (place = 'room' OR offered_until IS NOT NULL);
            IF (taken >= seats) THEN
                RAISE EXCEPTION 'pgtrigger: the room has no seat left';
            END IF;
            RETURN NEW;
        """
