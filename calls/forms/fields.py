"""Fields of a call's form that read what officers write: a share, a planned month, a row of the law."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from calls.changes import planned_words
from calls.planned import PlannedDecision, parse_planned_decision
from s3portal.common.errors import Refusal
from s3portal.common.forms import (
    _ParsedField,
)
from s3portal.common.swedish import format_isodate, format_percent

_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*(?:%|procent)?")


class PercentField(_ParsedField):
    """A share in percent as Decimal, above 0 and at most 100: "50", "47,5", "50 %"."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-affix": "%"})

    def parse(self, text: str) -> Decimal:
        match = _PERCENT.fullmatch(text)
        if match is None:
            raise Refusal("Skriv procenten med siffror, till exempel 50 eller 47,5.")
        percent = Decimal(f"{match[1]}.{match[2] or 0}")
        if not 0 < percent <= 100:
            raise Refusal("Ange mer än 0 och högst 100 procent.")
        return percent

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal | int):
            return f"{Decimal(value).normalize():f}".replace(".", ",")
        return value


class PlannedField(_ParsedField):
    """When the decision is planned, as ``PlannedDecision``."""

    def parse(self, text: str) -> PlannedDecision:
        return parse_planned_decision(text)

    def prepare_value(self, value: Any) -> Any:
        return planned_words(value) if isinstance(value, PlannedDecision) else value


class BasisField(forms.ModelChoiceField):
    """Names a row of the law by its dates and its cap too, since the same law has several."""

    def label_from_instance(self, obj: Any) -> str:
        ends = f" till och med {format_isodate(obj.valid_to)}" if obj.valid_to else ""
        cap = f", högst {format_percent(obj.max_aid_percent)}" if obj.max_aid_percent else ""
        return f"{obj.name} (gäller från {format_isodate(obj.valid_from)}{ends}{cap})"
