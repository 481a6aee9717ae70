"""Filters for templates that show what was sent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template

from applications import sent_texts
from applications.aid import format_euro
from applications.checks import Step
from applications.services.registering import FOLDER
from s3portal.common.swedish import format_datetime
from s3portal.diary.models import Record, RecordFile

register = template.Library()


@register.filter
def project_texts(content: Mapping[str, Any]) -> list[sent_texts.SentText]:
    return list(sent_texts.project_texts(content))


@register.filter
def has_trade_secrets(content: Mapping[str, Any]) -> bool:
    return sent_texts.has_trade_secrets(content)


@register.filter
def step_label(step: str) -> str:
    return {one.value: one.label for one in Step}.get(step, step)


@register.filter
def came_with(record: Record) -> list[RecordFile]:
    """The files that somebody sent with a letter, without the letter's own words."""
    return [file for file in record.files.all() if file.storage_name.startswith(f"{FOLDER}/")]


@register.filter
def euro(value: Decimal | str) -> str:
    return format_euro(value)


@register.filter
def rate(value: Decimal | str) -> str:
    """A rate as it is written: "11,4325"."""
    return f"{Decimal(value).normalize():f}".replace(".", ",")


@register.filter
def sent_moment(text: str) -> str:
    """A moment that was sent as text, on Swedish clocks."""
    return format_datetime(datetime.fromisoformat(text))
