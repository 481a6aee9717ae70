"""Two versions of one part: whether the stored one is the one a page was opened on, and what differs."""

import hashlib
import json
from dataclasses import dataclass

from applications.models import Application
from applications.parts.budget import BudgetPart
from applications.parts.project import ApplicantPart, ProjectPart
from applications.parts.questions import QuestionsPart
from s3portal.common.text import Piece, diff_words

Part = ApplicantPart | ProjectPart | QuestionsPart | BudgetPart


def seen_mark(application: Application, part: Part) -> str:
    """What a page carries to tell which text it was opened on: the draft's version and this part's mark."""
    return f"{application.version}-{_fingerprint(part)}"


def _fingerprint(part: Part) -> str:
    text = json.dumps([(field.key, field.text) for field in part.texts()], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def still_stands(mark: str, application: Application, part: Part) -> bool:
    """Whether the stored ``part`` is the one that the page with ``mark`` was opened on.

    Saving one page of the draft does not disturb who writes on another.
    """
    version, _, fingerprint = mark.partition("-")
    return version == str(application.version) or fingerprint == _fingerprint(part)


@dataclass(frozen=True)
class Difference:
    """One field that two versions do not agree on. ``pieces`` go from theirs to mine."""

    label: str
    theirs: str
    mine: str

    @property
    def pieces(self) -> list[Piece]:
        return diff_words(self.theirs, self.mine)


def differences(theirs: Part, mine: Part) -> list[Difference]:
    """The fields that differ, in the order of the page."""
    stored = {field.key: field for field in theirs.texts()}
    typed = {field.key: field for field in mine.texts()}
    return [
        Difference(
            label=(typed.get(key) or stored[key]).label,
            theirs=stored[key].text if key in stored else "",
            mine=typed[key].text if key in typed else "",
        )
        for key in [*typed, *(key for key in stored if key not in typed)]
        if (stored[key].text if key in stored else "") != (typed[key].text if key in typed else "")
    ]
