from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from applications.services import withdraw_application
from decisions.checks import check_decision, failing
from decisions.models import Decision
from decisions.services.drafting import draft_from_application
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2026-06-15T12:00:00+02:00", tick=False):
        yield


def fresh(decision):
    """As it is stored now, its secrecy tried."""
    factories.consider(decision)
    return Decision.objects.with_parts().get(pk=decision.pk)


def change(decision, **fields):
    Decision.objects.filter(pk=decision.pk).update(**fields)
    return fresh(decision)


def left(decision, *, on=TODAY, signer=None):
    """(code, label, field) of each failing check."""
    return [(c.code, c.label, c.field) for c in failing(check_decision(decision, on=on, signer=signer))]


def test_a_whole_draft_passes(draft):
    checks = check_decision(draft, on=TODAY)
    assert failing(checks) == []
    assert [(check.code, check.label) for check in checks] == [
        ("clause_valid", "Punkt 8.1 gäller för ärendet"),
        ("ceiling", "Beloppet ryms inom delegationen"),
        ("delegate_valid", "Undertecknaren är behörig"),
        ("legal_basis_valid", "Den rättsliga grunden gäller"),
        ("whole", "Alla delar är ifyllda"),
        ("leftovers", "Inga rester av mallar i texten"),
        ("amounts_agree", "Beloppen i texten stämmer"),
        ("secrecy", "Sekretess prövad: inget är hemligt"),
    ]
    ceiling = checks[1]
    assert (ceiling.value, ceiling.percent, ceiling.note) == (
        "150\u00a0000\u00a0kr",
        30.0,
        "Taket är 500\u00a0000\u00a0kr",
    )
    assert all(check.url == "" for check in checks)


# --- Authority --------------------------------------------------------------------------------------------
def points(decision, *texts):
    decision.points.all().delete()
    for order, text in enumerate(texts, start=1):
        decision.points.create(order=order, text=text)


def with_amount(decision, amount, kind="cash"):
    points(decision, f"Region Jämtland Härjedalen avsätter {amount} kronor.", "Finansiering sker inom ram.")
    return change(decision, amount=amount, amount_kind=kind)


@pytest.mark.parametrize("kind", ["cash", "in_kind"])
@pytest.mark.parametrize(("amount", "ok"), [(499_999, True), (500_000, False), (500_001, False)])
def test_the_ceiling_is_exclusive_for_money_and_time(draft, amount, ok, kind):
    found = left(with_amount(draft, amount, kind))
    shown = f"{amount // 1000}\u00a0{amount % 1000:03d}\u00a0kr"
    assert found == ([] if ok else [("ceiling", f"Beloppet {shown} är för högt för punkt 8.1", "id_amount")])


def test_a_ceiling_that_is_included(draft):
    factories.rewrite(draft.clause, ceiling_included=True)
    assert left(with_amount(draft, 500_000)) == []
    (failed,) = failing(check_decision(with_amount(draft, 500_001), on=TODAY))
    assert failed.note == "Punkten gäller belopp högst 500\u00a0000\u00a0kr."


def test_a_clause_without_ceiling(draft):
    factories.rewrite(draft.clause, ceiling=None)
    assert left(with_amount(draft, 90_000_000)) == []


def test_the_order_is_a_dated_document(draft):
    order = draft.clause.order
    factories.rewrite(order, valid_from=TODAY - timedelta(days=100), valid_to=TODAY)
    assert left(fresh(draft)) == []
    assert left(fresh(draft), on=TODAY + timedelta(days=1)) == [
        ("clause_valid", "Delegationsordningen gäller inte den 16 juni 2026", "id_clause")
    ]
    assert left(fresh(draft), on=TODAY - timedelta(days=101))[0][0] == "clause_valid"


@pytest.mark.parametrize(
    ("days", "label"),
    [
        (0, None),
        (10, None),
        (11, "Doris Direktör fick besluta till och med den 25 juni 2026"),
        (-1, "Doris Direktör får besluta först den 15 juni 2026"),
    ],
)
def test_an_acting_delegate_decides_to_the_last_day(draft, days, label):
    delegate = draft.delegate
    factories.rewrite(delegate, acting=True, valid_from=TODAY, valid_to=TODAY + timedelta(days=10))
    found = left(fresh(draft), on=TODAY + timedelta(days=days))
    assert found == ([] if label is None else [("delegate_valid", label, "id_delegate")])


def test_the_clause_covers_the_kind(draft):
    factories.rewrite(draft.clause, kinds=["grant"])
    assert left(fresh(draft)) == [
        ("clause_kind", "Punkt 8.1 gäller inte för deltagande och medfinansiering", "id_clause")
    ]


def test_a_delegate_without_the_clause(draft, delegate_user):
    other = factories.make_delegate(user=factories.make_staff("delegate", full_name="Ola Annan"))
    assert left(change(draft, delegate=other)) == [
        ("delegate_clause", "Ola Annan har inte punkt 8.1", "id_delegate")
    ]


def test_a_delegate_who_has_left(draft, delegate_user):
    delegate_user.is_active = False
    delegate_user.save(update_fields=["is_active"])
    assert left(fresh(draft)) == [("delegate_valid", "Doris Direktör arbetar inte kvar", "id_delegate")]


def test_nothing_chosen(draft):
    assert left(change(draft, clause=None, delegate=None, legal_basis=None)) == [
        ("clause", "Delegationspunkt saknas", "id_clause"),
        ("delegate", "Undertecknare saknas", "id_delegate"),
        ("legal_basis", "Rättslig grund saknas", "id_legal_basis"),
    ]


def test_the_signer_is_the_delegate(draft, delegate_user, officer):
    assert left(draft, signer=delegate_user) == []
    assert left(draft, signer=officer) == [("signer", "Du är inte den som ska skriva under", "")]
    checks = failing(check_decision(draft, on=TODAY, signer=officer))
    assert checks[0].note == "Beslutet väntar på Doris Direktör."
    (no_delegate, nobody) = failing(check_decision(change(draft, delegate=None), on=TODAY, signer=officer))
    assert (no_delegate.code, nobody.note) == ("delegate", "")


# --- What it rests on -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "dates",
    [
        {"valid_from": date(2026, 6, 16)},
        {"valid_from": date(2020, 1, 1), "valid_to": date(2026, 6, 14)},
    ],
)
def test_the_legal_basis_is_dated(draft, dates):
    basis = factories.make_legal_basis(**dates)
    assert left(change(draft, legal_basis=basis)) == [
        ("legal_basis_valid", "Den rättsliga grunden gäller inte den 15 juni 2026", "id_legal_basis")
    ]


def test_the_basis_last_day_counts(draft):
    assert left(change(draft, legal_basis=factories.make_legal_basis(valid_to=TODAY))) == []


def test_no_decision_without_its_text_on_appeal(draft):
    basis = factories.make_legal_basis(appeal_rule="stop_and_recovery_only")
    assert left(change(draft, legal_basis=basis, kind="other")) == [
        ("appeal", "Text om överklagande saknas för det här slaget av beslut", "id_kind")
    ]


def test_a_cancelled_case(draft):
    draft.case.status = "cancelled"
    draft.case.save(update_fields=["status"])
    assert left(fresh(draft)) == [("case", "Ärendet är makulerat", "")]


@pytest.mark.parametrize("kind", ["grant", "rejection"])
def test_a_grant_needs_an_application(draft, kind):
    label = {"grant": "Bifall till ansökan", "rejection": "Avslag på ansökan"}[kind]
    assert left(change(draft, kind=kind))[0] == (
        "application",
        f"{label} kräver en ansökan i ärendet",
        "id_kind",
    )


# --- An application ---------------------------------------------------------------------------------------
@pytest.fixture
def grant(application, officer, delegate):
    from decisions.enums import DecisionKind

    made = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    factories.consider(made)
    return change(made, reasons="Projektet bidrar till strategin.", clause=delegate.clause, delegate=delegate)


def test_the_standard_grant_passes(grant):
    checks = check_decision(grant, on=TODAY)
    assert failing(checks) == []
    intensity = next(check for check in checks if check.code == "intensity")
    assert intensity.value == "50\u00a0%"
    assert intensity.note == "300\u00a0000\u00a0kr av 600\u00a0000\u00a0kr. Taket är 50\u00a0%."


def test_a_withdrawn_application(grant, application, owner):
    withdraw_application(application_id=application.pk, actor=owner, reason="Nej.")
    assert left(fresh(grant)) == [("application", "Ansökan är återkallad", "")]


def test_a_decided_application(grant, application, officer):
    from applications.services import reject_application

    reject_application(application_id=application.pk, actor=officer)
    assert left(fresh(grant)) == [("application", "Ansökan är redan avgjord", "")]


def test_an_application_that_nobody_has_assessed(grant, application):
    application.status = "submitted"
    application.save(update_fields=["status"])
    assert left(fresh(grant)) == [("application", "Ansökan är inte granskad", "")]
    (check,) = failing(check_decision(fresh(grant), on=TODAY))
    assert check.url == f"/handlaggning/ansokningar/{application.pk}/behorighet/"
    assert "application" not in [code for code, *_ in left(change(grant, kind="other"))]


def test_a_grant_rests_on_what_the_call_announced(grant, application):
    other = factories.make_legal_basis(code="annan-grund")
    announced = application.call.legal_basis.name
    for kind in ("grant", "rejection"):
        expected = ("legal_basis_call", "Den rättsliga grunden är inte utlysningens", "id_legal_basis")
        assert expected in left(change(grant, kind=kind, legal_basis=other))
    notes = [
        check.note for check in check_decision(fresh(grant), on=TODAY) if check.code == "legal_basis_call"
    ]
    assert notes == [announced]
    assert "legal_basis_call" not in [code for code, *_ in left(change(grant, kind="other"))]
    again = factories.make_legal_basis(code=application.call.legal_basis.code, valid_from="2001-01-01")
    assert "legal_basis_call" not in [
        code for code, *_ in left(change(grant, kind="grant", legal_basis=again))
    ]


def test_the_aid_level_against_the_stricter_cap(grant, application):
    basis = grant.legal_basis
    basis.max_aid_percent = "49.99"
    basis.save(update_fields=["max_aid_percent"])
    assert left(fresh(grant)) == [
        ("intensity", "Stödnivån är 50\u00a0%, mer än 49,99\u00a0%", "id_amount"),
        ("share_in_points", "Beslutspunkt 1 nämner 50\u00a0% av kostnaderna", "id_punkt-0-text"),
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("60 % av godkända kostnader", "60\u00a0%"),
        ("50,01\u00a0% av projektets kostnader", "50,01\u00a0%"),
        ("75 procent av de stödberättigande kostnaderna", "75\u00a0%"),
        ("100% av projektets godkända kostnader", "100\u00a0%"),
        ("50 % av godkända kostnader", ""),
        ("60 % av arbetstiden", ""),
    ],
)
def test_a_point_promises_no_higher_share_than_the_cap(grant, written, told):
    points(
        grant,
        f"Regionen beviljar {written}, dock högst 300 000 kronor, under 2027-01-01 – 2028-12-31.",
        "Finansiering sker inom ram.",
    )
    found = left(fresh(grant))
    label = f"Beslutspunkt 1 nämner {told} av kostnaderna"
    assert found == ([("share_in_points", label, "id_punkt-0-text")] if told else [])


@pytest.mark.parametrize(
    ("amount", "written", "told"),
    [
        (300_000, "36,9 % av godkända kostnader", "36,9 % av kostnaderna, men beloppet är 50 % av dem"),
        (120_000, "50 % av godkända kostnader", "50 % av kostnaderna, men beloppet är 20 % av dem"),
        (120_000, "20 procent av godkända kostnader", ""),
        (200_000, "33 % av godkända kostnader", ""),
        (200_000, "33,33 % av godkända kostnader", ""),
        (200_000, "33,4 % av godkända kostnader", "33,4 % av kostnaderna, men beloppet är 33,33 % av dem"),
        (299_999, "50 % av godkända kostnader", ""),
        # 22,505 %, as the standard phrase rounds it.
        (135_030, "22,51 % av godkända kostnader", ""),
    ],
)
def test_a_point_and_the_table_tell_one_share(grant, amount, written, told):
    points(
        grant,
        f"Regionen beviljar {written}, dock högst {amount} kronor, under 2027-01-01 – 2028-12-31.",
        "Finansiering sker inom ram.",
    )
    found = left(change(grant, amount=amount))
    label = f"Beslutspunkt 1 nämner {told}"
    assert found == ([("shares_agree", label, "id_punkt-0-text")] if told else [])
    # Written in two places, it is on purpose.
    assert left(change(grant, amount=amount, reasons=f"Projektet får {written}.")) == []


def test_a_lower_amount_is_within_the_cap(grant, application):
    assert application.total_cost == 600_000
    points(
        grant,
        "Regionen beviljar 299 940 kronor under 2027-01-01 – 2028-12-31.",
        "Finansiering sker inom ram.",
    )
    basis = grant.legal_basis
    basis.max_aid_percent = "49.99"
    basis.save(update_fields=["max_aid_percent"])
    assert left(change(grant, amount=299_940)) == []


def test_more_than_was_applied_for(grant):
    points(
        grant,
        "Regionen beviljar 300 001 kronor under 2027-01-01 – 2028-12-31.",
        "Finansiering sker inom ram.",
    )
    codes = [code for code, *_ in left(change(grant, amount=300_001))]
    assert codes == ["applied", "intensity"]


def test_consent_to_publication(grant, application):
    basis = grant.legal_basis
    basis.publication_consent_required = True
    basis.save(update_fields=["publication_consent_required"])
    assert left(fresh(grant)) == []
    from applications.models import Application

    stored = fresh(grant)
    stored.application = Application(
        **{field.attname: getattr(application, field.attname) for field in Application._meta.concrete_fields
           if not field.generated} | {"publication_consent": False}
    )  # fmt: skip
    stored.application.call = application.call
    assert left(stored) == [("consent", "Sökanden har inte samtyckt till publicering", "")]


def test_a_grant_in_working_time_is_no_grant(grant):
    assert "grant_amount" in [code for code, *_ in left(change(grant, amount_kind="in_kind"))]


def test_a_grant_says_its_period(grant):
    points(grant, "Regionen beviljar 300 000 kronor.", "Finansiering sker inom ram.")
    assert left(fresh(grant)) == [
        (
            "period_in_points",
            "Perioden 2027-01-01 – 2028-12-31 står inte i någon beslutspunkt",
            "beslutspunkter",
        )
    ]
    assert left(change(grant, starts_on=None, ends_on=None)) == [
        ("grant_period", "Projektets period saknas", "id_starts_on")
    ]


# --- What must be filled in -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("title", "Rubrik saknas"),
        ("unit", "Enhet saknas"),
        ("case_officer_name", "Handläggare saknas"),
        ("case_officer_email", "Handläggarens e-post saknas"),
        ("background", "Ärendebeskrivning saknas"),
        ("reasons", "Skäl för beslutet saknas"),
    ],
)
@pytest.mark.parametrize("empty", ["", " \n"])
def test_each_part_is_asked_for(draft, field, label, empty):
    assert left(change(draft, **{field: empty})) == [(field, label, f"id_{field}")]


def test_a_telephone_may_be_missing(draft):
    assert left(change(draft, case_officer_phone="")) == []


def test_rows_are_asked_for(draft):
    draft.points.all().delete()
    draft.basis_documents.all().delete()
    draft.extract_recipients.all().delete()
    assert left(change(draft, amount_kind="none", amount=None)) == [
        ("basis", "Beslutsunderlag saknas", "beslutsunderlag"),
        ("points", "Beslutspunkter saknas", "beslutspunkter"),
        ("recipients", "Mottagare av utdrag saknas", "id_mottagare-0-name"),
    ]


def test_an_amount_is_asked_for_when_there_is_a_kind(draft):
    points(draft, "Finansiering sker inom ram.")
    assert left(change(draft, amount=None)) == [("amount", "Belopp saknas", "id_amount")]


def test_a_point_on_financing_is_asked_for(draft):
    points(draft, "Regionen deltar med 150 000 kronor.")
    assert left(fresh(draft)) == [("financing", "Beslutspunkt om finansiering saknas", "beslutspunkter")]
    points(draft, "Regionen deltar med 150 000 kronor.", "")
    assert left(fresh(draft)) == [("financing", "Beslutspunkt om finansiering saknas", "id_punkt-1-text")]
    points(draft, "Regionen deltar.")
    assert left(change(draft, amount_kind="none", amount=None)) == []


def test_empty_points(draft):
    points(draft, "Regionen deltar med 150 000 kronor.", " ", "Finansiering sker inom ram.", "")
    assert left(fresh(draft)) == [
        ("empty_point", "Beslutspunkt 2 är tom", "id_punkt-1-text"),
        ("empty_point", "Beslutspunkt 4 är tom", "id_punkt-3-text"),
    ]


# --- What the texts say -----------------------------------------------------------------------------------
def test_leftovers_are_found_everywhere(draft):
    left_over = "Skriv tabellbeskrivning här"
    # "XXX" and "Lorem ipsum" are the draft's own leftovers here: what the check has to find.
    draft.points.filter(order=2).update(text="Finansiering sker inom ram för XXX.")
    draft.basis_documents.update(title=left_over)
    draft.extract_recipients.update(name="[namn]")
    found = left(change(draft, title=left_over, background=f"Text. {left_over}", reasons="Lorem ipsum"))
    assert found == [
        ("leftover", f"Ta bort eller ersätt ”{left_over}”", "id_title"),
        ("leftover", f"Ta bort eller ersätt ”{left_over}”", "id_background"),
        ("leftover", "Ta bort eller ersätt ”Lorem ipsum”", "id_reasons"),
        ("leftover", "Ta bort eller ersätt ”XXX”", "id_punkt-1-text"),
        ("leftover", f"Ta bort eller ersätt ”{left_over}”", "beslutsunderlag"),
        ("leftover", "Ta bort eller ersätt ”[namn]”", "id_mottagare-0-name"),
    ]


def test_the_amount_stands_in_the_points(draft):
    points(draft, "Regionen deltar med arbetstid.", "Finansiering sker inom ram.")
    assert left(fresh(draft)) == [
        (
            "amount_in_points",
            "Beloppet 150\u00a0000\u00a0kronor står inte i någon beslutspunkt",
            "beslutspunkter",
        )
    ]


def test_another_amount_in_the_points(draft):
    points(draft, "Regionen deltar med 150 000 kronor av 920 000 kr.", "Finansiering sker inom ram.")
    assert left(fresh(draft)) == [
        (
            "amounts_agree",
            "Beslutspunkt 1 nämner 920\u00a0000\u00a0kronor, som inte är beslutets belopp",
            "id_punkt-0-text",
        )
    ]
    assert left(change(draft, background="Projektet kostar 920 000 kronor.")) == []
    assert left(change(draft, background="Text.", reasons="Av 920 000 kronor.")) == []


def test_an_amount_without_one_in_the_form(draft):
    points(draft, "Regionen deltar med 5 000 kronor.")
    # Not even when somebody has written it in two places on purpose.
    background = "Regionen ska vara med för 5 000 kronor."
    (failed,) = failing(
        check_decision(change(draft, amount_kind="none", amount=None, background=background), on=TODAY)
    )
    assert (failed.code, failed.url) == ("amounts_agree", "#id_amount")
    assert failed.label == "Beslutspunkt 1 nämner 5\u00a0000\u00a0kronor, men beslutet har inget belopp"


@pytest.mark.parametrize("kind", ["participation", "other"])
@pytest.mark.parametrize("in_form", [None, 100_000])
def test_an_amount_in_the_points_is_held_to_the_ceiling_too(draft, kind, in_form):
    """Clause 8.1 is for less than 500 000 kr, whatever the form says."""
    said = f"Regionen avsätter {in_form} kronor. " if in_form else ""
    points(draft, f"{said}Finansiering sker inom ram.", "Regionen medfinansierar med 600 000 kronor.")
    factories.rewrite(draft.clause, kinds=["participation", "other"])
    fields = {"amount_kind": "cash" if in_form else "none", "amount": in_form, "kind": kind}
    made = change(draft, **fields, background="Projektet behöver 600 000 kronor.")
    (check,) = [one for one in failing(check_decision(made, on=TODAY)) if one.code == "ceiling"]
    assert (check.label, check.url) == (
        "Beloppet 600\u00a0000\u00a0kr är för högt för punkt 8.1",
        "#id_punkt-1-text",
    )
    assert check.note.startswith("Beloppet står i beslutspunkt 2.")


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("150 000 kronor av 920 000 kr", False),
        ("150 000 kronor i arbetstid av projektets totala kostnader på 920 000 kr", False),
        ("150 000 kronor, 16,3 procent av de 920 000 kr som projektet kostar", False),
        ("150 000 kronor och 920 000 kr av andra medel", True),
        ("150 000 kronor av egna medel och 920 000 kr", True),
        ("150 000 kronor av egna medel. Av andra medel tas 920 000 kr", True),
        ("920 000 kr, varav 150 000 kronor av egna medel", True),
    ],
)
def test_the_whole_that_the_amount_is_a_part_of_binds_nobody(draft, text, stops):
    points(draft, f"Regionen deltar med {text}.", "Finansiering sker inom ram.")
    found = left(change(draft, background="Projektet kostar 920 000 kronor."))
    assert [code for code, *_rest in found] == (["ceiling"] if stops else [])


def test_an_amount_in_the_points_asks_for_a_budget_of_ones_own(draft):
    factories.rewrite(draft.clause, own_budget=True, kinds=["other"])
    points(draft, "Regionen medfinansierar med 5 000 kronor.")
    made = change(draft, kind="other", amount_kind="none", amount=None, background="Om 5 000 kronor.")
    assert [code for code, *_rest in left(made)] == ["own_budget"]
    points(draft, "Regionen säger nej.")
    assert left(fresh(made)) == []


def test_a_rejection_may_name_what_was_applied_for(grant, delegate):
    factories.rewrite(delegate.clause, ceiling=1000, own_budget=True, kinds=["rejection"])
    points(grant, "Regionen avslår ansökan om 300 000 kronor av totalt 600 000 kronor.")
    made = change(grant, kind="rejection", amount_kind="none", amount=None, starts_on=None, ends_on=None)
    assert left(made) == []
    points(grant, "Regionen avslår ansökan men avsätter 2 000 kronor.")
    assert {code for code, *_rest in left(fresh(made))} == {"ceiling", "own_budget", "amounts_agree"}


PERIOD = {"starts_on": date(2022, 4, 1), "ends_on": date(2024, 6, 30)}
WITH = "Regionen deltar med 150 000 kronor under"


@pytest.mark.parametrize(
    "text",
    [
        "perioden april 2022 till juni 2024",
        "projektiden 20220401-20240630",
        "perioden 2022-04-01 – 2024-06-30",
        "tiden 1 april 2022 till den sista juni 2024",
    ],
)
def test_the_same_period_however_it_is_written(draft, text):
    points(draft, f"{WITH} {text}.", "Finansiering sker inom ram.")
    assert left(change(draft, **PERIOD)) == []


def test_another_period_in_the_points(draft):
    points(draft, f"{WITH} 2022-04-01 – 2024-07-31.", "Finansiering sker inom ram.")
    assert left(change(draft, **PERIOD)) == [
        (
            "period_in_points",
            "Perioden 2022-04-01 – 2024-06-30 står inte i någon beslutspunkt",
            "beslutspunkter",
        ),
        (
            "periods_agree",
            "Beslutspunkt 1 nämner en annan period, 2022-04-01 – 2024-07-31",
            "id_punkt-0-text",
        ),
    ]
    points(draft, f"{WITH} 2022-04-01 – 2024-06-30.", "Finansiering sker inom ram 2022-01-01 – 2022-12-31.")
    assert [code for code, *_ in left(fresh(draft))] == ["periods_agree"]
    assert left(change(draft, background="Budgeten gäller 2022-01-01 – 2022-12-31.")) == []


def test_a_period_without_one_in_the_form(draft):
    points(draft, f"{WITH} 2022-04-01 – 2024-06-30.", "Finansiering sker inom ram.")
    (failed,) = failing(check_decision(change(draft, starts_on=None, ends_on=None), on=TODAY))
    assert (failed.code, failed.note) == ("periods_agree", "Ingen period är angiven.")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"starts_on": None, "ends_on": date(2024, 6, 30)}, "id_starts_on"),
        ({"starts_on": date(2024, 6, 30), "ends_on": None}, "id_ends_on"),
    ],
)
def test_half_a_period(draft, fields, field):
    assert left(change(draft, **fields)) == [("period", "Perioden saknar start eller slut", field)]


def test_an_end_before_the_start(draft):
    draft.starts_on, draft.ends_on = date(2024, 6, 30), date(2024, 6, 29)
    assert left(draft) == [
        ("period", "Slutdatumet ligger före startdatumet", "id_ends_on"),
        ("secrecy", "Texten är ändrad sedan sekretessen prövades", "sekretess"),
    ]


def test_links_to_the_field(draft):
    (failed,) = failing(check_decision(change(draft, title=""), on=timezone.localdate()))
    assert (failed.url, failed.action) == ("#id_title", "Fyll i")
