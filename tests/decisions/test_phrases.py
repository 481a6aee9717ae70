"""What standard phrases may name, how they are filled, and what new drafts begin with."""

from datetime import UTC, date, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import transaction
from django.db.utils import IntegrityError, InternalError
from django.utils import timezone

from decisions.checks import check_decision, failing
from decisions.enums import DecisionKind, PhraseSection
from decisions.models import Decision, StandardPhrase, StandardPhraseVersion
from decisions.phrases import (
    EXAMPLE,
    OWN_TEXT,
    PLACEHOLDERS,
    Source,
    fault_in,
    fill,
    months_after,
    values_of,
)
from decisions.services.drafting import draft_from_application, start_decision
from s3portal.common.leftovers import find_leftovers
from tests import factories
from tests.phrases import plant_again

EMPTY = Source(case_number="", officer="")


# --- Filling ----------------------------------------------------------------------------------------------
def test_what_is_known_is_filled_with_hard_spaces():
    values = values_of(
        Source("RUN/7/2026", "Hanna", amount=150_000, starts_on=date(2027, 1, 1), ends_on=date(2028, 12, 31))
    )
    text = (
        "Högst {belopp} från {start} till {slut}, slutrapport {slutrapport}. {diarienummer}, {handläggare}."
    )
    assert fill(text, values) == (
        "Högst 150\u00a0000\u00a0kronor från 1 januari 2027 till 31 december 2028, "
        "slutrapport 28 februari 2029. RUN/7/2026, Hanna."
    )


@pytest.mark.parametrize("placeholder", PLACEHOLDERS, ids=lambda one: one.name)
def test_what_the_case_does_not_tell_is_a_leftover(placeholder):
    values = values_of(EMPTY)
    if placeholder.name == "region":
        assert values["region"] == "Region Jämtland Härjedalen"
        return
    if placeholder.name == OWN_TEXT:
        # Nothing: an empty point, which the check of those stops.
        assert fill(placeholder.written, values) == ""
        return
    text = fill(f"Enligt {placeholder.written}.", values)
    assert text == f"Enligt [{placeholder.name} saknas]."
    assert [leftover.text for leftover in find_leftovers(text)] == [f"[{placeholder.name} saknas]"]
    assert find_leftovers(placeholder.example) == []


def test_what_is_filled_in_is_not_read_for_placeholders():
    assert fill("{projekt}: {belopp}", {"projekt": "{belopp} nu", "belopp": "1\u00a0krona"}) == (
        "{belopp} nu: 1\u00a0krona"
    )


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2028, 12, 31), 2, date(2029, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2027, 10, 15), 2, date(2027, 12, 15)),
        (date(2027, 11, 30), 2, date(2028, 1, 30)),
    ],
)
def test_months_after(day, months, expected):
    assert months_after(day, months) == expected


def test_a_text_without_faults():
    assert fault_in("Beviljas {belopp}, {andel} av {godkända kostnader}.") == ""
    assert fault_in("Utan uppgifter.") == ""


def test_an_unknown_placeholder_is_told_with_those_that_exist():
    fault = fault_in("{belop} och {datum} till {sökande}")
    assert fault.startswith(
        "Det finns ingen uppgift som heter {belop} eller {datum}. De som finns är {region}, "
    )
    assert fault.endswith(", {diarienummer}, {handläggare}.")
    assert all(placeholder.written in fault for placeholder in PLACEHOLDERS)


@pytest.mark.parametrize("text", ["{belopp", "belopp}", "{belopp} och {", "}{"])
def test_half_a_placeholder_is_a_fault(text):
    assert fault_in(text).startswith("En klammer saknar sin andra hälft.")


def test_every_name_has_an_example_and_is_known_once():
    assert len(EXAMPLE) == len(PLACEHOLDERS)
    assert all(EXAMPLE.values())


# --- New drafts -------------------------------------------------------------------------------------------
def phrase(name, kind="grant"):
    return StandardPhrase.objects.get(kind=kind, name=name)


def texts(decision):
    return [point.text for point in decision.points.all()]


@pytest.mark.django_db
def test_a_draft_begins_with_the_newest_wording(officer, application):
    period = phrase("Projektets period")
    StandardPhraseVersion.objects.create(phrase=period, number=2, text="Tiden är {start} till {slut}.")
    decision = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert texts(decision)[1] == "Tiden är 1 januari 2027 till 31 december 2028."
    StandardPhraseVersion.objects.create(phrase=period, number=3, text="En annan lydelse.")
    stored = Decision.objects.get(pk=decision.pk)
    assert texts(stored)[1] == "Tiden är 1 januari 2027 till 31 december 2028."


@pytest.mark.django_db
def test_the_phrases_come_in_the_order_of_their_places(officer, application):
    StandardPhrase.objects.filter(kind="grant", name="Finansiering").update(place=1)
    StandardPhrase.objects.filter(kind="grant", name="Bidraget").update(place=3)
    decision = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert texts(decision)[0].startswith("Finansiering sker ")
    assert texts(decision)[2].startswith("Region Jämtland Härjedalen beviljar ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "left"),
    [("Bidraget", "[beslutspunkt saknas]"), ("Rubrik", "[rubrik saknas]")],
)
def test_a_retired_phrase_leaves_a_gap_that_stops_the_decision(officer, registrar, application, name, left):
    StandardPhrase.objects.filter(kind="grant", name=name).update(
        retired_at=timezone.now(), retired_by=registrar
    )
    decision = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert left in [decision.title, *texts(decision)]
    stored = Decision.objects.with_parts().get(pk=decision.pk)
    stops = failing(check_decision(stored, on=timezone.localdate()))
    assert f"Ta bort eller ersätt ”{left}”" in [check.label for check in stops]


@pytest.mark.django_db
def test_a_phrase_that_is_only_offered_is_not_written(officer, application):
    StandardPhrase.objects.filter(kind="grant", name="Finansiering").update(in_drafts=False)
    decision = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert len(texts(decision)) == 2


CONDITIONS = "Villkor för stödet är att"


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["2003-596", "forordning-2003-596"])
def test_what_an_ordinance_requires_goes_by_its_code(officer, application, code):
    """As the check that demands it does: a region names the basis as it likes."""
    basis = application.call.legal_basis
    type(basis).objects.filter(pk=basis.pk).update(code=code, name="Bidrag till regional tillväxt")
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert any(text.startswith(CONDITIONS) for text in texts(draft))


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["12003-596", "2003-596-andra", "egna-medel"])
def test_another_code_is_another_basis(officer, application, code):
    basis = application.call.legal_basis
    type(basis).objects.filter(pk=basis.pk).update(code=code, name="Inte förordning (2003:596)")
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert not any(text.startswith(CONDITIONS) for text in texts(draft))


@pytest.mark.django_db
def test_names_become_codes():
    """What the registrar had written before: a part of one name or of several."""
    from django.apps import apps

    for number, name in [("2003-596", "Förordning (2003:596)"), ("2022-1468", "Förordning (2022:1468)")]:
        factories.make_legal_basis(code=f"forordning-{number}", name=name)
    made = [
        StandardPhrase.objects.create(kind="grant", section="point", name=f"Fras {number}", only_under=under)
        for number, under in enumerate(["2003:596", "Förordning", "2015:210", ""])
    ]
    by_code = import_module("decisions.migrations.0031_phrases_by_code").by_code
    for _time in range(2):
        by_code(apps, None)
        assert [StandardPhrase.objects.get(pk=one.pk).only_under for one in made] == [
            "forordning-2003-596",
            "forordning-2003-596 forordning-2022-1468",
            "2015-210",
            "",
        ]


@pytest.mark.django_db
def test_what_only_amends_or_only_revokes_is_known_again_when_the_version_before_has_been_put_back():
    own = StandardPhrase.objects.create(
        kind="amendment", section="point", name="Egen", only_under="2015-210", relation="revokes"
    )
    step = import_module("decisions.migrations.0033_phrases_of_changes")
    facts = ("pk", "name", "only_under", "relation", "place", "in_drafts")
    before = list(StandardPhrase.objects.order_by("pk").values_list(*facts))
    assert {relation for _pk, _name, _under, relation, *_rest in before} == {"", "amends", "revokes"}
    step.keep_relations(apps, SimpleNamespace(execute=lambda _sql: None))
    # Then the column goes; it is empty when it is made again.
    StandardPhrase.objects.update(relation="")
    own.refresh_from_db()
    assert own.only_under == "2015-210 @revokes"
    named = StandardPhrase.objects.get(kind="amendment", section="title", name="Rubrik, ändring")
    assert not named.is_under("forordning-2003-596"), "the version before begins no draft with it"
    step.of_changes(apps, None)
    assert list(StandardPhrase.objects.order_by("pk").values_list(*facts)) == before


@pytest.mark.django_db
def test_a_decision_without_an_application_begins_with_the_phrases_of_its_kind(officer):
    assert start_decision(actor=officer, kind=DecisionKind.OTHER, title="T").background == ""
    own = StandardPhrase.objects.create(
        kind="participation", section=PhraseSection.POINT, name="Egen", in_drafts=True
    )
    StandardPhraseVersion.objects.create(phrase=own, number=1, text="{region} deltar med {belopp}.")
    decision = start_decision(actor=officer, kind=DecisionKind.PARTICIPATION, title="Med i Kit")
    assert decision.title == "Med i Kit"
    assert texts(decision) == ["Region Jämtland Härjedalen deltar med [belopp saknas]."]


# --- What the database holds ------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_wording_is_never_changed_or_deleted():
    version = phrase("Finansiering").versions.get()
    for step in (
        lambda: StandardPhraseVersion.objects.filter(pk=version.pk).update(text="Annat"),
        lambda: StandardPhraseVersion.objects.filter(pk=version.pk).delete(),
        lambda: StandardPhrase.objects.filter(pk=version.phrase_id).update(kind="other"),
        lambda: StandardPhrase.objects.filter(pk=version.phrase_id).update(section="title"),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            step()


@pytest.mark.django_db
def test_a_phrase_is_never_deleted():
    own = StandardPhrase.objects.create(kind="grant", section=PhraseSection.POINT, name="Utan lydelse")
    with pytest.raises(InternalError), transaction.atomic():
        StandardPhrase.objects.filter(pk=own.pk).delete()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "okänt"},
        {"section": "okänd"},
        {"name": ""},
        {"name": "Finansiering"},
        {"retired_at": datetime(2026, 11, 26, tzinfo=UTC)},
        {"section": PhraseSection.REASONS, "in_drafts": True},
        {"relation": "amends"},
        {"kind": "amendment", "relation": "corrects"},
    ],
    ids=str,
)
def test_what_a_phrase_must_be(wrong):
    whole = {"kind": "grant", "section": PhraseSection.POINT, "name": "Ny"}
    with pytest.raises(IntegrityError), transaction.atomic():
        StandardPhrase.objects.create(**whole | wrong)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"number": 1}, {"number": 0}, {"text": ""}], ids=str)
def test_what_a_wording_must_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        StandardPhraseVersion.objects.create(
            **{"phrase": phrase("Finansiering"), "number": 2, "text": "T"} | wrong
        )


@pytest.mark.django_db
def test_planting_again_changes_nothing():
    from django.apps import apps

    before = list(StandardPhrase.objects.order_by("pk").values())
    plant_again(apps.get_app_config("decisions"))
    assert list(StandardPhrase.objects.order_by("pk").values()) == before
