from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from decisions.forms import DraftForms, change_rows
from decisions.models import Decision
from decisions.start_forms import NewDecisionForm
from tests import factories

pytestmark = pytest.mark.django_db


def posted(decision, **changes):
    """What the draft page sends when nothing but ``changes`` was typed."""
    forms = DraftForms(decision=decision)
    data = QueryDict(mutable=True)
    for field in forms.main:
        value = field.value()
        if field.name == "records":
            data.setlist("records", [str(pk) for pk in value])
        elif value is not None and value is not False:
            data[field.name] = "on" if value is True else str(value)
    for formset in forms.rows.values():
        for field in formset.management_form:
            data[field.html_name] = str(field.value())
        for form in formset:
            for field in form:
                data[field.html_name] = field.value() or ""
    data["version"] = str(decision.version)
    for name, value in changes.items():
        data[name.replace("__", "-")] = value
    return data


def errors_of(decision, **changes):
    forms = DraftForms(posted(decision, **changes), decision=decision)
    assert forms.is_valid() is False
    return {
        field.html_name: list(field.errors)
        for part in forms.all
        for form in getattr(part, "forms", [part])
        for field in form
        if field.errors
    }


def content_from(decision, **changes):
    forms = DraftForms(posted(decision, **changes), decision=decision)
    assert forms.is_valid(), [form.errors for form in forms.all]
    return forms.content()


def test_nothing_typed_is_nothing_changed(draft):
    from decisions.content import content_of

    assert content_from(draft) == content_of(draft)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "Ange ett belopp som är 0 kronor eller mer."),
        ("1e9", "Skriv beloppet i kronor med bara siffror, till exempel 150\u00a0000."),
        ("1 552 566,50", "Ange hela kronor, utan ören."),
        ("1000000000000", "Beloppet är för stort. Ange högst 999\u00a0999\u00a0999\u00a0999\u00a0kronor."),
        ("0", "Ange minst 1\u00a0krona."),
        ("hundra", "Skriv beloppet i kronor med bara siffror, till exempel 150\u00a0000."),
    ],
)
def test_amounts_that_are_none(draft, typed, sentence):
    assert errors_of(draft, amount=typed) == {"amount": [sentence]}


@pytest.mark.parametrize("typed", ["150 000", "150.000", "150000 kr", "150\u00a0000"])
def test_amounts_as_people_write_them(draft, typed):
    assert content_from(draft, amount=typed).amount == 150_000


def test_an_amount_needs_a_kind(draft):
    assert errors_of(draft, amount_kind="none") == {
        "amount_kind": ["Välj pengar eller arbetstid, eller ta bort beloppet."]
    }
    assert content_from(draft, amount_kind="none", amount="").amount is None


def test_an_end_before_the_start(draft):
    assert errors_of(draft, starts_on="2024-06-30", ends_on="2024-06-29") == {
        "ends_on": ["Slutdatumet ligger före startdatumet."]
    }


def test_long_and_hostile_text(draft):
    content = content_from(draft, title="<script>alert(1)</script> {{ 7*7 }}", punkt__0__text="a\r\nb\x00")
    assert content.title == "<script>alert(1)</script> {{ 7*7 }}"
    assert content.points[0] == "a\nb"
    assert errors_of(draft, title="Å" * 301) == {
        "title": ["Texten är 1 tecken för lång. Korta den till högst 300 tecken."]
    }


def test_a_recipient_has_a_name_and_a_real_address(draft):
    assert errors_of(draft, mottagare__0__name="", mottagare__0__email="a@example.org") == {
        "mottagare-0-name": ["Ange mottagarens namn."]
    }
    assert errors_of(draft, mottagare__0__email="a@") == {
        "mottagare-0-email": ["Skriv adressen som namn@example.se."]
    }
    assert content_from(draft, mottagare__0__name="", mottagare__0__email="").recipients == ()


def test_what_is_not_in_force_is_not_offered(draft):
    day = timezone.localdate() - timedelta(days=1)
    old_order = factories.make_delegation_order(valid_from=day - timedelta(days=100), valid_to=day)
    old_clause = factories.make_clause(order=old_order)
    old_delegate = factories.make_delegate(user=factories.make_staff("delegate"), clause=old_clause)
    old_basis = factories.make_legal_basis(valid_to=day)
    assert set(errors_of(
        draft, clause=str(old_clause.pk), delegate=str(old_delegate.pk), legal_basis=str(old_basis.pk)
    )) == {"clause", "delegate", "legal_basis"}  # fmt: skip
    Decision.objects.filter(pk=draft.pk).update(clause=old_clause, delegate=old_delegate)
    stored = Decision.objects.with_parts().get(pk=draft.pk)
    forms = DraftForms(decision=stored)
    labels = [str(label) for _value, label in forms.main.fields["clause"].choices]
    assert labels == ["Välj", f"{draft.clause}", f"{old_clause} (gäller inte i dag)"]
    holders = [str(label) for _value, label in forms.main.fields["delegate"].choices]
    assert holders == [
        "Välj",
        f"Doris Direktör, regional utvecklingsdirektör (punkt {draft.clause.number})",
        f"Pia Person, regional utvecklingsdirektör (punkt {old_clause.number}), får inte besluta i dag",
    ]


def test_one_clause_needs_not_be_named(draft):
    (_empty, (_value, label)) = DraftForms(decision=draft).main.fields["delegate"].choices
    assert label == "Doris Direktör, regional utvecklingsdirektör"


def test_the_signer_follows_the_clause(draft, delegate_user):
    other = factories.make_clause(order=draft.clause.order)
    same_person = factories.make_delegate(user=delegate_user, clause=other)
    assert content_from(draft, clause=str(other.pk)).delegate == same_person
    assert content_from(draft, clause=str(other.pk), delegate="").delegate == same_person
    somebody = factories.make_delegate(user=factories.make_staff("delegate"), clause=other)
    assert content_from(draft, clause=str(other.pk), delegate="").delegate is None
    assert content_from(draft, delegate=str(somebody.pk)).delegate == somebody
    assert content_from(draft, clause="", delegate="").delegate is None


# --- Rows -------------------------------------------------------------------------------------------------
def rows_of(data, name="punkt"):
    total = int(data[f"{name}-TOTAL_FORMS"])
    field = "text" if name == "punkt" else "name"
    return [data[f"{name}-{number}-{field}"] for number in range(total)]


def three():
    data = QueryDict(mutable=True)
    data.update({"punkt-TOTAL_FORMS": "3", "punkt-INITIAL_FORMS": "3", "title": "T"})
    data.update({f"punkt-{number}-text": text for number, text in enumerate("abc")})
    return data


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("lagg-till:punkt", ["a", "b", "c", ""]),
        ("ta-bort:punkt:0", ["b", "c"]),
        ("ta-bort:punkt:2", ["a", "b"]),
        ("upp:punkt:1", ["b", "a", "c"]),
        ("upp:punkt:2", ["a", "c", "b"]),
        ("upp:punkt:0", ["a", "b", "c"]),
        ("ta-bort:punkt:3", ["a", "b", "c"]),
        ("ta-bort:punkt:-1", ["a", "b", "c"]),
        ("ta-bort:punkt:", ["a", "b", "c"]),
        ("ta-bort:punkt:99999", ["a", "b", "c"]),
        ("ta-bort:punkt:²", ["a", "b", "c"]),
        ("lagg-till:rubrik", ["a", "b", "c"]),
        ("lagg-till:mottagare", ["a", "b", "c"]),
        ("", ["a", "b", "c"]),
        (":::", ["a", "b", "c"]),
    ],
)
def test_row_buttons(command, expected):
    changed = change_rows(three(), command)
    assert rows_of(changed) == expected
    assert changed["title"] == "T"
    assert not [key for key in changed if key.startswith(f"punkt-{len(expected)}-")]


def test_no_more_rows_than_fit():
    data = QueryDict(mutable=True)
    data.update({"punkt-TOTAL_FORMS": "50", "punkt-INITIAL_FORMS": "0"})
    assert change_rows(data, "lagg-till:punkt")["punkt-TOTAL_FORMS"] == "50"


@pytest.mark.parametrize("total", ["", "x", "99999999999"])
def test_a_broken_count_changes_nothing(draft, total):
    data = posted(draft, punkt__TOTAL_FORMS=total)
    assert change_rows(data, "lagg-till:punkt") == data
    if total in ("", "x"):
        forms = DraftForms(data, decision=draft)
        assert forms.is_valid() is False
        assert forms.first_error() == (
            "Något gick fel när raderna skickades. Ladda om sidan och försök igen."
        )


def test_too_many_rows(draft):
    data = posted(draft, punkt__TOTAL_FORMS="51")
    forms = DraftForms(data, decision=draft)
    assert forms.is_valid() is False
    assert forms.first_error() == "Högst 50 rader får plats."


def test_the_first_error_names_its_field(draft):
    forms = DraftForms(posted(draft, amount="x"), decision=draft)
    assert forms.first_error() == (
        "Belopp: Skriv beloppet i kronor med bara siffror, till exempel 150\u00a0000."
    )
    assert DraftForms(posted(draft), decision=draft).first_error() == ""


# --- A new decision ---------------------------------------------------------------------------------------
def new(**fields):
    return NewDecisionForm(
        QueryDict(mutable=True)
        | {"kind": "participation", "title": "T", "case": "nytt", "counterpart": "", "diary_number": ""}
        | fields
    )  # fmt: skip


def test_an_existing_case_is_found_by_its_number():
    case = factories.make_case()
    form = new(case="befintligt", diary_number=f"run {case.serial}-{case.year}")
    assert form.is_valid()
    assert form.cleaned_data["existing_case"] == case
    assert new().is_valid()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Ange ärendets diarienummer."),
        ("ärendet om kluster", "Skriv diarienumret som RUN/664/2021."),
        ("RUN/664/2021", "Det finns inget ärende med det numret."),
    ],
)
def test_a_number_that_leads_nowhere(typed, sentence):
    form = new(case="befintligt", diary_number=typed)
    assert form.errors == {"diary_number": [sentence]}


def test_a_number_that_two_cases_share():
    from s3portal.diary.services import import_case

    for prefix in ("RUN", "KN"):
        import_case(actor=None, prefix=prefix, serial=7, year=2020, title="T", opened_on=timezone.localdate())
    form = new(case="befintligt", diary_number="7/2020")
    assert form.errors == {"diary_number": ["Flera ärenden har det numret. Skriv också bokstäverna före."]}
