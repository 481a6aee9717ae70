"""Two texts of the same field: what the page of choices shows, and what it sends.

"val-title" is what was chosen, "visad-title" the mark of the stored text that was shown beside one's own.
"""

from typing import Any

from django.http import QueryDict

from applications.checks import Step
from applications.forms import BLOCK, BLOCK_AT, BUTTONS, PartForm
from applications.parts import Part, taking_theirs, with_choices
from applications.services import DraftConflict
from applications.views.loading import step_url
from s3portal.accounts.http import LoggedInRequest

CHOICE, FOR_ALL, SHOWN = "val-", "val", "visad-"
MINE, THEIRS = "min", "sparad"
GO_ON = "fortsatt"


def seen_of(request: LoggedInRequest) -> str:
    """The mark of the page that was sent, and of the texts that were shown where somebody has chosen."""
    return with_choices(request.POST.get("version", ""), _choices(request.POST, MINE, THEIRS))


def chosen(request: LoggedInRequest, typed: Part, stored: Part) -> Part:
    """What was typed, with the stored text where that was chosen."""
    return taking_theirs(typed, stored=stored, chosen=_choices(request.POST, THEIRS))


def _choices(data: QueryDict, *values: str) -> dict[str, str]:
    """The fields for which one of ``values`` was chosen, each with the mark of the text that was shown."""
    shown = {name.removeprefix(SHOWN): data.get(name, "") for name in data if name.startswith(SHOWN)}
    for_all = data.get(FOR_ALL, "")
    return {key: mark for key, mark in shown.items() if data.get(f"{CHOICE}{key}", for_all) in values}


def conflict_context(
    request: LoggedInRequest, step: Step, form: PartForm, conflict: DraftConflict
) -> dict[str, Any]:
    return {
        "application": conflict.application,
        "step": step,
        "conflict": conflict,
        "typed": [*pairs(form.data), *_made(request.POST, {one.key for one in conflict.differences})],
        "texts": form.typed(),
        "seen": request.POST.get("version", ""),
        "again": any(name.startswith(SHOWN) for name in request.POST),
        "step_url": step_url(step, conflict.application),
    }


def _made(data: QueryDict, again: set[str]) -> list[tuple[str, str]]:
    """The choices that are made and stand, to carry along while others are left."""
    made = {key: mark for key, mark in _choices(data, MINE, THEIRS).items() if key not in again}
    return [
        pair
        for key, mark in made.items()
        for pair in ((f"{SHOWN}{key}", mark), (f"{CHOICE}{key}", data.get(f"{CHOICE}{key}", MINE)))
    ]


def pairs(data: Any) -> list[tuple[str, str]]:
    """The posted fields to carry along in a form of hidden fields."""
    skip = {"csrfmiddlewaretoken", "version", "spara", BLOCK, BLOCK_AT, *BUTTONS, GO_ON, FOR_ALL}
    return [
        (name, value)
        for name, values in data.lists()
        if name not in skip and not name.startswith((CHOICE, SHOWN))
        for value in values
    ]
