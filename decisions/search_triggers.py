"""What the database itself sees to about the words that the staff's search finds decisions by: they follow
the text, whoever changes it, so that nothing is found by what stands there no more."""

import pgtrigger
from django.db.models import Model

#: All that a decision is found by. The text of a signed one is kept whole (``full_text``); that of a draft is
#: read where it is written. A draft where somebody has said that parts are secret has no words until it is
#: signed: then there are marks in the diary, which the search asks. {decision} is its id.
WORDS = """
    SELECT CASE WHEN decision.status <> 'signed' AND (
        SELECT review.outcome FROM "decisions_secrecyreview" review
        WHERE review.decision_id = decision.id ORDER BY review.id DESC LIMIT 1
    ) = 'some' THEN ''::tsvector ELSE to_tsvector('swedish', concat_ws(E'\\n',
        decision.title, decision.full_text, decision.case_officer_name, decision.signatory_name,
        decision.presenter_name, decision.also_present,
        CASE WHEN decision.status <> 'signed' THEN concat_ws(E'\\n',
            decision.background, decision.reasons,
            (SELECT string_agg(point.text, E'\\n') FROM "decisions_decisionpoint" point
             WHERE point.decision_id = decision.id),
            (SELECT string_agg(basis.title, E'\\n') FROM "decisions_basisdocument" basis
             WHERE basis.decision_id = decision.id)) END,
        (SELECT string_agg(recipient.name, E'\\n') FROM "decisions_extractrecipient" recipient
         WHERE recipient.decision_id = decision.id))) END
    FROM "decisions_decision" decision WHERE decision.id = {decision}
"""


class KeepsWords(pgtrigger.Trigger):
    """A decision has its row of words from the beginning."""

    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        return f"""
            INSERT INTO "decisions_decisionwords" (decision_id, search)
            VALUES (NEW.id, ({WORDS.format(decision="NEW.id")}))
            ON CONFLICT (decision_id) DO UPDATE SET search = excluded.search;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class PartKeepsWords(pgtrigger.Trigger):
    """A row that a decision is made of, or that says what in it is secret. When the whole decision is removed
    its words may be gone first: then there is nothing to keep."""

    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def get_declare(self, model: Model) -> list[tuple[str, str]]:
        return [("changed", "bigint")]

    def get_func(self, model: Model) -> str:
        return f"""
            IF (TG_OP = 'DELETE') THEN
                changed := OLD.decision_id;
            ELSE
                changed := NEW.decision_id;
            END IF;
            UPDATE "decisions_decisionwords" SET search = ({WORDS.format(decision="changed")})
            WHERE decision_id = changed;
            RETURN NULL;
        """  # noqa: S608 - only names of our own tables
