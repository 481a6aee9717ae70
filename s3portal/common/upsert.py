"""Bring a row to what a file says it shall be, and tell whether that was anything new."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from s3portal.common.errors import Refusal

M = TypeVar("M", bound=Model)


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"

    def __or__(self, part: "Outcome") -> "Outcome":
        """What became of a whole when a part of it became ``part``: new stays new, any change is a change."""
        if self is Outcome.UNCHANGED and part is not Outcome.UNCHANGED:
            return Outcome.UPDATED
        return self


def upsert(model: type[M], *, key: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[M, Outcome]:
    """The row of ``model`` with the natural ``key``, holding ``values``; locked to the transaction's end.

    Raises Refusal with the name of the field when the model's own validation says no.
    """
    row = model._default_manager.select_for_update(of=("self",)).filter(**key).first()
    if row is None:
        row = model(**key, **values)
        validate(row)
        row.save(force_insert=True)
        return row, Outcome.CREATED
    changed = [name for name, value in values.items() if _stored(row, name) != _comparable(value)]
    if not changed:
        return row, Outcome.UNCHANGED
    for name in changed:
        setattr(row, name, values[name])
    validate(row)
    row.save(update_fields=changed)
    return row, Outcome.UPDATED


def _stored(row: Model, name: str) -> Any:
    field: Any = row._meta.get_field(name)
    return getattr(row, field.attname)


def _comparable(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def validate(row: Model, *, exclude: Collection[str] = ()) -> None:
    """The model's own validation, but for the fields in ``exclude``, as a Refusal that names the field."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Refusal(messages[0], field=None if field == "__all__" else field) from error
