"""What is missing of the applicant and the project."""

from collections.abc import Iterable, Iterator

from applications.checks.steps import Problem, Step
from applications.models import Application
from applications.parts.rows import ActivityRow, IndicatorRow, read_rows
from s3portal.common.swedish import format_day


def missing_in_applicant(application: Application) -> Iterator[Problem]:
    for field, message in (
        ("contact_name", "Fyll i kontaktperson."),
        ("contact_email", "Fyll i kontaktpersonens e-postadress."),
        ("contact_phone", "Fyll i kontaktpersonens telefonnummer."),
    ):
        if not getattr(application, field).strip():
            yield Problem(Step.APPLICANT, f"id_{field}", message)


_IN_SHORT = (
    ("title", "Fyll i projektets namn."),
    ("summary", "Skriv en sammanfattning."),
)
_NEED_AND_AIM = (
    ("background", "Beskriv bakgrunden och behovet."),
    ("aims", "Beskriv syfte och mål."),
    ("target_group", "Beskriv målgruppen."),
)
_RESULTS = (("expected_results", "Beskriv de förväntade resultaten."),)
_WORTH = (
    ("strategy_link", "Beskriv kopplingen till strategin och styrkeområdet."),
    ("economic_sustainability", "Beskriv den ekonomiska hållbarheten."),
    ("environmental_sustainability", "Beskriv den miljömässiga hållbarheten."),
    ("social_sustainability", "Beskriv den sociala hållbarheten."),
    ("risks", "Beskriv riskerna och hur ni möter dem."),
    ("dissemination", "Beskriv hur ni sprider och följer upp resultaten."),
)


def missing_in_project(application: Application) -> Iterator[Problem]:
    """In the order of the page. How the project works and is organised may be left out."""
    yield from _missing_texts(application, _IN_SHORT)
    yield from _missing_areas(application)
    if not application.municipalities:
        yield Problem(Step.PROJECT, "id_municipalities_0", "Välj minst en kommun.")
    yield from _missing_in_period(application)
    yield from _missing_texts(application, _NEED_AND_AIM)
    yield from _missing_in_activities(application)
    yield from _missing_texts(application, _RESULTS)
    yield from _missing_in_indicators(application)
    yield from _missing_texts(application, _WORTH)


def _missing_texts(application: Application, texts: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    for field, message in texts:
        if not getattr(application, field).strip():
            yield Problem(Step.PROJECT, f"id_{field}", message)


def _missing_areas(application: Application) -> Iterator[Problem]:
    chosen = {area.pk for area in application.areas.all()}
    if not chosen:
        yield Problem(Step.PROJECT, "id_areas_0", "Välj minst ett styrkeområde.")
    elif not chosen <= {area.pk for area in application.call.areas.all()}:
        yield Problem(
            Step.PROJECT, "id_areas_0", "Välj bara styrkeområden som ingår i utlysningen.", wrong=True
        )


def _missing_in_period(application: Application) -> Iterator[Problem]:
    call = application.call
    if application.starts_on is None:
        yield Problem(Step.PROJECT, "id_starts_on", "Ange projektets första dag.")
    elif call.earliest_start and application.starts_on < call.earliest_start:
        earliest = format_day(call.earliest_start)
        yield Problem(Step.PROJECT, "id_starts_on", f"Projektet får starta tidigast {earliest}.", wrong=True)
    if application.ends_on is None:
        yield Problem(Step.PROJECT, "id_ends_on", "Ange projektets sista dag.")
    elif call.latest_end and application.ends_on > call.latest_end:
        yield Problem(
            Step.PROJECT,
            "id_ends_on",
            f"Projektet ska vara avslutat senast {format_day(call.latest_end)}.",
            wrong=True,
        )


def _missing_in_activities(application: Application) -> Iterator[Problem]:
    rows = read_rows(ActivityRow, application.activity_rows.all())
    if not rows:
        yield Problem(Step.PROJECT, "id_akt-0-what", "Lägg till minst en aktivitet.")
    for index, row in enumerate(rows):
        for name, message in (
            ("what", f"Beskriv aktivitet {index + 1}."),
            ("starts_on", f"Ange när aktivitet {index + 1} börjar."),
            ("ends_on", f"Ange när aktivitet {index + 1} slutar."),
            ("responsible", f"Ange vem som ansvarar för aktivitet {index + 1}."),
        ):
            if getattr(row, name) in ("", None):
                yield Problem(Step.PROJECT, f"id_akt-{index}-{name}", message)
        yield from _activity_outside(application, index, row)


def _activity_outside(application: Application, index: int, row: ActivityRow) -> Iterator[Problem]:
    first, last = application.starts_on, application.ends_on
    if first and row.starts_on and row.starts_on < first:
        yield Problem(
            Step.PROJECT,
            f"id_akt-{index}-starts_on",
            f"Aktivitet {index + 1} börjar före projektets första dag.",
            wrong=True,
        )
    if last and row.ends_on and row.ends_on > last:
        yield Problem(
            Step.PROJECT,
            f"id_akt-{index}-ends_on",
            f"Aktivitet {index + 1} slutar efter projektets sista dag.",
            wrong=True,
        )


def _missing_in_indicators(application: Application) -> Iterator[Problem]:
    """A project may have none; one that is begun is finished."""
    for index, row in enumerate(read_rows(IndicatorRow, application.indicators.all())):
        for name, message in (
            ("name", f"Fyll i vad indikator {index + 1} mäter."),
            ("target", f"Ange ett målvärde för indikator {index + 1}."),
        ):
            if not getattr(row, name):
                yield Problem(Step.PROJECT, f"id_ind-{index}-{name}", message)
