"""Database triggers shared by the apps."""

from collections.abc import Collection
from typing import Any

import pgtrigger
from django.db.models import Model


class FrozenWithParent(pgtrigger.Trigger):
    """Refuse to add, change or remove a row whose parent has left the statuses in which it may be edited.

    The parent is read without a lock: services lock it first, the trigger catches everyone who did not.
    ``also`` is SQL for when a row may be edited in another status all the same; {status} and {id} are the
    parent's. Never anything that a person has typed.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def __init__(
        self, *, name: str, parent_field: str, editable: Collection[str], also: str = "FALSE"
    ) -> None:
        self.parent_field = parent_field
        self.editable = tuple(editable)
        self.also = also
        super().__init__(name=name)

    def get_declare(self, model: Model) -> list[tuple[str, str]]:
        return [("parent_status", "TEXT")]

    def get_func(self, model: Model) -> str:
        field: Any = model._meta.get_field(self.parent_field)
        parent = field.related_model._meta.db_table
        column = field.column
        allowed = ", ".join(f"'{status}'" for status in self.editable)
        old, new = (
            "" if self.also == "FALSE" else f" AND NOT ({self.also.format(status='parent_status', id=row)})"
            for row in (f'OLD."{column}"', f'NEW."{column}"')
        )
        # Only names of our own tables and statuses are put into the text: nothing a person has typed.
        return f"""
            IF (TG_OP <> 'INSERT') THEN
                SELECT status INTO parent_status FROM "{parent}" WHERE id = OLD."{column}";
                IF (parent_status NOT IN ({allowed}){old}) THEN
                    RAISE EXCEPTION 'pgtrigger: % is frozen with its parent', TG_TABLE_NAME;
                END IF;
            END IF;
            IF (TG_OP <> 'DELETE') THEN
                SELECT status INTO parent_status FROM "{parent}" WHERE id = NEW."{column}";
                IF (parent_status NOT IN ({allowed}){new}) THEN
                    RAISE EXCEPTION 'pgtrigger: % is frozen with its parent', TG_TABLE_NAME;
                END IF;
                RETURN NEW;
            END IF;
            RETURN OLD;
        """  # noqa: S608 - see above


class ContentFixed(pgtrigger.Trigger):
    """Once a row has left the ``editable`` statuses, only the ``free`` fields may change. ``also``: as in
    ``FrozenWithParent``, of the row itself."""

    when = pgtrigger.Before
    operation = pgtrigger.Update

    def __init__(
        self, *, name: str, editable: Collection[str], free: Collection[str], also: str = "FALSE"
    ) -> None:
        self.editable = tuple(editable)
        self.free = tuple(free)
        self.also = also
        super().__init__(name=name)

    def get_func(self, model: Model) -> str:
        # Generated columns have no value yet in a BEFORE trigger, so they are left out of the comparison.
        generated = [field.name for field in model._meta.concrete_fields if field.generated]
        columns = [model._meta.get_field(name).column for name in (*self.free, *generated)]  # type: ignore[union-attr]
        minus = " ".join(f"- '{column}'" for column in columns)
        allowed = ", ".join(f"'{status}'" for status in self.editable)
        also = (
            "" if self.also == "FALSE" else f" AND NOT ({self.also.format(status='OLD.status', id='OLD.id')})"
        )
        return f"""
            IF (OLD.status NOT IN ({allowed}){also}
                AND (to_jsonb(NEW) {minus}) IS DISTINCT FROM (to_jsonb(OLD) {minus})) THEN
                RAISE EXCEPTION 'pgtrigger: the content of % row is fixed', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """
