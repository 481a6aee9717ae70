"""The applicant's marks that a text holds trade secrets: they are written and saved beside the text."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from applications.models import Application
from applications.parts.text import FieldText

#: (the field's key, what is secret and why) in the order of the page; a field without a mark is not there.
Secrets = tuple[tuple[str, str], ...]
MARK = "secret-"


def read_secrets(application: Application, fields: Collection[str]) -> Secrets:
    """The marks of these fields, in their order."""
    stored = {mark.field: mark.reason for mark in application.trade_secrets.all()}
    return tuple((field, stored[field]) for field in fields if field in stored)


def secret_texts(secrets: Secrets, labels: Mapping[str, str]) -> Iterator[FieldText]:
    for field, reason in secrets:
        yield FieldText(f"{MARK}{field}", f"Affärshemligheter i ”{labels.get(field, field)}”", reason)


def take_secrets(mine: Secrets, theirs: Secrets, keys: Collection[str], fields: Sequence[str]) -> Secrets:
    """My marks, but those named in ``keys`` as they stand in theirs."""
    taken, stored = dict(mine), dict(theirs)
    for field in fields:
        if f"{MARK}{field}" in keys:
            taken[field] = stored.get(field, "")
    return tuple((field, taken[field]) for field in fields if taken.get(field))
