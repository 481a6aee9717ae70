"""What the database itself sees to about retention, whoever asks."""

from collections.abc import Collection

import pgtrigger
from django.db.models import Model

from s3portal.diary.merging_triggers import STANDING

#: Rows of lists that are neither struck out nor carried out.
_WAITING = (
    '"diary_disposalitem" item WHERE item.struck_at IS NULL AND NOT EXISTS '
    '(SELECT 1 FROM "diary_recorddisposal" done WHERE done.item_id = item.id)'
)


class StaysUntilDisposed(pgtrigger.Trigger):
    """The row is never removed and never changed, but that its record is disposed of: then ``fields``, which
    tell of persons, are written over."""

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete

    def __init__(self, *, name: str, record: str, fields: Collection[str]) -> None:
        #: The column with the record's id.
        self.record = record
        self.fields = tuple(fields)
        super().__init__(name=name)

    def get_func(self, model: Model) -> str:
        less = " ".join(f"- '{field}'" for field in self.fields)
        return f"""
            IF TG_OP = 'UPDATE' THEN
                IF (to_jsonb(NEW) {less}) = (to_jsonb(OLD) {less}) AND EXISTS (
                    SELECT 1 FROM "diary_recorddisposal" done WHERE done.record_id = NEW."{self.record}"
                ) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
        """  # noqa: S608 - only names of our own tables


class ListedByRule(pgtrigger.Trigger):
    """Only what its class says is to be disposed of is ever on a list, and only what people registered. Of a
    row nothing changes but that it is struck out, once."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model: Model) -> str:
        return """
            IF TG_OP = 'UPDATE' THEN
                IF OLD.struck_at IS NOT NULL OR EXISTS (
                    SELECT 1 FROM "diary_recorddisposal" done WHERE done.item_id = OLD.id
                ) OR (to_jsonb(NEW) - 'struck_at' - 'struck_by_id' - 'struck_reason')
                    <> (to_jsonb(OLD) - 'struck_at' - 'struck_by_id' - 'struck_reason') THEN
                    RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;
                END IF;
                RETURN NEW;
            END IF;
            PERFORM 1 FROM "diary_recordclassing" classing
                JOIN "diary_recordclass" kind ON kind.id = classing.record_class_id
                JOIN "diary_record" record ON record.id = classing.record_id
                WHERE classing.record_id = NEW.record_id AND kind.id = NEW.record_class_id
                    AND kind.handling = 'dispose' AND record.registered_by_id IS NOT NULL
                FOR SHARE OF classing, kind;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'pgtrigger: the record is not to be disposed of'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """


class KeptIsNeverListed(pgtrigger.Trigger):
    """A class that comes to be kept has nothing left on a list."""

    when = pgtrigger.Before
    operation = pgtrigger.Update
    condition = pgtrigger.Q(new__handling="keep")

    def get_func(self, model: Model) -> str:
        return f"""
            IF EXISTS (SELECT 1 FROM {_WAITING} AND item.record_class_id = NEW.id) THEN
                RAISE EXCEPTION 'pgtrigger: a record of the class is on a list'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class ReclassedIsNotListed(pgtrigger.Trigger):
    """A record that comes to be of another class, or of none, is on no list as what it was."""

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete

    def get_func(self, model: Model) -> str:
        return f"""
            IF EXISTS (SELECT 1 FROM {_WAITING} AND item.record_id = OLD.record_id)
                OR EXISTS (SELECT 1 FROM "diary_recorddisposal" d WHERE d.record_id = OLD.record_id) THEN
                RAISE EXCEPTION 'pgtrigger: the record is on a list or disposed of'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        """  # noqa: S608 - only names of our own tables


class DisposedByDecision(pgtrigger.Trigger):
    """Nothing is disposed of but what a person has approved and not struck out, whose rule still says so and
    whose time was out on the day of the list. A case that is merged with another is as open as the one that
    stays, and its time is counted from when that ended: the matter goes on there."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: Model) -> str:
        return f"""
            PERFORM 1 FROM "diary_disposalitem" item
                JOIN "diary_disposallist" list ON list.id = item.disposal_list_id
                JOIN "diary_recordclass" kind ON kind.id = item.record_class_id
                JOIN "diary_recordclassing" classing
                    ON classing.record_id = item.record_id AND classing.record_class_id = kind.id
                JOIN "diary_record" record ON record.id = item.record_id
                JOIN "diary_case" c ON c.id = record.case_id
                JOIN "diary_case" stays ON stays.id = COALESCE(
                    (SELECT merger.into_id FROM {STANDING} AND merger.merged_id = c.id), c.id
                )
                WHERE item.id = NEW.item_id AND item.record_id = NEW.record_id AND item.struck_at IS NULL
                    AND list.approved_at IS NOT NULL AND kind.handling = 'dispose'
                    AND c.status <> 'open' AND stays.status <> 'open'
                    AND kind.years + EXTRACT(YEAR FROM (
                        CASE kind.starts_from WHEN 'record_dated' THEN record.dated_at ELSE (
                            SELECT max(step.at) FROM "diary_casestep" step
                            WHERE step.case_id = stays.id AND step.kind IN ('closed', 'cancelled')
                        ) END
                    ) AT TIME ZONE 'Europe/Stockholm') < EXTRACT(YEAR FROM list.as_of)
                FOR SHARE OF item, kind, classing, c, stays;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'pgtrigger: nobody has decided that the record is disposed of'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables
