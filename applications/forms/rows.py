"""Rows that are added and taken away on a page of the form, with and without script.

A row's fields are named ``par-0-name``: the kind, a number that only tells rows apart, and the column. Its
hidden key (``par-0-key``) is what it is known by, also when somebody else has added or removed rows
meanwhile.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from applications.forms.tables import ADD, REMOVE
from applications.models.rows import ROW_KEY, new_row_key
from applications.parts.rows import Row
from s3portal.common.swedish import format_amount


@dataclass(frozen=True)
class RowKind:
    """``prefix`` begins the names of its fields; ``columns`` makes the fields of row number n (from 1)."""

    prefix: str
    row: type[Row]
    most: int
    many: str
    anchor: str
    columns: Callable[[int], dict[str, forms.Field]]


@dataclass(frozen=True)
class RowFields:
    """One row as it is shown."""

    index: int
    number: int
    key: BoundField
    columns: Mapping[str, BoundField] = field(default_factory=dict)


class RowsOf:
    """The rows of one kind in a form: those posted, or those ``stored`` with an ``extra`` empty one below."""

    def __init__(
        self,
        form: forms.Form,
        kind: RowKind,
        *,
        data: QueryDict | None,
        stored: Sequence[Row],
        extra: bool = False,
        at_least: int = 0,
    ) -> None:
        self.form, self.kind = form, kind
        if data is not None:
            self.indexes = posted_indexes(data, kind.prefix)
        else:
            self.indexes = list(range(max(len(stored) + extra, at_least)))
            self._set_initial(stored)
        for number, index in enumerate(self.indexes, start=1):
            form.fields[self._name(index, "key")] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=new_row_key
            )
            for name, made in kind.columns(number).items():
                form.fields[self._name(index, name)] = made

    def _name(self, index: int, column: str) -> str:
        return f"{self.kind.prefix}-{index}-{column}"

    def _set_initial(self, stored: Sequence[Row]) -> None:
        for index, row in enumerate(stored):
            for name in ("key", *row.names()):
                self.form.initial[self._name(index, name)] = getattr(row, name)

    def typed(self) -> tuple[Any, ...]:
        """The rows as values; empty ones are none."""
        rows, keys = [], set()
        for index in self.indexes:
            data = self.form.cleaned_data
            key = data.get(self._name(index, "key"), "")
            if not re.fullmatch(ROW_KEY, key) or key in keys:
                key = new_row_key()
            keys.add(key)
            values = {name: data.get(self._name(index, name)) for name in self.kind.row.names()}
            rows.append(self.kind.row(key=key, **values))
        return tuple(row for row in rows if not row.is_empty)

    def check(self) -> None:
        """More rows than fit are told and not cut off."""
        if len(self.indexes) > self.kind.most:
            self.form.add_error(
                None, f"Ta bort rader: det får vara högst {format_amount(self.kind.most)} {self.kind.many}."
            )

    def __iter__(self) -> Any:
        for number, index in enumerate(self.indexes, start=1):
            yield RowFields(
                index=index,
                number=number,
                key=self.form[self._name(index, "key")],
                columns={name: self.form[self._name(index, name)] for name in self.kind.row.names()},
            )

    def __len__(self) -> int:
        return len(self.indexes)


def posted_indexes(data: QueryDict, prefix: str) -> list[int]:
    """The numbers of the rows that were posted, in order."""
    names = (re.fullmatch(rf"{prefix}-([0-9]{{1,3}})-[a-z_]+", name) for name in data)
    return sorted({int(match[1]) for match in names if match})


def with_keyed_row_changes(data: QueryDict, kinds: Sequence[RowKind]) -> QueryDict:
    """The posted data after the button that was pressed: ``ADD`` an empty row of a kind, or ``REMOVE`` one
    ("par-0"). Unknown values change nothing."""
    for kind in kinds:
        indexes = posted_indexes(data, kind.prefix)
        if data.get(ADD) == kind.prefix and len(indexes) < kind.most and max(indexes, default=0) < 999:
            changed = data.copy()
            changed[f"{kind.prefix}-{max(indexes, default=-1) + 1}-key"] = new_row_key()
            return changed
        if data.get(REMOVE) in {f"{kind.prefix}-{index}" for index in indexes}:
            changed = data.copy()
            for name in [name for name in changed if name.startswith(f"{data[REMOVE]}-")]:
                del changed[name]
            return changed
    return data
