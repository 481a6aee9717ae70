"""What has been asked for in a sent application and answered, with what the answers changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from applications.changes import ChangedStep, changes_between
from applications.documents import read_sent, sent_versions
from applications.masking import has_secrets, masked
from applications.models import Application, SupplementRequest
from applications.queries import supplements_of
from s3portal.diary.models import RecordFile


@dataclass(frozen=True)
class ShownSupplement:
    """``text_hidden`` and ``answer_hidden``: words that an external assessor is not shown."""

    request: SupplementRequest
    changes: Sequence[ChangedStep]
    text_hidden: bool = False
    answer_hidden: bool = False


def changes_of(application: Application, request: SupplementRequest) -> list[ChangedStep]:
    """What the answer to ``request`` changed in what had been sent before it."""
    versions = sent_versions(application)
    return _changes(versions, [read_sent(file) for file in versions], request, hide_secrets=False)


def shown_supplements(application: Application, *, hide_secrets: bool) -> list[ShownSupplement]:
    """All of them, the latest first. With ``hide_secrets`` as an external assessor sees them: what is marked
    is masked, and the region's own words are left out where there are secrets they may be about."""
    versions = sent_versions(application)
    contents = [read_sent(file) for file in versions]
    about_secrets = hide_secrets and any(has_secrets(content) for content in contents)
    return [
        ShownSupplement(
            request,
            _changes(versions, contents, request, hide_secrets=hide_secrets),
            text_hidden=about_secrets,
            answer_hidden=hide_secrets and bool(request.answer_secret_reason),
        )
        for request in supplements_of(application)
    ]


def _changes(
    versions: Sequence[RecordFile],
    contents: Sequence[Mapping[str, Any]],
    request: SupplementRequest,
    *,
    hide_secrets: bool,
) -> list[ChangedStep]:
    """``contents`` are what ``versions`` hold. What any of them marks is hidden in all."""
    numbers = [file.record_id for file in versions]
    if not request.by_parts or request.answer_record_id not in numbers:
        return []
    position = numbers.index(request.answer_record_id)
    before, after = contents[position - 1], contents[position]
    if hide_secrets:
        before, after = masked(before, beside=contents), masked(after, beside=contents)
    return changes_between(before, after)
