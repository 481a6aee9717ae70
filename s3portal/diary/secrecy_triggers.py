"""What the database itself sees to about secrecy marks, whoever asks."""

from collections.abc import Collection

import pgtrigger
from django.db.models import Model

from s3portal.diary.merging_triggers import matter_sql

#: Marks that nobody has lifted.
_STANDING = (
    '"diary_secrecymark" mark WHERE mark.case_id {cases} AND NOT EXISTS '
    '(SELECT 1 FROM "diary_secrecylift" lift WHERE lift.mark_id = mark.id)'
)


class MarkInItsCase(pgtrigger.Trigger):
    """A marked record lies in the marked case, and a marked file in the marked record."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: Model) -> str:
        return """
            IF (NEW.record_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "diary_record" r WHERE r.id = NEW.record_id AND r.case_id = NEW.case_id
            )) OR (NEW.file_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "diary_recordfile" f WHERE f.id = NEW.file_id AND f.record_id = NEW.record_id
            )) THEN
                RAISE EXCEPTION 'pgtrigger: what is marked lies in another case'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """


class CastsShadow(pgtrigger.Trigger):
    """The columns of the case that say what the public may see follow the marks of its matter: the search
    vector is made from them, so what is marked cannot be found from the moment that the mark stands.

    What is secret in one of two merged cases is it in the other, and who is protected in the one goes by the
    name that stands there."""

    when = pgtrigger.After
    operation = pgtrigger.Insert

    def __init__(self, *, name: str, cases: Collection[str]) -> None:
        #: SQL for the ids of the cases, from the new row: one of each matter that may have changed.
        self.cases = tuple(cases)
        super().__init__(name=name)

    def get_declare(self, model: Model) -> list[tuple[str, str]]:
        return [("changed", "bigint"), ("matter", "bigint[]")]

    def get_func(self, model: Model) -> str:
        standing = _STANDING.format(cases="= ANY(matter)")
        changed = ", ".join(f"({case})" for case in self.cases)
        return f"""
            FOREACH changed IN ARRAY ARRAY[{changed}] LOOP
                matter := ARRAY({matter_sql("changed")});
                UPDATE "diary_case" SET
                    title_protected = EXISTS (
                        SELECT 1 FROM {standing} AND mark.part IN ('case', 'title')),
                    counterpart_protected = EXISTS (
                        SELECT 1 FROM {standing} AND mark.part IN ('case', 'counterpart')),
                    hidden_words = ARRAY(
                        SELECT mark.passage FROM {standing} AND mark.part = 'passage'
                        UNION
                        SELECT other.counterpart FROM "diary_case" other
                        WHERE other.id = ANY(matter)
                            AND other.counterpart NOT IN ('', "diary_case".counterpart)
                            AND EXISTS (SELECT 1 FROM {standing} AND mark.part IN ('case', 'counterpart'))
                        ORDER BY 1)
                WHERE id = ANY(matter);
            END LOOP;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables


class ShadowStays(pgtrigger.Trigger):
    """Nobody uncovers in a case what a mark still covers."""

    when = pgtrigger.Before
    operation = pgtrigger.Update

    def get_func(self, model: Model) -> str:
        standing = _STANDING.format(cases=f"IN ({matter_sql('NEW.id')})")
        return f"""
            IF (OLD.title_protected AND NOT NEW.title_protected AND EXISTS (
                SELECT 1 FROM {standing} AND mark.part IN ('case', 'title')
            )) OR (OLD.counterpart_protected AND NOT NEW.counterpart_protected AND EXISTS (
                SELECT 1 FROM {standing} AND mark.part IN ('case', 'counterpart')
            )) OR (OLD.hidden_words IS DISTINCT FROM NEW.hidden_words AND EXISTS (
                SELECT 1 FROM {standing} AND mark.part = 'passage'
                    AND NOT mark.passage = ANY(NEW.hidden_words)
            )) THEN
                RAISE EXCEPTION 'pgtrigger: a secrecy mark stands';
            END IF;
            RETURN NEW;
        """  # noqa: S608 - only names of our own tables
