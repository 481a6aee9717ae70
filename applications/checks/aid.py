"""What is missing about state aid, and whether there is room for what is applied for."""

from collections.abc import Iterator

from django.utils import timezone

from applications.aid import OPERATING_AID_YEARS, Headroom, asked_declarations, asks_operating_aid
from applications.checks.steps import Problem, Step
from applications.models import Application
from applications.parts import AidPart, declaration_key, headroom_of
from s3portal.common.swedish import format_kr

ROOM = "utrymme"
#: The aid as one says it without and with an article.
SMALL, OTHER = ("försumbart stöd", "det försumbara stöd"), ("annat stöd", "det andra stöd")


def missing_in_aid(application: Application) -> Iterator[Problem]:
    """In the order of the page. Försumbart stöd is asked only when the legal basis has a ceiling for it."""
    part = AidPart.read(application)
    room = headroom_of(application, part)
    if room is not None:
        yield from _answer(part.has_de_minimis_aid, len(part.de_minimis), "has_de_minimis_aid", SMALL)
        yield from _earlier(part)
        yield from _room(room)
    yield from _answer(part.has_other_aid, len(part.other_aid), "has_other_aid", OTHER)
    for index, row in enumerate(part.other_aid):
        for missing, name, message in (
            (not row.giver, "giver", f"Skriv vem som ger det andra stödet, rad {index + 1}."),
            (not row.purpose, "purpose", f"Skriv vilka kostnader det andra stödet täcker, rad {index + 1}."),
            (row.amount is None, "amount", f"Fyll i beloppet för det andra stödet, rad {index + 1}."),
        ):
            if missing:
                yield Problem(Step.STATE_AID, f"id_annat-{index}-{name}", message)
    if asks_operating_aid(application.call.legal_basis):
        yield from _operating_aid(part.operating_aid_years)
    for kind in asked_declarations(application.call.legal_basis):
        if kind not in part.declared:
            yield Problem(Step.STATE_AID, f"id_{declaration_key(kind)}", f"Intyga: {kind.label}")


def _operating_aid(years: int | None) -> Iterator[Problem]:
    field = "id_operating_aid_years"
    if years is None:
        yield Problem(Step.STATE_AID, field, "Skriv hur många år klustret har fått driftstöd.")
    elif years > OPERATING_AID_YEARS:
        message = f"Driftstöd till ett kluster får ges i högst {OPERATING_AID_YEARS} år. Rätta antalet år."
        yield Problem(Step.STATE_AID, field, message, wrong=True)


def _answer(answer: bool | None, rows: int, name: str, aid: tuple[str, str]) -> Iterator[Problem]:
    """A yes has rows, a no has none."""
    field, (what, the_aid) = f"id_{name}_0", aid
    if answer is None:
        yield Problem(Step.STATE_AID, field, f"Svara på om ni har fått {what}.")
    elif answer and not rows:
        yield Problem(Step.STATE_AID, field, f"Fyll i {the_aid} som ni har fått.")
    elif not answer and rows:
        yield Problem(
            Step.STATE_AID,
            field,
            f"Ta bort raderna, eller svara Ja på frågan om ni har fått {what}.",
            wrong=True,
        )


def _earlier(part: AidPart) -> Iterator[Problem]:
    today = timezone.localdate()
    for index, row in enumerate(part.de_minimis):
        number = index + 1
        if row.granted_on is not None and row.granted_on > today:
            message = f"Rätta datumet på rad {number}: det ligger efter i dag."
            yield Problem(Step.STATE_AID, f"id_forsumbart-{index}-granted_on", message, wrong=True)
        for missing, name, message in (
            (row.granted_on is None, "granted_on", f"Ange när stödet på rad {number} beslutades."),
            (not row.giver, "giver", f"Skriv vem som gav stödet på rad {number}."),
            (row.amount is None, "amount", f"Fyll i beloppet för stödet på rad {number}."),
        ):
            if missing:
                yield Problem(Step.STATE_AID, f"id_forsumbart-{index}-{name}", message)


def _room(room: Headroom) -> Iterator[Problem]:
    if room.fits is False:
        left = format_kr(room.left_kronor or 0)
        message = f"Det finns utrymme för {left} i försumbart stöd. Sänk det sökta stödet."
        yield Problem(Step.STATE_AID, ROOM, message, wrong=True)
