"""What people type, and what we say about it."""

import pytest
from django.http import QueryDict

from applications.forms import ApplicantForm, ProjectForm, ProjectSearchForm, StartForm, WorkListForm
from applications.parts import ProjectPart
from s3portal.common.swedish import HARD_SPACE
from tests import factories

pytestmark = pytest.mark.django_db


def data(**values):
    made = QueryDict(mutable=True)
    for name, value in values.items():
        made.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return made


def messages(form):
    form.is_valid()
    return {
        name: [message.replace(HARD_SPACE, " ") for message in found] for name, found in form.errors.items()
    }


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


# --- Applicant --------------------------------------------------------------------------------------------
def test_a_draft_may_miss_anything():
    form = ApplicantForm({})
    assert form.is_valid()
    assert tuple(form.part().__dict__.values()) == ("", "", "")


def test_a_name_of_300_letters():
    assert messages(ApplicantForm({"contact_name": "å" * 300})) == {
        "contact_name": ["Texten är 150 tecken för lång. Korta den till högst 150 tecken."]
    }


def test_an_address_that_is_none():
    assert messages(ApplicantForm({"contact_email": "olga(at)example"})) == {
        "contact_email": ["Skriv hela e-postadressen, till exempel namn@exempel.se."]
    }


def test_phone_is_written_one_way():
    form = ApplicantForm({"contact_phone": "+46 63 14 75 00"})
    assert form.is_valid()
    assert form.part().contact_phone == "063-14 75 00"


# --- Project ----------------------------------------------------------------------------------------------
def project(draft, **values):
    return ProjectForm(data(**values), part=ProjectPart.read(draft), call=draft.call)


def test_markup_is_text(draft):
    form = project(draft, title="<script>alert(1)</script>", summary="{{ 7*7 }}\r\n\x00två")
    assert form.is_valid()
    assert (form.part().title, form.part().summary) == ("<script>alert(1)</script>", "{{ 7*7 }}\ntvå")


def test_the_end_before_the_start(draft):
    assert messages(project(draft, starts_on="2027-03-01", ends_on="2027-02-28")) == {
        "ends_on": ["Välj en sista dag som inte ligger före den första dagen."]
    }


def test_one_day_is_a_period(draft):
    form = project(draft, starts_on="1 mars 2027", ends_on="2027-03-01")
    assert form.is_valid()


def test_a_very_long_period(draft):
    assert messages(project(draft, starts_on="2027-01-01", ends_on="2037-01-01")) == {
        "ends_on": ["Perioden får beröra högst 10 kalenderår. Korta den."]
    }
    assert messages(project(draft, starts_on="2027-01-01", ends_on="2036-12-31")) == {}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2027-02-30", "Datumet finns inte i kalendern."),
        ("i vår", "Skriv datumet som 2024-03-01 eller 1 mars 2024."),
        ("0001-01-01", "Ange ett år mellan 1900 och 2199."),
    ],
)
def test_days_that_cannot_be_read(draft, typed, sentence):
    assert messages(project(draft, starts_on=typed, ends_on="2027-01-01")) == {"starts_on": [sentence]}


def test_an_area_of_another_call(draft):
    outside = factories.make_area()
    sentence = ["Välj bara styrkeområden som ingår i utlysningen."]
    assert messages(project(draft, areas=str(outside.pk))) == {"areas": sentence}
    assert messages(project(draft, areas="x")) == {"areas": sentence}


def test_typed_text_is_readable(draft):
    area = draft.call.areas.get()
    form = project(draft, title="Namn", areas=[str(area.pk), "999"], starts_on="i vår")
    typed = dict(form.typed())
    assert (typed["Projektets namn"], typed["Styrkeområden"], typed["Första dag"]) == (
        "Namn",
        area.name,
        "i vår",
    )


# --- The rest ---------------------------------------------------------------------------------------------
def test_start_with_an_organisation_of_somebody_else(organisation, other_organisation):
    form = StartForm({"organisation": other_organisation.pk}, organisations=[organisation])
    assert messages(form) == {"organisation": ["Välj en av dina organisationer."]}
    assert messages(StartForm({}, organisations=[organisation])) == {
        "organisation": ["Välj vilken organisation som söker."]
    }


def test_filters_that_cannot_be_read_are_left_out():
    wanted = WorkListForm({"status": "draft", "omrade": "x", "q": " RUN/1/2026 "}).wanted()
    assert (wanted["status"], wanted["omrade"], wanted["q"]) == (None, None, "RUN/1/2026")


def test_a_very_long_search():
    assert messages(ProjectSearchForm({"q": "ord " * 60})) == {"q": ["Sök med färre ord."]}
