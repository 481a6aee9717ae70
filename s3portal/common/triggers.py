"""Database triggers shared by the apps."""

from collections.abc import Collection
from typing import Any

import pgtrigger
from django.db.models import Model


class FrozenWithParent(pgtrigger.Trigger):
    """Refuse to add, change or remove a row whose parent has left the statuses in which it may be edited.

    The parent is read without a lock: services lock it first, the trigger catches everyone who did not.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def __init__(self, *, name: str, parent_field: str, editable: Collection[str]) -> None:
        self.parent_field = parent_field
        self.editable = tuple(editable)
        super().__init__(name=name)

    def get_declare(self, model: Model) -> list[tuple[str, str]]:
        return [("parent_status", "TEXT")]

    def get_func(self, model: Model) -> str:
        field: Any = model._meta.get_field(self.parent_field)
        parent = field.related_model._meta.db_table
        column = field.column
        allowed = ", ".join(f"'{status}'" for status in self.editable)
        # Only names of our own tables and statuses are put into the text: nothing a person has typed.
        return f"""
            IF (TG_OP <> 'INSERT') THEN
                SELECT status INTO parent_status FROM "{parent}" WHERE id = OLD."{column}";
                IF (parent_status NOT IN ({allowed})) THEN
                    RAISE EXCEPTION 'pgtrigger: % is frozen with its parent', TG_TABLE_NAME;
                END IF;
            END IF;
            IF (TG_OP <> 'DELETE') THEN
                SELECT status INTO parent_status FROM "{parent}" WHERE id = NEW."{column}";
                IF (parent_status NOT IN ({allowed})) THEN
                    RAISE EXCEPTION 'pgtrigger: % is frozen with its parent', TG_TABLE_NAME;
                END IF;
                RETURN NEW;
            END IF;
            RETURN OLD;
        """  # noqa: S608 - see above


class ContentFixed(pgtrigger.Trigger):
    """Once a row has left the ``editable`` statuses, only the ``free`` fields may change."""

    when = pgtrigger.Before
    operation = pgtrigger.Update

    def __init__(self, *, name: str, editable: Collection[str], free: Collection[str]) -> None:
        self.editable = tuple(editable)
        self.free = tuple(free)
        super().__init__(name=name)

    def get_func(self, model: Model) -> str:
        # Generated columns have no value yet in a BEFORE trigger, so they are left out of the comparison.
        generated = [field.name for field in model._meta.concrete_fields if field.generated]
        columns = [model._meta.get_field(name).column for name in (*self.free, *generated)]  # type: ignore[union-attr]
        minus = " ".join(f"- '{column}'" for column in columns)
        allowed = ", ".join(f"'{status}'" for status in self.editable)
        return f"""
            IF (OLD.status NOT IN ({allowed})
                AND (to_jsonb(NEW) {minus}) IS DISTINCT FROM (to_jsonb(OLD) {minus})) THEN
                RAISE EXCEPTION 'pgtrigger: the content of % row is fixed', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """
