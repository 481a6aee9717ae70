"""Letters in a case: registered with their own words and files, and mailed to those they are for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from applications.models import Application
from s3portal.accounts.models import User
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, Record
from s3portal.diary.services import StoredFiles, register_record, store_record_file, take_files
from s3portal.outbox.services import enqueue_mail

#: Where files that come with letters lie in the private storage.
FOLDER = "letters"


@dataclass(frozen=True)
class Words:
    """What is registered: the record's title, its file's name and the text."""

    title: str
    filename: str
    text: str


def register_words(
    application: Application,
    case: Case,
    actor: User,
    *,
    direction: Direction,
    words: Words,
    at: datetime,
    files: StoredFiles = (),
) -> Record:
    """A record with the letter's own words as its first file."""
    record = register_record(
        actor=actor,
        case=case,
        direction=direction,
        title=words.title,
        counterpart=application.organisation.name,
        dated_at=at,
    )
    store_record_file(
        record=record,
        filename=f"{words.filename}-{case.slug}-{record.number}.txt",
        content_type="text/plain; charset=utf-8",
        content=f"{case}\n{application.title}\n\n{words.text}\n".encode(),
    )
    take_files(record, files)
    return record


def names_of(files: StoredFiles) -> str:
    """For the words of a letter: what came with it."""
    return f"\n\nBilagor: {', '.join(file.filename for file, _size in files)}" if files else ""


def applicant_receivers(application: Application) -> Iterator[str]:
    """The contact person and those of the organisation who may write, once to each address."""
    writers = application.organisation.memberships.writers().emails()
    yield from dict.fromkeys(email for email in (application.contact_email.lower(), *writers) if email)


def mail_applicants(kind: str, mark: str, application: Application, context: dict[str, Any]) -> None:
    for email in applicant_receivers(application):
        enqueue_mail(
            kind=kind,
            key=f"{kind}:{mark}:{email}",
            to_email=email,
            obj=application,
            context={"application": application, **context},
        )
