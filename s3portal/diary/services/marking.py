"""Secrecy marks are set and lifted (OSL 5:5), and who has read what they cover is noted."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.followers import tell_marked
from s3portal.diary.guards import require_let_in
from s3portal.diary.models import Case, SecrecyLift, SecrecyMark
from s3portal.diary.rules import may_mark
from s3portal.diary.secrecy import MOST_YEARS, Part, Provision
from s3portal.diary.services.locking import lock_matter

MAY_NOT_MARK: Final = "Bara en registrator eller ärendets handläggare märker uppgifter som hemliga."
#: Shorter passages would hide half the text.
SHORTEST: Final = 3


@dataclass(frozen=True)
class Target:
    """What is marked. ``record_id`` and ``file_id`` as the part asks for; ``passage`` for words; ``field``
    and its label for a part of a document."""

    part: Part
    record_id: int | None = None
    file_id: int | None = None
    passage: str = ""
    field: str = ""
    field_label: str = ""


@transaction.atomic
def set_mark(
    *,
    actor: User,
    case_id: int,
    target: Target,
    provision: Provision,
    reason: str,
    provision_text: str = "",
    until: date | None = None,
    also_title: bool = False,
) -> SecrecyMark:
    """Mark something in the case as secret until ``until`` (inclusive; None when that is not known).
    ``also_title``: the titles of the case and its records too, by the same provision, unless they are; a
    record's title often stands in the case's.

    From the moment it stands the public diary neither shows it nor finds by it. Raises Refusal for who may
    not, for what is marked so already, and for what is missing or impossible; PermissionDenied for jäv."""
    case = _lock(actor, case_id)
    targets = [target, Target(Part.TITLE)] if also_title and not case.title_protected else [target]
    marks = [
        place_mark(
            actor=actor,
            case=case,
            target=one,
            provision=provision,
            reason=reason,
            provision_text=provision_text,
            until=until,
        )
        for one in targets
    ]
    return marks[0]


def place_mark(
    *,
    actor: User,
    case: Case,
    target: Target,
    provision: Provision,
    reason: str,
    provision_text: str = "",
    until: date | None = None,
) -> SecrecyMark:
    """As ``set_mark``, for apps that have asked who may and hold the case locked."""
    passage = " ".join(target.passage.split())
    _require_passage(target.part, passage)
    require_ground(provision, provision_text, reason)
    require_time(provision, until)
    _require_something(case, target.part)
    same = {
        "part": target.part,
        "record_id": target.record_id,
        "file_id": target.file_id,
        "passage": passage,
        "field": target.field,
    }
    if SecrecyMark.objects.standing().filter(case=case, **same).exists():
        raise Refusal("Det här är redan märkt som hemligt.", field="target")
    mark = SecrecyMark.objects.create(
        case=case,
        **same,
        field_label=target.field_label,
        provision=provision,
        provision_text=provision_text.strip() if provision == Provision.OTHER else "",
        reason=reason.strip(),
        until=until,
        marked_by=actor,
    )
    # The secret itself is left out of the log, which is never cleared and which others read.
    record_event(
        actor=actor,
        action="secrecy_marked",
        obj=case,
        text=f"Märkt som hemligt: {_in_log(mark)}, {mark.by_provision}",
        data={"mark": mark.pk, "until": None if until is None else until.isoformat()},
    )
    tell_marked(actor, mark)
    return mark


@transaction.atomic
def lift_mark(*, actor: User, mark_id: int, reason: str) -> SecrecyLift:
    """The mark no longer stands; what it hid is open again at once. Raises Refusal without a reason, for who
    may not, and when it is lifted already."""
    case_id = SecrecyMark.objects.values_list("case_id", flat=True).get(pk=mark_id)
    case = _lock(actor, case_id)
    mark = SecrecyMark.objects.select_related("record", "file", "lift").get(pk=mark_id)
    if mark.lifted is not None:
        raise Refusal("Markeringen är redan hävd.")
    if not reason.strip():
        raise Refusal("Skriv varför markeringen hävs.", field="reason")
    lift = SecrecyLift.objects.create(mark=mark, reason=reason.strip(), by=actor)
    record_event(
        actor=actor,
        action="secrecy_lifted",
        obj=case,
        text=f"Sekretessmarkering hävd: {_in_log(mark)}, {mark.by_provision}",
        data={"mark": mark.pk},
    )
    return lift


def log_protected_read(*, actor: User, case: Case, what: str = "ärendet") -> None:
    """Note that somebody has read what is marked in the case: a write of a GET (docs/adr/0002)."""
    record_event(
        actor=actor,
        action="protected_read",
        obj=case,
        text=f"Läste {what}, där uppgifter är märkta som hemliga",
    )


# --- Parts ------------------------------------------------------------------------------------------------
def _lock(actor: User, case_id: int) -> Case:
    """The case, its matter locked, for somebody who may mark in it and is not stopped by jäv."""
    case = lock_matter(case_id)
    if not may_mark(actor, case):
        raise Refusal(MAY_NOT_MARK)
    require_let_in(actor, case)
    return case


def _require_passage(part: Part, passage: str) -> None:
    if part == Part.PASSAGE and sum(map(str.isalnum, passage)) < SHORTEST:
        raise Refusal(f"Skriv det som är hemligt, minst {SHORTEST} bokstäver eller siffror.", field="passage")


def require_ground(provision: Provision, provision_text: str, reason: str) -> None:
    """Raises Refusal without the provision in words, where it is another, and without a reason."""
    if provision == Provision.OTHER and not provision_text.strip():
        raise Refusal("Skriv vilken bestämmelse, till exempel OSL 19 kap. 3 §.", field="provision_text")
    if not reason.strip():
        raise Refusal("Skriv varför uppgiften kan vara hemlig.", field="reason")


def require_time(provision: Provision, until: date | None) -> None:
    """Raises Refusal for a day that has been, or that is later than the provision lets it be."""
    if until is None:
        return
    today = timezone.localdate()
    if until < today:
        raise Refusal("Ange en dag som inte har varit.", field="until")
    years = MOST_YEARS.get(provision)
    if years is not None and until > _years_from(today, years):
        raise Refusal(
            f"Sekretessen enligt OSL {provision} gäller i högst {years} år. Ange en tidigare dag.",
            field="until",
        )


def _years_from(day: date, years: int) -> date:
    """The same day so many years later; the last of February for a leap day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _require_something(case: Case, part: Part) -> None:
    if part == Part.COUNTERPART and not case.counterpart:
        raise Refusal("Ärendet har ingen motpart att märka.", field="target")


def _in_log(mark: SecrecyMark) -> str:
    """What is marked, without words and file names: those may go when the record is disposed of."""
    if mark.part == Part.PASSAGE:
        return "ord i texten"
    return f"Handling {mark.record.number}: en fil" if mark.file and mark.record else mark.what
