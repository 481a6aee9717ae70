"""What the database itself sees to about cases that were opened twice, whoever asks."""

import pgtrigger
from django.db.models import Model

#: Mergers that nobody has undone.
STANDING = (
    '"diary_casemerger" merger WHERE NOT EXISTS '
    '(SELECT 1 FROM "diary_casemergerend" ended WHERE ended.merger_id = merger.id)'
)


def matter_sql(case: str) -> str:
    """SQL for the ids of all cases of a matter. ``case``: SQL for the id of one of them."""
    into = f"SELECT merger.into_id FROM {STANDING} AND merger.merged_id = {case}"  # noqa: S608 - our own tables
    stays = f"COALESCE(({into}), {case})"
    return f"SELECT {stays} UNION SELECT merger.merged_id FROM {STANDING} AND merger.into_id = {stays}"  # noqa: S608


class MergesOnce(pgtrigger.Trigger):
    """The case that is merged is closed, and the one that stays is open. Neither is merged with a third, so
    there are neither chains nor rings: whoever follows the reference is there. Both are locked, in one order,
    so that two who merge at once see each other."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: Model) -> str:
        return f"""
            PERFORM 1 FROM "diary_case" WHERE id IN (NEW.merged_id, NEW.into_id) ORDER BY id FOR UPDATE;
            IF NOT EXISTS (SELECT 1 FROM "diary_case" WHERE id = NEW.merged_id AND status = 'closed')
                OR NOT EXISTS (SELECT 1 FROM "diary_case" WHERE id = NEW.into_id AND status = 'open') THEN
                RAISE EXCEPTION 'pgtrigger: a closed case is merged into an open one'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF EXISTS (SELECT 1 FROM {STANDING} AND (
                merger.merged_id IN (NEW.merged_id, NEW.into_id) OR merger.into_id = NEW.merged_id
            )) THEN
                RAISE EXCEPTION 'pgtrigger: one of the cases is merged already'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class MergedStaysClosed(pgtrigger.Trigger):
    """A case that is merged with another is not opened again until the merger is undone, and one that others
    are merged into is not cancelled."""

    when = pgtrigger.Before
    operation = pgtrigger.Update

    def get_func(self, model: Model) -> str:
        return f"""
            IF OLD.status IS DISTINCT FROM NEW.status AND EXISTS (SELECT 1 FROM {STANDING} AND (
                merger.merged_id = NEW.id OR (NEW.status = 'cancelled' AND merger.into_id = NEW.id)
            )) THEN
                RAISE EXCEPTION 'pgtrigger: the case is merged with another'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class RegisteredWhereItStays(pgtrigger.Trigger):
    """Nobody registers by hand in a case that is merged with another: it belongs in the one that stays. What
    the portal registers itself follows what it is about."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert
    condition = pgtrigger.Q(new__registered_by__isnull=False)

    def get_func(self, model: Model) -> str:
        return f"""
            IF EXISTS (SELECT 1 FROM {STANDING} AND merger.merged_id = NEW.case_id) THEN
                RAISE EXCEPTION 'pgtrigger: the case is merged with another'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables
