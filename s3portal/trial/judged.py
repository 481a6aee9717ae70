"""An application that waits to be assessed, so that the assessor of the demo has something to do."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone

from applications.aid import asked_declarations
from applications.budget import BudgetRow, FinancingRow
from applications.checks import submission_problems
from applications.enums import CostCategory, FinancingKind, FinancingSource, Municipality
from applications.models import Application
from applications.models.rows import new_row_key
from applications.parts import (
    ActivityRow,
    AidPart,
    ApplicantPart,
    BudgetPart,
    DeMinimisRow,
    FinancingPart,
    Part,
    ProjectPart,
    seen_mark,
)
from applications.services import assign_assessors, save_draft, start_application, submit_application
from calls.models import Call
from s3portal.accounts.models import Organisation, User
from s3portal.exchange.services import import_file

CALL_TO_JUDGE: Final = "testbaddar-i-samverkan"
RELATIVE_CALL: Final = Path(__file__).parent / "data" / "relativt" / "bedoms.yaml"


def load_judged(*, call_text: str, applicant: User, officer: User, assessors: list[User]) -> None:
    """The first time only: a call that has just closed, an application to it sent before that, and its
    assessors. ``call_text`` is the file with its dates filled in."""
    if Call.objects.filter(slug=CALL_TO_JUDGE).exists():
        return
    import_file(call_text.encode(), actor=None)
    call = Call.objects.get(slug=CALL_TO_JUDGE)
    organisation = Organisation.objects.of(applicant).order_by("pk").first()
    if organisation is None:
        return
    arrived_at = call.closes_at - timedelta(days=2)
    draft = write_draft(call, organisation, applicant, arrived_at, example_parts(call, applicant))
    if submission_problems(draft):
        # The form asks for more than is written here: it stays a draft.
        return
    submit_application(
        application_id=draft.pk, actor=applicant, arrived_at=arrived_at, publication_consent=True
    )
    assign_assessors(
        application_ids=[draft.pk],
        actor=officer,
        assessors=assessors,
        due_on=timezone.localdate() + timedelta(days=10),
    )


def write_draft(
    call: Call, organisation: Organisation, applicant: User, arrived_at: datetime, parts: Sequence[Part]
) -> Application:
    """A draft with all its parts, read anew."""
    draft = start_application(actor=applicant, call=call, organisation=organisation, arrived_at=arrived_at)
    for part in parts:
        draft = Application.objects.get(pk=draft.pk)
        seen = seen_mark(draft, type(part).read(draft))
        save_draft(application_id=draft.pk, actor=applicant, part=part, seen=seen, arrived_at=arrived_at)
    return Application.objects.select_related("call__legal_basis", "organisation").get(pk=draft.pk)


def example_parts(
    call: Call,
    applicant: User,
    *,
    hours: int = 2000,
    title: str = "Öppen testbädd för snö och kyla",
    municipalities: tuple[str, ...] = (Municipality.HARJEDALEN.value,),
    area: int = 0,
) -> list[Part]:
    """A whole application: so many hours at 400 kronor, half of it applied for."""
    year = timezone.localdate().year + 1
    return [
        ApplicantPart(applicant.full_name, applicant.email, applicant.phone),
        ProjectPart(
            title=title,
            summary="Vi öppnar vår testbädd för företag som utvecklar teknik för snö och kyla.",
            aims="Tolv företag ska ha provat testbädden inom två år.",
            activities="Utbildning av användare, öppna provdagar och en gemensam bokning.",
            areas=tuple(call.areas.order_by("order")[area : area + 1]),
            municipalities=municipalities,
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            background="Det saknas en plats där företag kan prova teknik i verkligt vinterklimat.",
            target_group="Små och medelstora företag i länet som utvecklar produkter för snö och kyla.",
            expected_results="Tolv företag har provat testbädden och fyra har en ny produkt.",
            strategy_link="Testbädden bygger vidare på länets styrka inom upplevelser och besöksnäring.",
            economic_sustainability="Företagen betalar självkostnad från det tredje året.",
            environmental_sustainability="Provdagarna samordnas så att resorna blir få.",
            social_sustainability="Kurserna hålls på tider och platser som fungerar för alla.",
            risks="En snöfattig vinter möts med reservdagar i mars.",
            dissemination="Resultaten visas på två öppna dagar och följs upp varje halvår.",
            activity_rows=(
                ActivityRow(
                    key="0000000001",
                    what="Fyra öppna provdagar",
                    starts_on=date(year, 2, 1),
                    ends_on=date(year, 4, 30),
                    responsible="Testledaren",
                ),
            ),
        ),
        BudgetPart(
            (
                BudgetRow(
                    CostCategory.PERSONNEL.value,
                    "Testledare",
                    by_hours=True,
                    hourly_rate=400,
                    cells=((year, hours),),
                ),
            )
        ),
        FinancingPart(
            rows=(
                FinancingRow(
                    financier="Fjällbygdens digitala nav",
                    kind=FinancingKind.CASH,
                    source=FinancingSource.PRIVATE,
                    amount=hours * 200,
                ),
            ),
            applied_amount=hours * 200,
        ),
        AidPart(
            has_de_minimis_aid=True,
            de_minimis=(
                DeMinimisRow(new_row_key(), timezone.localdate() - timedelta(days=200), "Almi", 220_000),
            ),
            has_other_aid=False,
            other_aid=(),
            operating_aid_years=1,
            declared=tuple(kind.value for kind in asked_declarations(call.legal_basis)),
        ),
    ]
