"""What the database itself refuses of sending decisions out, whoever asks."""

import pgtrigger
from django.db.models import Model

from decisions.secrecy_triggers import marked_sql


class DispatchStands(pgtrigger.Trigger):
    """A dispatch is of a decision signed here, follows an earlier one to the same recipient, and was not made
    before the signature or in days to come. A mail never carries a document in which something is marked as
    secret, nor the masked version of another decision.

    That a mark set afterwards stops what has not left yet is for the outbox, which asks before it sends
    (``decisions.standing``)."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_declare(self, model: Model) -> list[tuple[str, str]]:
        return [("of_decision", "BIGINT"), ("decided", "DATE")]

    def get_func(self, model: Model) -> str:
        return f"""
            SELECT decision.id, decision.decided_on INTO of_decision, decided
            FROM "decisions_addressee" addressee
            JOIN "decisions_decision" decision ON decision.id = addressee.decision_id
            WHERE addressee.id = NEW.addressee_id
              AND decision.status = 'signed' AND NOT decision.signed_elsewhere;
            IF (of_decision IS NULL) THEN
                RAISE EXCEPTION 'pgtrigger: only what is signed here is sent out'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF (NEW.previous_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "decisions_dispatch" earlier
                WHERE earlier.id = NEW.previous_id AND earlier.addressee_id = NEW.addressee_id
            )) THEN
                RAISE EXCEPTION 'pgtrigger: the earlier dispatch went to somebody else'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF (NEW.sent_on < decided OR NEW.sent_on > (now() AT TIME ZONE 'Europe/Stockholm')::date) THEN
                RAISE EXCEPTION 'pgtrigger: it was not sent on that day'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF (NEW.way = 'mail' AND NEW.masked_id IS NULL AND {marked_sql("of_decision")}) THEN
                RAISE EXCEPTION 'pgtrigger: something in the decision is marked as secret'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF (NEW.masked_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "decisions_maskeddocument" masked
                WHERE masked.id = NEW.masked_id AND masked.decision_id = of_decision
            )) THEN
                RAISE EXCEPTION 'pgtrigger: this is the masked version of another decision'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables
