"""Each kind of decision: its text, what it asks for, and what it does with the application.

The texts are in ``golden/``. Write them anew with S3_WRITE_GOLDEN=1 and read the difference.
"""

import os
import re
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pgtrigger
import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.db import Error, transaction
from django.utils import timezone

from applications.models import Application
from applications.services import submit_application
from calls.models import Call, LegalBasis
from decisions.appeal import appeal_text
from decisions.checks import check_decision, failing
from decisions.enums import AppealRoute, DecisionKind, Relation
from decisions.finality import route_of
from decisions.kinds import amount_to_hold, decides, last_day_of, recovered_of, relations_for
from decisions.models import Decision, StandardPhrase
from decisions.phrases import fill, source_of, values_of
from decisions.reasons import belongs_to
from decisions.services import appeals
from decisions.services.changing import draft_change
from decisions.services.drafting import draft_from_application, start_decision
from decisions.services.proposing import propose_decision
from decisions.services.signing import sign_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen
from s3portal.common.swedish import format_kronor
from tests import factories
from tests.applications.judging import declare, go_through
from tests.decisions.test_changing import as_lines
from tests.decisions.test_document import plain, printed
from tests.pdf_validation import assert_valid

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
DAY = "2026-11-27T10:00:00+01:00"
BASES = {
    "own": {"name": "Regionens egna medel", "code": "egna-medel"},
    "596": {
        "name": "Förordning (2003:596) om bidrag för projektverksamhet inom den regionala tillväxtpolitiken",
        "code": "2003-596",
        "appeal_rule": "not_appealable",
        "max_aid_percent": 50,
    },
    "1468": {
        "name": "Förordning (2022:1468) om statligt stöd till företag och innovationskluster",
        "code": "2022-1468",
        "appeal_rule": "stop_and_recovery_only",
        "max_aid_percent": 50,
        "state_aid_allowed": True,
        "apply_before_start": True,
    },
}
#: Kronor of the 300 000 that are applied for, so that something is left to extend with.
PART = 200_000
#: By kind: reasons that argue for what is decided (FL 32 §).
REASONS = {
    "rejection": (
        "Bara ett företag deltar i projektet. Det samlar därför inte klustret, och andra ansökningar bidrar "
        "mer till det som utlysningen gäller. Ramen räcker inte till alla."
    ),
    "dismissal": (
        "Ansökan saknar underskrift av någon som får företräda sökanden. Regionen har begärt att det "
        "rättas, och den tiden har gått ut. Ansökan kan därför inte prövas."
    ),
}
FOR_IT = (
    "Projektet stärker klustret och bidrar till den regionala utvecklingsstrategin och strategin för smart "
    "specialisering."
)


@pytest.fixture
def delegate(delegate_user):
    order = factories.make_delegation_order(title="Delegationsordning för regionala utvecklingsnämnden")
    kinds = [kind.value for kind in DecisionKind]
    clause = factories.make_clause(order=order, number="8.2", kinds=kinds, ceiling=5_000_000)
    return factories.make_delegate(user=delegate_user, clause=clause)


@pytest.fixture
def assessed(owner, officer, delegate):
    """``assessed("596")``: an application to a call on that basis, ready to be decided."""

    def make(basis: str) -> Application:
        row = factories.make_legal_basis(**BASES[basis])
        owner.memberships.get().organisation.__class__.objects.filter(
            pk=owner.memberships.get().organisation_id
        ).update(name="Peak Jämtland ekonomisk förening", org_number="769600-0117")
        call = factories.make_call(title="Innovationskluster 2027", legal_basis=row)
        draft = factories.make_application(
            user=owner,
            call=call,
            title="Klusterkraft",
            summary="Vi samlar företag i fjällen.",
            starts_on=date(2027, 1, 1),
            ends_on=date(2028, 12, 31),
        )
        sent = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
        return go_through(sent, officer)

    return make


def parts(pk):
    return Decision.objects.with_parts().get(pk=pk)


def write(draft, **fields):
    """What the officer fills in; ``points`` in order, where an empty one stands."""
    points = fields.pop("points", [])
    for point, text in zip(draft.points.filter(text="").order_by("order"), points, strict=True):
        type(point).objects.filter(pk=point.pk).update(text=text)
    Decision.objects.filter(pk=draft.pk).update(**({"reasons": REASONS.get(draft.kind, FOR_IT)} | fields))
    factories.consider(parts(draft.pk))
    return parts(draft.pk)


def finish(draft, officer, signer):
    proposed = propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
    signed = sign_decision(decision_id=draft.pk, actor=signer, expected_version=proposed.version)
    return parts(signed.pk)


def left_to_do(draft):
    return {check.code for check in failing(check_decision(draft, on=timezone.localdate()))}


def golden(decision, name):
    """The printed text, with the numbers that the test's own database gave taken out."""
    got = as_lines(decision)
    for number, mark in [
        (decision.case.slug, "DIARIENR-ADRESS"),
        (str(decision.case), "DIARIENR"),
    ]:
        got = got.replace(number, mark)
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("S3_WRITE_GOLDEN") == "1":
        file.write_text(got, encoding="utf-8")
    assert got == file.read_text(encoding="utf-8")
    assert_printed(decision)


def assert_printed(decision):
    """The sealed file says the same, part by part and in the same order."""
    file = decision.document.file
    rest = plain(" ".join(printed(read_frozen(file.storage_name, sha256=file.sha256))))
    for line in as_lines(decision).splitlines():
        words = re.sub(r"^(#+|\d+\.) ", "", line).replace(" | ", " ")
        if line.startswith(f"{decision.signatory_name}, "):
            words = f"{decision.signatory_name} {decision.signatory_title}"
        if line and not line.startswith("Kostnad "):
            before, found, rest = rest.partition(plain(words))
            assert found, f"{words!r} is not printed after {before[:80]!r}"


@pytest.fixture
def decided(assessed, officer, delegate_user):
    """``decided("596")``: the application granted by a signed decision, or a part of what it asks for."""

    def make(basis: str, kind=DecisionKind.GRANT, amount=None) -> Decision:
        application = assessed(basis)
        declare(application, delegate_user)
        draft = draft_from_application(application_id=application.pk, actor=officer, kind=kind)
        fields = {}
        if amount is not None:
            fields = {"amount": amount}
            point = draft.points.get(order=1)
            for full, part in ((r"50.%", "33,33\u00a0%"), (r"300.000.kronor", format_kronor(amount))):
                point.text = re.sub(full, part, point.text)
            point.save(update_fields=["text"])
        return finish(write(draft, **fields), officer, delegate_user)

    return make


# --- On an application ------------------------------------------------------------------------------------
@pytest.mark.parametrize("basis", sorted(BASES))
def test_a_grant(decided, basis):
    with time_machine.travel(DAY, tick=True):
        signed = decided(basis)
    golden(signed, f"grant-{basis}")
    application = Application.objects.get(pk=signed.application_id)
    assert (application.status, application.granted_amount) == ("granted", signed.amount)


@pytest.mark.parametrize("basis", sorted(BASES))
@pytest.mark.parametrize(
    ("kind", "status"), [(DecisionKind.REJECTION, "rejected"), (DecisionKind.DISMISSAL, "dismissed")]
)
def test_a_rejection_and_a_dismissal(decided, kind, status, basis):
    with time_machine.travel(DAY, tick=True):
        signed = decided(basis, kind)
    golden(signed, f"{kind.value}-{basis}")
    assert route_of(signed) == (AppealRoute.BOARD if basis == "own" else AppealRoute.NONE)
    assert Application.objects.get(pk=signed.application_id).status == status


def test_what_is_dismissed_need_not_be_assessed(owner, officer, delegate, delegate_user):
    draft = factories.make_application(user=owner)
    sent = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
    declare(sent, officer, delegate_user)
    decision = write(
        draft_from_application(application_id=sent.pk, actor=officer, kind=DecisionKind.DISMISSAL)
    )
    assert left_to_do(decision) == set()
    assert finish(decision, officer, delegate_user).status == "signed"
    assert Application.objects.get(pk=sent.pk).status == "dismissed"


def test_a_late_one_that_came_by_post_is_dismissed_in_its_case(officer, delegate, delegate_user):
    basis = factories.make_legal_basis(**BASES["own"])
    with time_machine.travel(DAY, tick=True):
        case = factories.make_case(title="För sent inkommen ansökan", counterpart="Fjällbyn AB")
        draft = start_decision(
            actor=officer,
            kind=DecisionKind.DISMISSAL,
            title="Avvisning av för sent inkommen ansökan",
            case=case,
        )
        draft.points.create(
            order=1,
            text="Region Jämtland Härjedalen avvisar ansökan från Fjällbyn AB.",
        )
        draft.basis_documents.create(order=1, title="Ansökan från Fjällbyn AB, inkommen 2026-11-20")
        draft.extract_recipients.create(order=1, name="Fjällbyn AB")
        written = write(
            draft,
            legal_basis=basis,
            background="Fjällbyn AB har ansökt om bidrag. Sista ansökningsdag var den 16 november 2026. "
            "Ansökan kom in den 20 november 2026.",
            reasons="Ansökan kom in efter sista ansökningsdag. Den prövas därför inte.",
        )
        factories.declare_none(written, officer, delegate_user)
        signed = finish(parts(written.pk), officer, delegate_user)
    golden(signed, "dismissal-by-post")
    assert route_of(signed) == AppealRoute.BOARD


def test_a_point_of_another_decision_is_held_to_the_ceiling_also_for_what_was_applied_for(
    assessed, officer, delegate
):
    """KL 13:8. In a rejection the same amount only tells what was asked for."""
    application = assessed("own")
    factories.rewrite(delegate.clause, ceiling=300_000, own_budget=True)
    says = "Regionen medfinansierar projektet med 300 000 kronor."
    drafts = []
    for kind in (DecisionKind.OTHER, DecisionKind.REJECTION):
        draft = draft_from_application(application_id=application.pk, actor=officer, kind=kind)
        draft.points.all().delete()
        draft.points.create(order=1, text=f"{says} Finansiering sker inom ram.")
        drafts.append(write(parts(draft.pk)))
    other, rejection = drafts
    assert {"ceiling", "own_budget"} <= left_to_do(other)
    assert left_to_do(rejection).isdisjoint({"ceiling", "own_budget"})


@pytest.mark.parametrize(
    ("phrase", "kind", "place"),
    [
        ("Deltagande med arbetstid", "in_kind", "ram för område Hållbar tillväxt"),
        ("Medfinansiering med pengar", "cash", "ram för regionala utvecklingsmedel 2027"),
    ],
    ids=["in_kind", "cash"],
)
def test_what_the_region_takes_part_with(officer, delegate, delegate_user, phrase, kind, place):
    """By the registrar's phrases, filled from the draft."""
    factories.make_legal_basis(**BASES["own"])
    with time_machine.travel(DAY, tick=True):
        case = factories.make_case(title="Deltagande i projekt: Fjällkraft")
        begun = start_decision(
            actor=officer,
            kind=DecisionKind.PARTICIPATION,
            title="Deltagande i projekt: Fjällkraft",
            case=case,
        )
        Decision.objects.filter(pk=begun.pk).update(
            amount_kind=kind,
            amount=300_000,
            amount_is_ceiling=kind == "cash",
            starts_on=date(2027, 1, 1),
            ends_on=date(2028, 12, 31),
            background="Peak Jämtland ekonomisk förening har bett regionen att delta i projektet Fjällkraft.",
        )
        draft = parts(begun.pk)
        [text] = StandardPhrase.objects.get(name=phrase).versions.values_list("text", flat=True)
        for order, point in enumerate(
            (fill(text, values_of(source_of(draft))), f"Finansiering sker inom {place}."), start=1
        ):
            draft.points.create(order=order, text=point)
        draft.basis_documents.create(order=1, title="Projektbeskrivning Fjällkraft, 2026-11-20")
        draft.extract_recipients.create(order=1, name="Peak Jämtland ekonomisk förening")
        factories.declare_none(draft, officer, delegate_user)
        signed = finish(write(draft), officer, delegate_user)
    golden(signed, f"participation-{kind}")
    assert route_of(signed) == AppealRoute.BOARD


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("illkor", "Villkor för stödet saknas"),
        ("följs upp", "Hur projektet följs upp och utvärderas saknas"),
        ("lutrapport", "Hur projektet slutredovisas saknas"),
    ],
)
def test_what_the_ordinance_requires_is_required(assessed, officer, word, label):
    """2003:596, 9 §."""
    application = assessed("596")
    draft = write(
        draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    )
    assert left_to_do(draft) == set()
    draft.points.filter(text__contains=word).delete()
    labels = [check.label for check in failing(check_decision(parts(draft.pk), on=timezone.localdate()))]
    assert label in labels


def test_the_reasons_of_the_ordinance_tell_of_the_strategy(assessed, officer):
    application = assessed("596")
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    area = application.areas.get()
    for reasons in ("Projektet är bra.", "Det finns ingen strategi för det här.", "Styrkeområdet vatten."):
        assert left_to_do(write(draft, reasons=reasons)) == {"required_596"}, reasons
    for reasons in (
        "Det stärker den regionala\nutvecklingsstrategin.",
        "Det följer den regionala strategin.",
        f"Projektet hör till {area.name.upper()}.",
        f"Det följer {area.strategy.name}.",
        belongs_to(application),
    ):
        assert left_to_do(write(draft, reasons=reasons)) == set(), reasons


def test_the_ordinance_is_known_by_its_code(assessed, officer):
    """A region may name the basis as it likes."""
    application = assessed("596")
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    LegalBasis.objects.update(name="Bidrag till regional tillväxt")
    assert left_to_do(write(draft, reasons="Projektet är bra.")) == {"required_596"}
    LegalBasis.objects.update(code="egna-medel")
    assert left_to_do(parts(draft.pk)) == set()


def test_what_a_project_belongs_to_is_told_in_the_regions_words(owner):
    application = factories.make_application(user=owner)
    strategy = factories.make_strategy(name="Strategi för smart specialisering")
    wood = factories.make_area(name="Skog", strategy=strategy)
    application.areas.set([wood])
    sentence = "Projektet hör till styrkeområdet Skog i Strategi för smart specialisering."
    assert belongs_to(application) == sentence
    application.areas.add(factories.make_area(name="Turism", strategy=strategy))
    assert "styrkeområdena Skog och Turism i Strategi för" in belongs_to(application)
    application.areas.clear()
    assert belongs_to(application) == ""


def test_more_than_the_frame_is_stopped(assessed, officer):
    application = assessed("own")
    type(application.call).objects.filter(pk=application.call_id).update(frame=1000)
    draft = write(
        draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    )
    assert left_to_do(draft) == {"frame"}


def test_work_that_began_before_the_application_is_not_aided(assessed, officer):
    application = assessed("1468")
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    early = timezone.localdate() - timedelta(days=30)
    draft.points.filter(text__contains="påbörjas").delete()
    assert "start" in left_to_do(write(draft, starts_on=early))


# --- Of a grant that stands -------------------------------------------------------------------------------
def begin(signed, officer, relation):
    return parts(draft_change(decision_id=signed.pk, actor=officer, relation=relation).pk)


def extend(signed, officer):
    draft = begin(signed, officer, Relation.EXTENDS)
    assert draft.starts_on == date(2029, 1, 1)
    return write(
        draft,
        ends_on=date(2029, 6, 30),
        amount_kind="cash",
        amount=100_000,
        reasons="Utvärderingen visar att klustret har nått sina mål. Det stärker den regionala strategin.",
        points=[
            (
                "Projektet får pågå den 1 januari 2029 till den 30 juni 2029. Bidraget höjs med "
                "100 000 kronor. Finansiering sker inom ramen för utlysningen Innovationskluster 2027."
            )
        ],
    )


@pytest.mark.parametrize("basis", sorted(BASES))
def test_an_extension_after_evaluation(decided, officer, delegate_user, basis):
    with time_machine.travel(DAY, tick=True):
        signed = decided(basis, amount=PART)
        later = finish(extend(signed, officer), officer, delegate_user)
    golden(later, f"extension-{basis}")
    application = Application.objects.get(pk=signed.application_id)
    assert (application.status, application.granted_amount) == ("granted", signed.amount + 100_000)
    assert last_day_of(signed) == date(2029, 6, 30)
    assert amount_to_hold(later) == signed.amount + 100_000


def test_an_extension_that_adds_money_holds_what_the_ordinance_requires(decided, officer):
    """9 §: in its own points or in those that go on to hold."""
    signed = decided("596", amount=PART)
    draft = extend(signed, officer)
    assert left_to_do(draft) == set()
    assert left_to_do(write(draft, reasons="Projektet är bra.")) == {"required_596"}
    write(draft)
    with pgtrigger.ignore("decisions.DecisionPoint:point_frozen"):
        signed.points.filter(text__contains="lutrapport").delete()
    assert left_to_do(parts(draft.pk)) == {"required_596"}
    Decision.objects.filter(pk=draft.pk).update(amount_kind="none", amount=None)
    assert "required_596" not in left_to_do(parts(draft.pk))


def test_an_extension_ends_later_and_within_the_frame_and_the_mandate(decided, officer):
    signed = decided("own", amount=PART)
    draft = write(extend(signed, officer), starts_on=date(2028, 1, 1), ends_on=date(2028, 12, 31))
    assert "extension" in left_to_do(draft)
    Decision.objects.filter(pk=draft.pk).update(ends_on=None)
    assert "extension" in left_to_do(parts(draft.pk))
    Decision.objects.filter(pk=draft.pk).update(starts_on=date(2029, 1, 1), ends_on=date(2029, 6, 30))
    factories.consider(draft)
    assert left_to_do(parts(draft.pk)) == set()
    type(signed.application.call).objects.filter(pk=signed.application.call_id).update(frame=signed.amount)
    cache.clear()  # the sum is forgotten after a commit, and here is none
    assert "frame" in left_to_do(parts(draft.pk))


def test_what_raises_a_grant_is_held_to_what_the_grant_was(decided, officer):
    """At most what was applied for (300 000 kr), and half of the costs (600 000 kr)."""
    signed = decided("596", amount=PART)
    extension = extend(signed, officer)
    amendment = write(
        begin(signed, officer, Relation.AMENDS),
        amount_kind="cash",
        amount=300_000,
        points=["Bidraget är högst 300 000 kronor. Finansiering sker som tidigare."],
    )

    def stops(draft, amount, applied=300_000):
        Decision.objects.filter(pk=draft.pk).update(amount=amount)
        factories.consider(draft)
        draft = parts(draft.pk)
        draft.application.applied_amount = applied
        return left_to_do(draft) - {"amount_in_points", "amounts_agree"}

    assert stops(amendment, 300_000) == set()
    assert stops(amendment, 300_001) == {"applied", "intensity"}
    assert stops(amendment, 300_001, applied=600_000) == {"intensity"}
    # The period that it adds has costs of its own.
    assert stops(extension, 100_001) == set()
    told = {
        check.code for check in check_decision(parts(extension.pk), on=timezone.localdate()) if check.notice
    }
    assert told >= {"applied", "intensity"}
    assert stops(amendment, PART - 1) == set(), "what lowers it is not tried"
    type(signed.application.call).objects.update(frame=signed.amount)
    cache.clear()  # the sum is forgotten after a commit, and here is none
    assert stops(amendment, PART) == set()
    assert stops(amendment, PART + 1) == {"frame"}
    amendment.points.filter(order=2).update(text="Bidraget är 60 % av projektets godkända kostnader.")
    assert "share_in_points" in stops(amendment, PART)


def stop(signed, officer):
    return write(
        begin(signed, officer, Relation.STOPS),
        reasons="Projektet har inte lämnat den lägesrapport som beslutet kräver.",
        points=["Utbetalningen stoppas tills lägesrapporten har kommit in och godkänts."],
    )


def recover(signed, officer, amount):
    return write(
        begin(signed, officer, Relation.RECOVERS),
        amount_kind="cash",
        amount=amount,
        reasons="Projektet har använt stödet till annat än det beviljades för.",
        points=[
            (
                f"Peak Jämtland ekonomisk förening ska betala tillbaka {format_kronor(amount)} inom 30 "
                "dagar. Beloppet återförs till de medel som det togs från."
            )
        ],
    )


@pytest.mark.parametrize("basis", sorted(BASES))
@pytest.mark.parametrize("relation", ["stops", "recovers"])
def test_stopped_payment_and_recovery(decided, officer, delegate_user, basis, relation):
    with time_machine.travel(DAY, tick=True):
        signed = decided(basis)
        draft = stop(signed, officer) if relation == "stops" else recover(signed, officer, 90_000)
        later = finish(draft, officer, delegate_user)
    golden(later, f"{relation}-{basis}")
    expected = {"own": AppealRoute.BOARD, "596": AppealRoute.NONE, "1468": AppealRoute.SERVICE}
    assert route_of(later) == expected[basis]
    assert Application.objects.get(pk=signed.application_id).status == "granted"


def test_no_more_is_recovered_than_was_granted(decided, officer, delegate_user):
    signed = decided("own")
    assert "recovery" in left_to_do(recover(signed, officer, signed.amount + 1))
    Decision.objects.filter(relation="recovers").delete()
    finish(recover(signed, officer, 90_000), officer, delegate_user)
    assert recovered_of(signed) == 90_000
    over = recover(signed, officer, signed.amount - 90_000 + 1)
    assert "recovery" in left_to_do(over)
    Decision.objects.filter(pk=over.pk).update(amount=None, amount_kind="none")
    assert "recovery" in left_to_do(parts(over.pk))


def test_what_an_extension_added_may_be_recovered_too(decided, officer, delegate_user):
    signed = decided("own", amount=PART)
    finish(extend(signed, officer), officer, delegate_user)
    whole = recover(signed, officer, signed.amount + 100_000)
    assert left_to_do(whole) == set()
    Decision.objects.filter(pk=whole.pk).update(amount=signed.amount + 100_001)
    assert "recovery" in left_to_do(parts(whole.pk))


def test_what_fits_what(decided, officer, delegate):
    grant = decided("own")
    assert relations_for(grant) == list(Relation)
    other = factories.make_signed_decision(user=officer, delegate=delegate, kind="other")
    assert relations_for(other) == [
        Relation.CORRECTS, Relation.AMENDS, Relation.REVOKES,
    ]  # fmt: skip
    for relation in (Relation.EXTENDS, Relation.STOPS, Relation.RECOVERS):
        with pytest.raises(Refusal, match="Bara"):
            draft_change(decision_id=other.pk, actor=officer, relation=relation)


def test_an_amended_amount_is_the_grants(decided, officer, delegate_user):
    signed = decided("own")
    draft = write(
        begin(signed, officer, Relation.AMENDS),
        amount_kind="cash",
        amount=200_000,
        points=["Bidraget är högst 200 000 kronor. Finansiering sker som tidigare."],
    )
    finish(draft, officer, delegate_user)
    assert Application.objects.get(pk=signed.application_id).granted_amount == 200_000


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DecisionKind.GRANT, "assessed"),
        (DecisionKind.REJECTION, "assessed"),
        (DecisionKind.DISMISSAL, "submitted"),
    ],
)
def test_what_is_revoked_is_tried_again(decided, officer, delegate_user, kind, status):
    signed = decided("own", kind)
    finish(write(begin(signed, officer, Relation.REVOKES)), officer, delegate_user)
    application = Application.objects.get(pk=signed.application_id)
    assert (application.status, application.granted_amount) == (status, None)
    assert Relation.REVOKES not in relations_for(signed)
    if status == "assessed":
        again = draft_from_application(
            application_id=application.pk, actor=officer, kind=DecisionKind.REJECTION
        )
        finish(write(again), officer, delegate_user)
        assert Application.objects.get(pk=application.pk).status == "rejected"


def revoke(signed, officer, signer):
    return finish(write(begin(signed, officer, Relation.REVOKES)), officer, signer)


def granted(signed):
    return Application.objects.get(pk=signed.application_id).granted_amount


def test_the_grant_follows_its_extensions_amended_and_revoked(decided, officer, delegate_user):
    signed = decided("own", amount=PART)
    extension = finish(extend(signed, officer), officer, delegate_user)
    amended = write(
        begin(extension, officer, Relation.AMENDS),
        amount_kind="cash",
        amount=80_000,
        points=["Bidraget höjs med 80 000 kronor i stället. Finansiering sker som tidigare."],
    )
    finish(amended, officer, delegate_user)
    assert granted(signed) == signed.amount + 80_000
    revoke(extension, officer, delegate_user)
    assert granted(signed) == signed.amount
    assert last_day_of(signed) == signed.ends_on


def test_a_grant_that_was_corrected_before_corrections_counted_is_what_the_correction_says(
    decided, officer, delegate_user, registrar
):
    as_corrected = import_module("decisions.migrations.0035_grants_as_corrected").as_corrected
    signed = decided("own", amount=PART)

    def upgraded(before):
        Application.objects.filter(pk=signed.application_id).update(granted_amount=before)
        for _time in range(2):
            as_corrected(apps, None)
        return granted(signed)

    assert upgraded(PART - 1) == PART - 1, "only where a later decision says an amount"
    extension = finish(extend(signed, officer), officer, delegate_user)
    assert upgraded(PART + 100_000) == PART + 100_000
    correction = write(
        begin(signed, officer, Relation.CORRECTS),
        amount_kind="cash",
        amount=180_000,
        points=["Beloppet är 180 000 kronor. Finansiering sker som tidigare."],
    )
    correction = finish(correction, officer, delegate_user)
    assert granted(signed) == 280_000, "as the signature does it now"
    assert upgraded(PART + 100_000) == 280_000
    told = Event.objects.filter(action="application_grant_changed").latest("pk")
    assert told.text.replace("\u00a0", " ") == (
        "Bidraget är 280 000 kronor, förut 300 000 kronor. Det är vad besluten säger."
    )
    assert (told.object_id, told.data) == (signed.application_id, {"amount": 280_000, "before": 300_000})
    assert upgraded(280_000) == 280_000
    assert Event.objects.filter(action="application_grant_changed").latest("pk") == told
    revoke(correction, officer, delegate_user)
    assert upgraded(280_000) == 300_000
    appeal = annul(extension, registrar)
    assert upgraded(300_000) == 300_000, "the ruling is not final"
    appeals.close_appeal(appeal_id=appeal.pk, final_on=timezone.localdate(), actor=registrar)
    assert upgraded(300_000) == PART


def test_an_amended_recovery_leaves_the_grant_and_a_revoked_one_counts_for_nothing(
    decided, officer, delegate_user
):
    signed = decided("own")
    recovery = finish(recover(signed, officer, 90_000), officer, delegate_user)
    amended = write(
        begin(recovery, officer, Relation.AMENDS),
        amount_kind="cash",
        amount=50_000,
        points=["Beloppet är 50 000 kronor. Finansiering sker som tidigare."],
    )
    finish(amended, officer, delegate_user)
    assert (granted(signed), recovered_of(signed)) == (signed.amount, 50_000)
    revoke(recovery, officer, delegate_user)
    assert recovered_of(signed) == 0
    assert left_to_do(recover(signed, officer, signed.amount)) == set()


def annul(signed, registrar):
    today = timezone.localdate()
    appeal = appeals.register_appeal(
        decision_id=signed.pk, received_on=today, appellant="Karin", actor=registrar, received_at_court=True
    )
    return appeals.decide_appeal(appeal_id=appeal.pk, outcome="annulled", outcome_on=today, actor=registrar)


def test_a_new_decision_stands_when_the_old_one_falls_again(decided, officer, registrar, delegate_user):
    """Annulled by the court, revoked, decided anew; then the ruling becomes final."""
    first = decided("own")
    appeal = annul(first, registrar)
    revoke(first, officer, delegate_user)
    again = draft_from_application(
        application_id=first.application_id, actor=officer, kind=DecisionKind.GRANT
    )
    second = finish(write(again), officer, delegate_user)
    appeals.close_appeal(appeal_id=appeal.pk, final_on=timezone.localdate(), actor=registrar)
    assert granted(second) == second.amount
    # Of what has fallen, only what was paid can be claimed back and slips be put right.
    assert relations_for(first) == [Relation.CORRECTS, Relation.RECOVERS]
    assert left_to_do(recover(first, officer, 90_000)) == set()


def test_a_court_that_annuls_has_it_tried_again(decided, officer, registrar, delegate_user):
    signed = decided("own")
    appeal = annul(signed, registrar)
    assert granted(signed) == signed.amount
    appeals.close_appeal(appeal_id=appeal.pk, final_on=timezone.localdate(), actor=registrar)
    application = Application.objects.get(pk=signed.application_id)
    assert (application.status, application.granted_amount) == ("assessed", None)


def close(appeal, registrar):
    appeals.close_appeal(appeal_id=appeal.pk, final_on=timezone.localdate(), actor=registrar)


def test_a_court_that_annuls_an_extension_or_an_amendment_takes_its_amount_with_it(
    decided, officer, registrar, delegate_user
):
    signed = decided("own", amount=PART)
    extension = finish(extend(signed, officer), officer, delegate_user)
    assert granted(signed) == PART + 100_000
    close(annul(extension, registrar), registrar)
    application = Application.objects.get(pk=signed.application_id)
    assert (application.status, application.granted_amount) == ("granted", PART)
    event = Event.objects.filter(action="application_grant_changed").latest("pk")
    assert event.data == {
        "amount": PART,
        "before": PART + 100_000,
        "decision": f"Domstolen upphävde beslut {extension.printed_number}",
    }


def lower(signed, officer, amount):
    return write(
        begin(signed, officer, Relation.AMENDS),
        amount_kind="cash",
        amount=amount,
        points=[f"Bidraget är {format_kronor(amount)}. Finansiering sker som tidigare."],
    )


def test_what_the_court_decides_holds_though_the_frame_does_not(decided, officer, registrar, delegate_user):
    """The lowered amount was given to others; the ruling gives it back all the same, and is registered."""
    signed = decided("own", amount=PART)
    amended = finish(lower(signed, officer, 90_000), officer, delegate_user)
    assert granted(signed) == 90_000
    Call.objects.filter(pk=signed.application.call_id).update(frame=100_000)
    close(annul(amended, registrar), registrar)
    assert granted(signed) == PART


def test_an_annulled_recovery_leaves_the_grant(decided, officer, registrar, delegate_user):
    signed = decided("own")
    recovery = finish(recover(signed, officer, 90_000), officer, delegate_user)
    close(annul(recovery, registrar), registrar)
    assert (granted(signed), recovered_of(signed)) == (signed.amount, 0)


def test_the_one_signed_last_of_a_day_decides_though_it_was_drafted_first(assessed, officer, delegate_user):
    application = assessed("own")
    declare(application, delegate_user)
    grant, rejection = (
        write(draft_from_application(application_id=application.pk, actor=officer, kind=kind))
        for kind in (DecisionKind.GRANT, DecisionKind.REJECTION)
    )
    assert grant.pk < rejection.pk
    revoke(finish(rejection, officer, delegate_user), officer, delegate_user)
    signed = finish(grant, officer, delegate_user)
    assert decides(signed)
    revoke(signed, officer, delegate_user)
    application.refresh_from_db()
    assert (application.status, application.granted_amount) == ("assessed", None)


def test_nothing_is_added_to_a_grant_that_has_fallen(decided, officer, registrar, delegate_user):
    """Neither when it was revoked nor when a court annulled it: what prolonged it fell with it."""
    signed = decided("own", amount=PART)
    extension = finish(extend(signed, officer), officer, delegate_user)
    waiting = lower(extension, officer, 80_000)
    assert left_to_do(waiting) == set()
    close(annul(signed, registrar), registrar)
    assert left_to_do(parts(waiting.pk)) == {"changes"}
    for relation in (Relation.EXTENDS, Relation.AMENDS):
        with pytest.raises(Refusal, match="bygger på är upphävt"):
            begin(parts(extension.pk), officer, relation)
    # Slips are put right all the same, and it may be said in so many words that it is revoked.
    assert relations_for(parts(extension.pk)) == [Relation.CORRECTS, Relation.REVOKES]


def test_what_revoked_a_decision_can_itself_be_amended_and_revoked(decided, officer, delegate_user):
    """That the first one has fallen is what it says: it stands for that."""
    signed = decided("own")
    revocation = revoke(signed, officer, delegate_user)
    assert relations_for(revocation) == [Relation.CORRECTS, Relation.AMENDS, Relation.REVOKES]
    assert "changes" not in left_to_do(begin(revocation, officer, Relation.AMENDS))


def test_a_basis_whose_time_is_out_still_bears_what_rests_on_it(decided, officer):
    signed = decided("own")
    yesterday = timezone.localdate() - timedelta(days=1)
    type(signed.legal_basis).objects.filter(pk=signed.legal_basis_id).update(valid_to=yesterday)
    assert left_to_do(stop(parts(signed.pk), officer)) == set()


def test_a_stopped_payment_is_let_go_again(decided, officer, delegate_user):
    """Under 2022:1468, where that too may be appealed."""
    stopped = finish(stop(decided("1468"), officer), officer, delegate_user)
    again = revoke(stopped, officer, delegate_user)
    assert "28, 29, 32 och 33" in again.appeal_text
    assert route_of(again) == AppealRoute.SERVICE


def test_the_database_ties_kind_and_relation(decided, officer):
    signed = decided("own")
    draft = stop(signed, officer)
    for fields in ({"kind": "recovery"}, {"relation": "extends"}, {"relation": "", "changes": None}):
        with pytest.raises(Error), transaction.atomic():
            Decision.objects.filter(pk=draft.pk).update(**fields)


def test_the_portal_guesses_no_appeal(decided, officer, delegate_user):
    """A correction of a recovery under 2022:1468 may be appealed as that may; which words are right is not
    known, and so it is stopped."""
    signed = decided("1468")
    later = finish(recover(signed, officer, 90_000), officer, delegate_user)
    assert appeal_text(begin(later, officer, Relation.CORRECTS)) == ""


def test_the_file_follows_both_standards(decided):
    file = decided("596").document.file
    assert_valid(read_frozen(file.storage_name, sha256=file.sha256))
