"""What was sent, arranged for reading, also in an older format (``snapshot.FORMAT_VERSION``)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from applications.parts import PROJECT_TEXTS

#: What a text was called in the first format.
FIRST_LABELS = {"activities": "Aktiviteter"}


class SentText(NamedTuple):
    """A text with its heading. ``trade_secret``: what the applicant says is secret and why, or nothing."""

    label: str
    text: str
    trade_secret: str


def project_texts(content: Mapping[str, Any]) -> Iterator[SentText]:
    """The project's texts in the order of the form; those that did not exist then are left out."""
    project = content["project"]
    labels = PROJECT_TEXTS | (FIRST_LABELS if content["format_version"] == 1 else {})
    secrets = project.get("trade_secrets", {})
    for name, label in labels.items():
        if name in project:
            yield SentText(label, project[name], secrets.get(name, ""))


def has_trade_secrets(content: Mapping[str, Any]) -> bool:
    """Whether the applicant has marked any text: a reminder to whoever is asked for the document."""
    answers = content.get("answers", [])
    return bool(content["project"].get("trade_secrets")) or any(one.get("trade_secret") for one in answers)
