"""A part as plain data for the history, and back: so that a whole page can be put back as it was."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date
from typing import Any

from django.db import models

from applications.budget import BudgetRow, FinancingRow
from applications.parts.aid import AidPart, DeMinimisRow, OtherAidRow
from applications.parts.comparing import Part
from applications.parts.questions import QuestionsPart
from applications.parts.rows import ActivityRow, IndicatorRow, PartnerRow
from calls.models import StrengthArea

#: The rows of each field that holds some.
_ROWS: Mapping[str, Any] = {
    "partners": PartnerRow,
    "activity_rows": ActivityRow,
    "indicators": IndicatorRow,
    "lines": BudgetRow,
    "rows": FinancingRow,
    "de_minimis": DeMinimisRow,
    "other_aid": OtherAidRow,
}
_DAYS = {"starts_on", "ends_on", "granted_on"}


def frozen(part: Part) -> dict[str, Any]:
    """What is compared of a part, as data for a JSON field."""
    kind: Any = part
    return {one.name: _plain(getattr(part, one.name)) for one in fields(kind) if one.compare}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(one) for name, one in asdict(value).items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def thawed(data: Mapping[str, Any], now: Part) -> Part:
    """The part that ``data`` was made of. ``now`` is the same part as it stands, and gives what the data does
    not have: columns that are newer, and what is said by name, which nobody can say for another."""
    kind: Any = now
    known = {one.name for one in fields(kind) if one.compare} & set(data)
    values = {name: _read(name, data[name]) for name in known}
    if isinstance(now, AidPart):
        values["declared"] = now.declared
    if isinstance(now, QuestionsPart):
        asked = {question.pk for question in now.questions}
        values["answers"] = tuple(one for one in values.get("answers", ()) if one[0] in asked)
    part: Part = replace(kind, **values)
    return part


def _read(name: str, value: Any) -> Any:
    if name in _ROWS:
        return tuple(_row(_ROWS[name], one) for one in value)
    if name == "areas":
        return tuple(StrengthArea.objects.filter(pk__in=value).order_by("order", "name"))
    if name in _DAYS:
        return date.fromisoformat(value) if value else None
    if isinstance(value, list):
        return tuple(tuple(one) if isinstance(one, list) else one for one in value)
    return value


def _row(kind: Any, data: Mapping[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    return kind(**{name: _read(name, value) for name, value in data.items() if name in known})
