"""What is missing of the applicant and the project."""

from collections.abc import Iterator

from applications.checks.steps import Problem, Step
from applications.models import Application
from s3portal.common.swedish import format_day


def missing_in_applicant(application: Application) -> Iterator[Problem]:
    for field, message in (
        ("contact_name", "Fyll i kontaktperson."),
        ("contact_email", "Fyll i kontaktpersonens e-postadress."),
        ("contact_phone", "Fyll i kontaktpersonens telefonnummer."),
    ):
        if not getattr(application, field).strip():
            yield Problem(Step.APPLICANT, f"id_{field}", message)


def missing_in_project(application: Application) -> Iterator[Problem]:
    for field, message in (
        ("title", "Fyll i projektets namn."),
        ("summary", "Skriv en sammanfattning."),
        ("aims", "Beskriv syfte och mål."),
        ("activities", "Beskriv aktiviteterna."),
    ):
        if not getattr(application, field).strip():
            yield Problem(Step.PROJECT, f"id_{field}", message)
    chosen = {area.pk for area in application.areas.all()}
    if not chosen:
        yield Problem(Step.PROJECT, "id_areas_0", "Välj minst ett styrkeområde.")
    elif not chosen <= {area.pk for area in application.call.areas.all()}:
        yield Problem(Step.PROJECT, "id_areas_0", "Välj bara styrkeområden som ingår i utlysningen.")


def missing_in_period(application: Application) -> Iterator[Problem]:
    call = application.call
    if application.starts_on is None:
        yield Problem(Step.PROJECT, "id_starts_on", "Ange projektets första dag.")
    elif call.earliest_start and application.starts_on < call.earliest_start:
        earliest = format_day(call.earliest_start)
        yield Problem(Step.PROJECT, "id_starts_on", f"Projektet får starta tidigast {earliest}.")
    if application.ends_on is None:
        yield Problem(Step.PROJECT, "id_ends_on", "Ange projektets sista dag.")
    elif call.latest_end and application.ends_on > call.latest_end:
        yield Problem(
            Step.PROJECT, "id_ends_on", f"Projektet ska vara avslutat senast {format_day(call.latest_end)}."
        )
