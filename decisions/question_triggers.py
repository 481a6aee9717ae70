"""What the database itself refuses of questions from the nämnd, whoever asks."""

import pgtrigger
from django.db.models import Model


class AskedOfAList(pgtrigger.Trigger):
    """Only somebody who sits in a nämnd today asks, and only about what stands on a list of that nämnd."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: Model) -> str:
        return """
            IF NOT EXISTS (
                SELECT 1 FROM "decisions_decisionreport" report
                JOIN "decisions_committeemeeting" meeting ON meeting.id = report.meeting_id
                WHERE report.decision_id = NEW.decision_id AND meeting.committee_id = NEW.committee_id
            ) THEN
                RAISE EXCEPTION 'pgtrigger: the decision is on no list of the committee'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NOT EXISTS (
                SELECT 1 FROM "decisions_committeemember" seat
                WHERE seat.committee_id = NEW.committee_id AND seat.user_id = NEW.asked_by_id
                  AND seat.cancelled_at IS NULL
                  AND (NEW.asked_at AT TIME ZONE 'Europe/Stockholm')::date
                      BETWEEN seat.valid_from AND COALESCE(seat.valid_to, 'infinity'::date)
            ) THEN
                RAISE EXCEPTION 'pgtrigger: only those who sit in the committee ask'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """
