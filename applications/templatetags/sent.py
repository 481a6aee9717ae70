"""Filters for templates that show what was sent."""

from collections.abc import Mapping
from typing import Any

from django import template

from applications import sent_texts

register = template.Library()


@register.filter
def project_texts(content: Mapping[str, Any]) -> list[sent_texts.SentText]:
    return list(sent_texts.project_texts(content))


@register.filter
def has_trade_secrets(content: Mapping[str, Any]) -> bool:
    return sent_texts.has_trade_secrets(content)
