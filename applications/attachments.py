"""What files an application may and must have: the call's wishes, its questions, and those of one's own."""

from collections.abc import Iterator
from dataclasses import dataclass

from applications.enums import AttachmentKind
from applications.models import Application, Attachment
from applications.parts import QuestionsPart
from applications.questions import asked
from calls.enums import QuestionKind
from s3portal.common.quarantine import read_states

OTHERS = "ovriga"
#: More files than this in one application are sent in a ZIP by other means.
MOST_FILES = 60


@dataclass(frozen=True)
class Slot:
    """One thing to attach. ``key`` names it in the page's addresses and fields: "bilaga-3", "fraga-7" or
    "ovriga", which takes any kind of one's own."""

    key: str
    label: str
    help_text: str
    required: bool
    files: tuple[Attachment, ...]

    @property
    def missing(self) -> bool:
        """A file that still waits for its scan counts: nobody misses the last day for the scanner's sake."""
        return self.required and all(file.is_infected for file in self.files)

    @property
    def has_waiting(self) -> bool:
        return any(file.is_waiting for file in self.files)

    @property
    def is_free(self) -> bool:
        return self.key == OTHERS


def slots_of(application: Application) -> list[Slot]:
    """Everything that can be attached, in the order of the page; a question only while it is put."""
    files = read_states(application.attachments.select_related("requested", "question", "uploaded_by"))
    part = QuestionsPart.read(application)
    questions = [one for one in asked(part.questions, dict(part.answers)) if one.kind == QuestionKind.FILE]
    return [
        *(
            Slot(
                f"bilaga-{one.pk}",
                one.name,
                one.help_text,
                one.required,
                tuple(file for file in files if file.requested_id == one.pk),
            )
            for one in application.call.requested_attachments.all()
        ),
        *(
            Slot(
                f"fraga-{one.pk}",
                one.label,
                one.help_text,
                one.required,
                tuple(file for file in files if file.question_id == one.pk),
            )
            for one in questions
        ),
        Slot(
            key=OTHERS,
            label="Andra bilagor",
            help_text="Intyg om medfinansiering, fullmakt eller annat som hör till ansökan.",
            required=False,
            files=tuple(file for file in files if file.kind in AttachmentKind.free()),
        ),
    ]


def counted(application: Application) -> Iterator[Attachment]:
    """The files that are sent: those of every slot that is shown, in its order, but none with a virus."""
    for slot in slots_of(application):
        yield from (file for file in slot.files if not file.is_infected)


@dataclass(frozen=True)
class Held:
    """The names of the files that wait for their scan, and of those that held a virus."""

    waiting: tuple[str, ...]
    infected: tuple[str, ...]


def held(application: Application) -> Held:
    files = read_states(application.attachments.all())
    return Held(
        waiting=tuple(file.filename for file in files if file.is_waiting),
        infected=tuple(file.filename for file in files if file.is_infected),
    )
