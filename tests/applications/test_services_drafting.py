from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from applications import services
from applications.budget import BudgetRow, FinancingRow
from applications.models import Application, BudgetAmount
from applications.parts import ApplicantPart, BudgetPart, FinancingPart, ProjectPart, seen_mark
from applications.services.door import clock, on_time
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from tests import factories
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def save(application, user, part, **arguments):
    stored = type(part).read(Application.objects.get(pk=application.pk))
    values = {
        "application_id": application.pk,
        "actor": user,
        "part": part,
        "seen": seen_mark(application, stored),
        "arrived_at": timezone.now(),
    }
    return services.save_draft(**(values | arguments))


def start(user, call, organisation, **arguments):
    values = {"actor": user, "call": call, "organisation": organisation, "arrived_at": timezone.now()}
    return services.start_application(**(values | arguments))


# --- The door ---------------------------------------------------------------------------------------------
CLOSES = datetime(2021, 11, 29, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arrived", "in_time"),
    [
        (CLOSES - timedelta(days=1), True),
        (CLOSES, True),
        (CLOSES.replace(microsecond=999_999), True),
        (CLOSES + timedelta(seconds=1), False),
        (CLOSES - timedelta(days=40), False),
    ],
)
def test_the_door_is_open_to_the_end_of_the_last_second(arrived, in_time):
    call = factories.make_call(opens_at=CLOSES - timedelta(days=30), closes_at=CLOSES)
    assert on_time(call, arrived) is in_time


def test_clocks_are_swedish_in_winter_and_summer():
    assert clock(CLOSES) == "29 november 2021 kl. 23.59.59"
    assert clock(datetime(2022, 6, 1, 12, tzinfo=UTC)) == "1 juni 2022 kl. 14.00.00"


# --- Starting ---------------------------------------------------------------------------------------------
def test_start(owner, organisation):
    call = factories.make_call()
    made = start(owner, call, organisation)
    assert (made.status, made.version, made.created_by, made.contact_email) == (
        "draft",
        1,
        owner,
        owner.email,
    )
    event = Event.objects.get(action="application_started")
    assert (event.actor_id, event.object_id) == (owner.pk, made.pk)


def test_pressing_twice_makes_one_draft(owner, colleague, organisation):
    call = factories.make_call()
    first = start(owner, call, organisation)
    assert start(owner, call, organisation) == first
    assert Event.objects.filter(action="application_started").count() == 1
    assert start(colleague, call, organisation) != first
    assert start(owner, factories.make_call(), organisation) != first


def test_a_second_draft_in_the_same_call_is_allowed(owner, organisation):
    call = factories.make_call()
    first = start(owner, call, organisation)
    Application.objects.filter(pk=first.pk).update(version=2)
    second = start(owner, call, organisation)
    assert second != first
    Application.objects.filter(pk=second.pk).update(created_at=timezone.now() - timedelta(seconds=11))
    assert start(owner, call, organisation) not in {first, second}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "draft"}, "Utlysningen öppnar"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "Utlysningen öppnar"),
        ({"status": "concluded"}, "Utlysningen är avslutad och tar inte emot fler ansökningar."),
        ({"closes_at": CLOSES, "opens_at": CLOSES - timedelta(1)}, "stängde 29 november 2021 kl. 23.59.59."),
    ],
)
def test_start_only_while_the_call_is_open(owner, organisation, fields, words):
    with pytest.raises(Refusal) as refused:
        start(owner, factories.make_call(**fields), organisation)
    assert words in refused.value.message
    assert not Application.objects.exists()


def test_start_only_for_ones_own(stranger, organisation):
    with pytest.raises(Refusal, match="Du får läsa organisationens ansökningar men inte ändra dem"):
        start(stranger, factories.make_call(), organisation)


# --- Saving -----------------------------------------------------------------------------------------------
def test_save_the_applicant(draft, colleague):
    saved = save(draft, colleague, ApplicantPart("Åsa", "asa@example.org", "063-11 11 11"))
    saved.refresh_from_db()
    assert (saved.contact_name, saved.version, saved.updated_by) == ("Åsa", 2, colleague)


def test_save_the_project(draft, owner):
    area = factories.make_area()
    part = ProjectPart("Nytt", "S", "M", "A", (area,), date(2027, 1, 1), None)
    save(draft, owner, part)
    assert ProjectPart.read(Application.objects.get(pk=draft.pk)) == part


def test_save_the_budget_and_read_it_back(draft, owner):
    partner = factories.make_partner(application=draft)
    part = BudgetPart(
        (
            BudgetRow("personnel", "Ledare", partner.key, True, 4, ((2027, 5), (2028, 0)), "0123456789"),
            BudgetRow("personnel", by_hours=True, cells=((2027, 5),), key="0123456780"),
            BudgetRow("income", cells=((2028, 7),), key="0123456781"),
            BudgetRow("travel", "Tom rad", key="0123456782"),
        )
    )
    save(draft, owner, part)
    assert BudgetPart.read(Application.objects.get(pk=draft.pk)) == part
    amounts = BudgetAmount.objects.filter(line__application=draft).order_by("line__order", "year")
    assert list(amounts.values_list("amount", flat=True)) == [20, 0, None, 7]


def test_lines_that_stand_are_left_alone(draft, owner):
    rows = tuple(BudgetRow("travel", name, cells=((2027, 5),), key="012345678" + name) for name in "012")
    save(draft, owner, BudgetPart(rows))
    before = dict(draft.budget_lines.values_list("key", "pk"))
    save(draft, owner, BudgetPart((rows[0], replace(rows[1], description="x"), rows[2])))
    after = dict(draft.budget_lines.values_list("key", "pk"))
    assert [key for key in before if before[key] != after[key]] == ["0123456781"]
    save(draft, owner, BudgetPart((rows[2], rows[0])))
    assert BudgetPart.read(draft).lines == (rows[2], rows[0])


def test_a_line_without_a_key_gets_one_and_an_unknown_partner_is_nobody(draft, owner):
    save(draft, owner, BudgetPart((BudgetRow("travel", "Tåg", "ffffffffff", cells=((2027, 5),)),)))
    row = BudgetPart.read(draft).lines[0]
    assert (row.partner, len(row.key)) == ("", 10)


def test_save_the_financing_and_read_it_back(draft, owner):
    part = FinancingPart(
        rows=(
            FinancingRow("Länsstyrelsen", "cash", "state", amount=3, confirmed=True, key="0000000001"),
            FinancingRow("Åvki", "in_kind", "private", hours=2, hourly_rate=4, key="0000000002"),
            FinancingRow("", "in_kind", "eu", hours=2, key="0000000003"),
            FinancingRow("Utan belopp", "cash", "eu", key="0000000004"),
            FinancingRow("Museet", "other_in_kind", "municipal", amount=9, key="0000000005"),
            FinancingRow("", "cash", "private", amount=1, own=True, key="0000000006"),
        ),
        applied_amount=None,
    )
    save(draft, owner, part)
    assert FinancingPart.read(Application.objects.get(pk=draft.pk)) == part
    assert list(draft.financing.values_list("amount", flat=True)) == [3, 8, None, None, 9, 1]


def test_saving_the_same_text_changes_nothing(draft, owner, colleague):
    save(draft, colleague, ApplicantPart.read(draft), seen="1-")
    draft.refresh_from_db()
    assert (draft.version, draft.updated_by) == (1, owner)


def test_the_second_of_two_is_told_and_nothing_is_lost(draft, owner, colleague):
    opened = ProjectPart.read(draft)
    mark = seen_mark(draft, opened)
    save(draft, colleague, replace(opened, title="Kollegans namn"), seen=mark)
    with pytest.raises(services.DraftConflict) as conflict:
        save(draft, owner, replace(opened, title="Ägarens namn"), seen=mark)
    found = conflict.value
    assert found.saved_by == colleague
    assert [(d.label, d.theirs, d.mine) for d in found.differences] == [
        ("Projektets namn", "Kollegans namn", "Ägarens namn")
    ]
    saved_at = clock(Application.objects.get(pk=draft.pk).updated_at)
    assert found.message == (f"Kim Källström sparade en annan text {saved_at}, efter att du öppnade sidan.")
    assert Application.objects.get(pk=draft.pk).title == "Kollegans namn"


def test_ones_own_other_window_is_named_as_such(draft, owner):
    opened = ProjectPart.read(draft)
    mark = seen_mark(draft, opened)
    save(draft, owner, replace(opened, title="Första fönstret"), seen=mark)
    with pytest.raises(services.DraftConflict, match=r"^Du själv sparade en annan text"):
        save(draft, owner, replace(opened, title="Andra fönstret"), seen=mark)


def test_two_pages_of_one_draft_do_not_disturb_each_other(draft, owner, colleague):
    project, applicant = ProjectPart.read(draft), ApplicantPart.read(draft)
    marks = seen_mark(draft, project), seen_mark(draft, applicant)
    save(draft, colleague, replace(project, title="Nytt namn"), seen=marks[0])
    save(draft, owner, replace(applicant, contact_name="Ny person"), seen=marks[1])
    draft.refresh_from_db()
    assert (draft.title, draft.contact_name, draft.version) == ("Nytt namn", "Ny person", 3)


def test_save_after_closing(draft, owner):
    closes = draft.call.closes_at.replace(microsecond=0)
    late = closes + timedelta(seconds=1)
    with pytest.raises(services.TooLate) as refused:
        save(draft, owner, ApplicantPart("Ny", "", ""), arrived_at=late + timedelta(seconds=1))
    assert refused.value.message == (
        f"Utlysningen stängde {clock(draft.call.closes_at)}. Det du skrev kom "
        f"{clock(late + timedelta(seconds=1))} och kan inte tas emot."
    )
    draft.refresh_from_db()
    assert draft.contact_name == owner.full_name


def test_save_after_sending(draft, owner):
    send(draft, owner)
    with pytest.raises(Refusal, match="Ansökan är inskickad och kan inte ändras"):
        save(draft, owner, ApplicantPart("Ny", "", ""))


def test_save_by_one_who_only_signs(draft, organisation):
    signatory = factories.make_user()
    factories.make_membership(user=signatory, organisation=organisation, role="signatory", is_signatory=True)
    with pytest.raises(Refusal, match="men inte ändra dem"):
        save(draft, signatory, ApplicantPart("Ny", "", ""))
