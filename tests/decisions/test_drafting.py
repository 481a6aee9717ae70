from dataclasses import replace
from datetime import date, timedelta

import pgtrigger
import pytest
import time_machine
from django.db.utils import InternalError
from django.utils import timezone

from applications.services import reject_application
from decisions.checks import check_decision, failing
from decisions.comparing import content_differences
from decisions.content import BasisRow, RecipientRow, content_of
from decisions.enums import DecisionKind
from decisions.models import Decision
from decisions.phrases import fill, source_of, values_of
from decisions.services.drafting import (
    DraftConflict,
    delete_draft,
    draft_from_application,
    save_draft,
    start_decision,
)
from decisions.services.proposing import ChecksFailed, propose_decision
from decisions.services.signing import sign_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import register_record
from tests import factories
from tests.applications.judging import declare
from tests.decisions.test_signing import at_once

pytestmark = pytest.mark.django_db


def save(decision, actor, version=None, **fields):
    return save_draft(
        decision_id=decision.pk,
        actor=actor,
        expected_version=decision.version if version is None else version,
        content=replace(content_of(decision), **fields),
    )


# --- Begin ------------------------------------------------------------------------------------------------
def test_a_new_decision_opens_a_case_at_once(officer):
    own = factories.make_legal_basis()
    factories.make_legal_basis(appeal_rule="not_appealable")
    decision = start_decision(
        actor=officer, kind=DecisionKind.PARTICIPATION, title="Deltagande i projekt: Kit", counterpart="SVID"
    )
    case = decision.case
    assert (case.title, case.counterpart, case.officer) == ("Deltagande i projekt: Kit", "SVID", officer)
    assert str(case) == f"RUN/{case.serial}/{timezone.localdate().year}"
    assert (decision.status, decision.version, decision.created_by) == ("draft", 1, officer)
    assert (decision.unit, decision.case_officer_name) == ("Regional utveckling", "Hanna Handläggare")
    assert (decision.case_officer_phone, decision.case_officer_email) == (
        "063-14 75 00",
        "officer@example.org",
    )
    assert decision.legal_basis == own
    assert (decision.amount_kind, decision.clause, decision.delegate) == ("none", None, None)
    assert Event.objects.get(action="decision_started").object_id == decision.pk


def test_the_only_clause_and_its_only_holder_are_chosen(officer, delegate):
    decision = start_decision(actor=officer, kind=DecisionKind.OTHER, title="T")
    assert (decision.clause, decision.delegate) == (delegate.clause, delegate)
    factories.make_delegate(user=factories.make_staff("delegate"), clause=delegate.clause)
    decision = start_decision(actor=officer, kind=DecisionKind.OTHER, title="Andra")
    assert (decision.clause, decision.delegate) == (delegate.clause, None)
    factories.make_clause(order=delegate.clause.order)
    decision = start_decision(actor=officer, kind=DecisionKind.OTHER, title="Tredje")
    assert (decision.clause, decision.delegate) == (None, None)


def test_pressing_twice_opens_one_case(officer, second_officer):
    def begin(actor=officer, kind=DecisionKind.OTHER, title="T", counterpart="SVID", **fields):
        return start_decision(actor=actor, kind=kind, title=title, counterpart=counterpart, **fields)

    first = begin()
    assert begin() == first
    assert Case.objects.count() == 1
    others = [
        begin(title="U"),
        begin(counterpart="X"),
        begin(actor=second_officer),
        begin(kind=DecisionKind.PARTICIPATION),
        begin(case=factories.make_case()),
    ]
    assert len({first, *others}) == 6
    # What has been written in, or was begun a while ago, is another wish.
    save(first, officer, reasons="Skäl")
    second = begin()
    assert second != first
    Decision.objects.filter(pk=second.pk).update(created_at=timezone.now() - timedelta(seconds=11))
    assert begin() not in {first, second}


def test_two_rows_of_own_money_are_left_to_the_officer(officer):
    factories.make_legal_basis()
    factories.make_legal_basis()
    assert start_decision(actor=officer, kind=DecisionKind.PARTICIPATION, title="T").legal_basis is None


def test_only_participation_begins_on_own_money(officer):
    """A dismissal may be on any call's basis, and how it may be appealed follows from that."""
    basis = factories.make_legal_basis()
    for kind, given in (
        (DecisionKind.PARTICIPATION, basis),
        (DecisionKind.DISMISSAL, None),
        (DecisionKind.OTHER, None),
    ):
        draft = start_decision(actor=officer, kind=kind, title=f"Om {kind.label}")
        assert draft.legal_basis == given, kind
        codes = {check.code for check in failing(check_decision(draft, on=timezone.localdate()))}
        assert ("legal_basis" in codes) == (given is None), kind


def test_in_a_case_that_exists(officer):
    case = factories.make_case()
    assert start_decision(actor=officer, kind=DecisionKind.OTHER, title="T", case=case).case == case
    assert Case.objects.count() == 1


def test_not_in_a_cancelled_case(officer):
    case = factories.make_case()
    case.status = "cancelled"
    case.save(update_fields=["status"])
    with pytest.raises(Refusal, match=f"^Ärende {case} är makulerat\\.$") as refused:
        start_decision(actor=officer, kind=DecisionKind.OTHER, title="T", case=case)
    assert refused.value.field == "diary_number"


@pytest.mark.parametrize("kind", [DecisionKind.GRANT, DecisionKind.REJECTION])
def test_a_grant_starts_from_its_application(officer, kind):
    with pytest.raises(Refusal, match=r"kräver en ansökan\. Börja från ansökan i stället\.$"):
        start_decision(actor=officer, kind=kind, title="T")
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    "persona", ["owner", "delegate_user", "registrar", "member", "admin_user", "assessor"]
)
def test_only_officers_write(request, persona, draft, application):
    actor = request.getfixturevalue(persona)
    for step in (
        lambda: start_decision(actor=actor, kind=DecisionKind.OTHER, title="T"),
        lambda: draft_from_application(application_id=application.pk, actor=actor, kind=DecisionKind.GRANT),
        lambda: save(draft, actor, title="Nytt"),
        lambda: delete_draft(decision_id=draft.pk, actor=actor),
    ):
        with pytest.raises(Refusal, match=r"^Du får läsa beslutsutkast men inte skriva i dem\.$"):
            step()
    assert Decision.objects.get().title == draft.title


# --- From an application ----------------------------------------------------------------------------------
def test_a_grant_from_an_application(officer, owner, application, delegate):
    decision = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    organisation = application.organisation
    assert (decision.case, decision.application) == (application.case, application)
    assert decision.title == "Bidrag till projekt: Klusterkraft"
    assert decision.legal_basis == application.call.legal_basis
    assert (decision.amount_kind, decision.amount, decision.amount_is_ceiling) == ("cash", 300_000, True)
    assert (decision.starts_on, decision.ends_on) == (date(2027, 1, 1), date(2028, 12, 31))
    grant, *others = [point.text for point in decision.points.all()]
    assert grant == (
        "Region Jämtland Härjedalen beviljar Peak Jämtland ekonomisk förening, org.nr "
        f"{organisation.org_number}, 50\u00a0% av godkända kostnader i projektet Klusterkraft, "
        "dock högst 300\u00a0000\u00a0kronor."
    )
    assert others == [
        "Projektet får påbörjas tidigast 1 januari 2027 och avslutas senast 31 december 2028.",
        f"Finansiering sker inom ramen för utlysningen {application.call.title}.",
    ]
    opening, received, summary = decision.background.split("\n\n")
    assert opening == (
        f"Peak Jämtland ekonomisk förening, org.nr {organisation.org_number}, har ansökt om "
        f"300\u00a0000\u00a0kronor till projektet Klusterkraft inom utlysningen {application.call.title}. "
        "Projektets totala kostnad är 600\u00a0000\u00a0kronor."
    )
    assert received.startswith("Ansökan kom in den ")
    assert summary == "Vi samlar företag i fjällen."

    records = list(application.case.records.order_by("number"))
    assert [document.record for document in decision.basis_documents.all()] == records
    (recipient,) = decision.extract_recipients.all()
    assert (recipient.name, recipient.email) == (organisation.name, owner.email)
    assert (decision.clause, decision.delegate) == (delegate.clause, delegate)


def test_a_summary_that_is_marked_as_a_trade_secret_is_not_copied_into_the_draft(application, officer):
    with pgtrigger.ignore("applications.TradeSecret:trade_secrets_frozen"):
        application.trade_secrets.create(field="summary", reason="Vår metod.")
    decision = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert "fjällen" not in decision.background
    assert len(decision.background.split("\n\n")) == 2
    filled = fill(
        "Om {sammanfattning}", values_of(source_of(Decision.objects.with_parts().get(pk=decision.pk)))
    )
    assert filled == "Om [sammanfattning saknas]"


def test_a_rejection_has_no_amount(officer, application):
    decision = draft_from_application(
        application_id=application.pk, actor=officer, kind=DecisionKind.REJECTION
    )
    assert (decision.amount_kind, decision.amount, decision.starts_on) == ("none", None, None)
    assert decision.title == "Avslag på ansökan om bidrag till projekt: Klusterkraft"
    (point,) = decision.points.all()
    assert point.text == (
        "Region Jämtland Härjedalen avslår ansökan från Peak Jämtland ekonomisk förening, org.nr "
        f"{application.organisation.org_number}, om bidrag till projektet Klusterkraft."
    )


def test_another_decision_on_an_application_starts_empty(officer, application):
    decision = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.OTHER)
    assert decision.title == "Projekt: Klusterkraft"
    assert list(decision.points.all()) == []


def test_pressing_twice_makes_one_draft(officer, second_officer, application):
    first = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    declare(application, second_officer)
    again = draft_from_application(
        application_id=application.pk, actor=second_officer, kind=DecisionKind.GRANT
    )
    assert again == first


def test_drafts_of_several_kinds_or_of_one_lie_beside_each_other(officer, second_officer, application):
    declare(application, second_officer)

    def begin(kind, actor=officer, **fields):
        return draft_from_application(application_id=application.pk, actor=actor, kind=kind, **fields)

    grant = begin(DecisionKind.GRANT)
    rejection = begin(DecisionKind.REJECTION)
    assert (grant.kind, rejection.kind) == ("grant", "rejection")
    assert begin(DecisionKind.GRANT) == grant
    assert begin(DecisionKind.GRANT, anew=True) == grant, "pressed twice just now"
    other = begin(DecisionKind.GRANT, actor=second_officer, anew=True)
    assert other not in (grant, rejection)
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        second = begin(DecisionKind.GRANT, anew=True)
        assert begin(DecisionKind.GRANT, anew=True) == second
        assert begin(DecisionKind.REJECTION) == rejection
    assert application.decisions.count() == 4


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("anew", [False, True])
def test_a_double_click_makes_one_draft_of_each_kind(officer, application, anew):
    kinds = [DecisionKind.GRANT, DecisionKind.REJECTION] * 2
    made = at_once(
        *[
            lambda kind=kind: draft_from_application(
                application_id=application.pk, actor=officer, kind=kind, anew=anew
            )
            for kind in kinds
        ]
    )
    assert [one.kind for one in made] == kinds
    assert application.decisions.count() == 2


def test_of_two_drafts_the_one_that_is_signed_decides(officer, delegate, delegate_user, application):
    declare(application, delegate_user)
    proposed = []
    for kind in (DecisionKind.GRANT, DecisionKind.REJECTION):
        made = draft_from_application(application_id=application.pk, actor=officer, kind=kind)
        Decision.objects.filter(pk=made.pk).update(reasons="Skäl.", clause=delegate.clause, delegate=delegate)
        factories.consider(Decision.objects.with_parts().get(pk=made.pk))
        proposed.append(propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version))
    first, second = proposed
    sign_decision(decision_id=second.pk, actor=delegate_user, expected_version=second.version)
    with pytest.raises(ChecksFailed) as stopped:
        sign_decision(decision_id=first.pk, actor=delegate_user, expected_version=first.version)
    assert [check.label for check in stopped.value.checks] == ["Ansökan är redan avgjord"]


def test_not_from_a_decided_application(officer, application):
    reject_application(application_id=application.pk, actor=officer)
    with pytest.raises(
        Refusal, match=r"^Ansökan är avslagen\. Det går inte att fatta ett nytt beslut om den\.$"
    ):
        draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)


def test_participation_is_not_about_an_application(officer, application):
    with pytest.raises(Refusal, match=r"^Välj bifall, avslag, avvisning eller ett annat beslut\.$"):
        draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.PARTICIPATION)


# --- Save -------------------------------------------------------------------------------------------------
def test_all_of_it_is_stored(draft, second_officer):
    record = register_record(
        actor=None, case=draft.case, direction=Direction.INCOMING, title="Förfrågan om samverkan"
    )
    saved = save(
        draft,
        second_officer,
        title="Ny rubrik",
        amount=460_000,
        points=("Ett", "", "Tre"),
        basis_documents=(BasisRow(record.title, record.pk), BasisRow("Utkast")),
        recipients=(RecipientRow("SVID"), RecipientRow("Tillväxtverket", "tvv@example.org")),
    )
    stored = Decision.objects.with_parts().get(pk=draft.pk)
    assert content_of(stored) == content_of(saved)
    assert (stored.title, stored.amount, stored.version, stored.updated_by) == (
        "Ny rubrik", 460_000, 2, second_officer,
    )  # fmt: skip
    assert [(point.order, point.text) for point in stored.points.all()] == [(1, "Ett"), (2, ""), (3, "Tre")]
    assert [(row.title, row.record) for row in stored.basis_documents.all()] == [
        ("Förfrågan om samverkan", record),
        ("Utkast", None),
    ]
    assert [row.name for row in stored.extract_recipients.all()] == ["SVID", "Tillväxtverket"]


def test_the_same_text_is_not_a_save(draft, officer, second_officer):
    assert save(draft, second_officer).version == 1
    assert save(draft, second_officer, version=99).version == 1
    assert Decision.objects.get().updated_by == officer


def test_the_second_to_save_is_told_what_differs(draft, officer, second_officer):
    save(draft, officer, title="Min rubrik", points=("En annan punkt",))
    with pytest.raises(DraftConflict) as conflict:
        save_draft(
            decision_id=draft.pk,
            actor=second_officer,
            expected_version=draft.version,
            content=replace(content_of(draft), title="Deras rubrik"),
        )
    assert str(conflict.value).startswith("Hanna Handläggare sparade en annan text den ")
    assert [(d.label, d.theirs, d.mine) for d in conflict.value.differences] == [
        ("Rubrik", "Min rubrik", "Deras rubrik"),
        (
            "Beslutspunkt 1",
            "En annan punkt",
            "Region Jämtland Härjedalen deltar i projektet med arbetstid om 150 000 kronor.",
        ),
        ("Beslutspunkt 2", "", "Finansiering sker inom ram för område Hållbar tillväxt."),
    ]
    assert Decision.objects.get().title == "Min rubrik"


def test_ones_own_other_window_is_named_so(draft, officer):
    save(draft, officer, title="Först")
    with pytest.raises(DraftConflict, match=r"^Du själv sparade en annan text"):
        save(draft, officer, title="Sedan")


def test_every_kind_of_difference_has_a_label(draft, officer, delegate):
    theirs = content_of(draft)
    nothing = ("amount", "starts_on", "ends_on", "legal_basis", "clause", "delegate")
    texts = ("unit", "case_officer_name", "case_officer_phone", "background", "reasons")
    mine = replace(
        theirs,
        kind="other",
        case_officer_email="annan@example.org",
        amount_kind="none",
        amount_is_ceiling=True,
        basis_documents=(),
        recipients=(),
        **dict.fromkeys(nothing),
        **dict.fromkeys(texts, "X"),
    )
    assert [difference.label for difference in content_differences(theirs, mine)] == [
        "Slag av beslut", "Enhet", "Handläggare", "Telefon", "E-post", "Ärendebeskrivning", "Beslutsunderlag",
        "Skäl för beslutet", "Slag av belopp", "Belopp", "Beloppet är ett högsta belopp", "Från och med",
        "Till och med", "Rättslig grund", "Delegationspunkt", "Undertecknare", "Utdrag till",
    ]  # fmt: skip
    assert content_differences(theirs, theirs) == []


def test_a_record_of_another_case_is_refused(draft, officer):
    other = register_record(
        actor=None, case=factories.make_case(), direction=Direction.INCOMING, title="Hemligt"
    )
    with pytest.raises(Refusal, match=r"^En av handlingarna hör inte till ärendet\.$"):
        save(draft, officer, basis_documents=(BasisRow("Hemligt", other.pk),))


def test_a_kind_that_does_not_fit_is_refused(draft, officer):
    with pytest.raises(Refusal, match=r"^Välj ett slag av beslut som passar ärendet\.$"):
        save(draft, officer, kind="grant")


def test_what_waits_for_a_signature_is_not_written_in(proposed, officer):
    with pytest.raises(Refusal, match=r"^Beslutet väntar på underskrift och går inte att ändra\.$"):
        save(proposed, officer, title="Nytt")


# --- Remove -----------------------------------------------------------------------------------------------
def test_a_draft_is_removed_and_its_case_stays(draft, officer):
    case = delete_draft(decision_id=draft.pk, actor=officer)
    assert case == draft.case
    assert not Decision.objects.exists()
    assert Case.objects.filter(pk=case.pk).exists()
    assert Event.objects.get(action="decision_deleted").text == f"Beslutsutkast borttaget: {draft.title}"


def test_a_proposal_is_not_removed(proposed, officer):
    with pytest.raises(Refusal, match=r"^Beslutet väntar på underskrift"):
        delete_draft(decision_id=proposed.pk, actor=officer)


def test_the_database_guards_the_rows_of_a_proposal(proposed):
    with pytest.raises(InternalError, match="frozen with its parent"):
        proposed.points.update(text="Ändrat")
