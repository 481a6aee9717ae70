"""The forms beside the text of a draft: one for each place where something can be written."""

from collections.abc import Mapping

from django import template

from decisions.comment_forms import CommentForm
from decisions.models import CommentThread

register = template.Library()


@register.simple_tag
def comment_form(target: str, written: CommentForm | None, text: str = "") -> CommentForm:
    """The form for ``target``: what was just ``written`` there if it is to be put right, else a new one."""
    if written is not None and written.target == target:
        return written
    return CommentForm(target=target, text=text)


@register.simple_tag
def said_at(said: Mapping[str, list[CommentThread]], anchor: str) -> list[CommentThread]:
    """The open threads at a part of the draft."""
    return said.get(anchor, [])
