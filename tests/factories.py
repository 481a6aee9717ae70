"""Rows for tests: plain functions with defaults, each default overridable by keyword.

What a life cycle makes (a submitted application, a signed decision) is made by the services, not here.
"""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pgtrigger
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from applications.aid import asked_declarations
from applications.models import (
    Activity,
    Application,
    Attachment,
    BudgetAmount,
    BudgetLine,
    Declaration,
    Financing,
    Indicator,
    Partner,
    Project,
)
from calls.models import (
    Call,
    CallQuestion,
    Criterion,
    EuroRate,
    Inquiry,
    LegalBasis,
    Meeting,
    MeetingSeries,
    Participation,
    Registration,
    Strategy,
    StrengthArea,
    Subscription,
)
from decisions.models import (
    BasisDocument,
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    Decision,
    DecisionDeclaration,
    DecisionDocument,
    DecisionPoint,
    Delegate,
    DelegationClause,
    DelegationOrder,
    ExtractRecipient,
    Publication,
    SecrecyReview,
)
from decisions.models.considered import text_mark_of
from decisions.services.addressing import make_addressees
from s3portal.accounts.models import Membership, Organisation, StaffRole, User
from s3portal.common.files import sha256_hex
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, SecrecyMark
from s3portal.diary.services import open_case, register_record, store_record_file

PASSWORD = "ett-långt-lösenord-för-tester"

_numbers = count(1)


def next_number() -> int:
    return next(_numbers)


# --- Accounts -------------------------------------------------------------------------------------------
def make_user(email: str | None = None, **fields: Any) -> User:
    """A person with a verified address and the password ``PASSWORD``."""
    email = email or f"person{next_number()}@example.org"
    password = fields.pop("password", PASSWORD)
    user = User.objects.create_user(email, password, **({"full_name": "Pia Person"} | fields))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_staff(role: str, email: str | None = None, **fields: Any) -> User:
    """A person of the region with one role (a value of ``accounts.enums.Role``)."""
    user = make_user(email, **({"unit": "Regional utveckling", "phone": "063-14 75 00"} | fields))
    StaffRole.objects.create(user=user, role=role)
    return user


def make_org_number(serial: int | None = None) -> str:
    """An org.nr of an ekonomisk förening (7…) with the right check digit."""
    digits = f"769{(serial or next_number()):06d}"
    doubled = [int(digit) * (2 - position % 2) for position, digit in enumerate(digits)]
    check = -sum(number // 10 + number % 10 for number in doubled) % 10
    return f"{digits[:6]}-{digits[6:]}{check}"


def make_organisation(**fields: Any) -> Organisation:
    number = next_number()
    defaults = {
        "name": f"Förening {number}",
        "org_number": make_org_number(number),
        "postal_address": "Kyrkgatan 1, 831 31 Östersund",
        "email": f"forening{number}@example.org",
    }
    return Organisation.objects.create(**(defaults | fields))


def make_membership(*, user: User, organisation: Organisation, **fields: Any) -> Membership:
    defaults = {"role": "owner", "is_signatory": False, "confirmed_at": timezone.now()}
    return Membership.objects.create(user=user, organisation=organisation, **(defaults | fields))


# --- Calls ----------------------------------------------------------------------------------------------
def make_strategy(**fields: Any) -> Strategy:
    defaults = {"name": f"Smart specialisering {next_number()}", "first_year": 2021, "last_year": 2027}
    return Strategy.objects.create(**(defaults | fields))


def make_area(**fields: Any) -> StrengthArea:
    number = next_number()
    defaults: dict[str, Any] = {
        "slug": f"omrade-{number}",
        "name": f"Styrkeområde {number}",
        "summary": "Det regionen är bra på.",
        "color": "blue",
        "icon": "bock",
        "order": number,
    }
    if "strategy" not in fields:
        defaults["strategy"] = Strategy.objects.first() or make_strategy()
    return StrengthArea.objects.create(**(defaults | fields))


def make_legal_basis(**fields: Any) -> LegalBasis:
    """The region's own money unless told otherwise: may be tried for legality, no cap of its own."""
    defaults: dict[str, Any] = {
        "code": f"egna-medel-{next_number()}",
        "name": "Regionens egna medel",
        "valid_from": date(2021, 1, 1),
        "appeal_rule": "legality_review",
    }
    return LegalBasis.objects.create(**(defaults | fields))


def make_euro_rate(**fields: Any) -> EuroRate:
    defaults = {"valid_from": date(2021, 1, 1), "sek_per_euro": 11, "source": "Europeiska centralbanken"}
    return EuroRate.objects.create(**(defaults | fields))


def make_call(*, areas: list[StrengthArea] | None = None, **fields: Any) -> Call:
    """A published call that opened ten days ago and closes in thirty days."""
    number = next_number()
    now = timezone.now()
    defaults: dict[str, Any] = {
        "slug": f"utlysning-{number}",
        "title": f"Utlysning {number}",
        "summary": "Vi söker kluster som utvecklar styrkeområden.",
        "text": "Så här går det till.",
        "who_may_apply": "Aktörer som kan samordna ett kluster.",
        "frame": 10_000_000,
        "max_aid_percent": 50,
        "opens_at": now - timedelta(days=10),
        "closes_at": now + timedelta(days=30),
        "status": "published",
        "published_at": now - timedelta(days=10),
    }
    if "legal_basis" not in fields:
        defaults["legal_basis"] = LegalBasis.objects.first() or make_legal_basis()
    if fields.get("status") == "draft":
        defaults["published_at"] = None
    call = Call.objects.create(**(defaults | fields))
    call.areas.set(areas if areas is not None else [make_area()])
    call.contacts.create(order=1, name="Hanna Handläggare", email="officer@example.org")
    return call


def make_criterion(*, call: Call, **fields: Any) -> Criterion:
    defaults = {
        "order": call.criteria.count() + 1,
        "title": "Samverkan",
        "text": "Hur samverkar ni?",
        "weight": 50,
    }
    return Criterion.objects.create(call=call, **(defaults | fields))


def make_question(*, call: Call, **fields: Any) -> CallQuestion:
    """A short text that must be answered, after the questions that are there."""
    defaults: dict[str, Any] = {
        "order": call.questions.count() + 1,
        "label": f"Fråga {next_number()}",
        "kind": "short",
    }
    return CallQuestion.objects.create(call=call, **(defaults | fields))


def make_meeting(**fields: Any) -> Meeting:
    """An information meeting in a week, an hour long."""
    starts_at: datetime = fields.get("starts_at") or timezone.now() + timedelta(days=7)
    defaults: dict[str, Any] = {
        "kind": "information",
        "title": f"Informationsmöte {next_number()}",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "link": "https://video.example.org/mote",
    }
    return Meeting.objects.create(**(defaults | fields))


def make_inquiry(*, call: Call | None = None, **fields: Any) -> Inquiry:
    """A question that waits for an answer, from somebody who wants it by mail."""
    defaults: dict[str, Any] = {
        "question": f"Kan vi söka tillsammans med {next_number()} andra?",
        "asker_name": "Ulla Undrande",
        "asker_email": f"ulla{next_number()}@example.org",
    }
    return Inquiry.objects.create(call=call or make_call(), **(defaults | fields))


def make_subscription(*, areas: list[StrengthArea] | None = None, **fields: Any) -> Subscription:
    """Everything, unless it is some ``areas``."""
    defaults = {"email": f"foljer{next_number()}@example.org", "everything": areas is None}
    subscription = Subscription.objects.create(**(defaults | fields))
    subscription.areas.set(areas or [])
    return subscription


def make_meeting_series(**fields: Any) -> MeetingSeries:
    number = next_number()
    return MeetingSeries.objects.create(**({"slug": f"serie-{number}", "title": f"Serie {number}"} | fields))


def make_participation(*, meeting: Meeting, place: str = "room", **fields: Any) -> Participation:
    """Somebody registered for ``meeting``, or for its series; a person's own fields (``name``,
    ``organisation``, ``email``, ``meal_wishes``) may be given among the participation's."""
    number = next_number()
    person: dict[str, Any] = {"name": f"Deltagare {number}", "email": f"deltagare{number}@example.org"}
    for name in ("name", "organisation", "email", "meal_wishes", "created_at"):
        if name in fields:
            person[name] = fields.pop(name)
    to = {"series": meeting.series} if meeting.series else {"meeting": meeting}
    registration = fields.pop("registration", None) or Registration.objects.create(**to, **person)
    if place == "waiting":
        fields.setdefault("wants_room_since", timezone.now())
    return Participation.objects.create(registration=registration, meeting=meeting, place=place, **fields)


# --- Applications ---------------------------------------------------------------------------------------
def make_application(*, user: User, call: Call | None = None, **fields: Any) -> Application:
    """A draft by ``user``, complete enough to be submitted to a call of ``make_call``.

    Costs 600 000 kr in personnel over two years; 300 000 kr applied for, 200 000 kr in cash and 100 000 kr in
    working time (250 h at 400 kr). ``empty=True`` leaves everything for the applicant to fill in.
    """
    empty = fields.pop("empty", False)
    call = call or make_call()
    year = timezone.localdate().year + 1
    defaults: dict[str, Any] = {
        "organisation": user.organisations.first(),
        "created_by": user,
        "updated_by": user,
    }
    if not empty:
        defaults |= {
            "title": f"Kluster {next_number()}",
            "summary": "Vi samlar företag i fjällen.",
            "background": "Företagen saknar kontakt med forskare.",
            "aims": "Fler företag samarbetar om forskning.",
            "target_group": "Besöksföretag i fjällen.",
            "activities": "Möten, kurser och en gemensam testbädd.",
            "expected_results": "En testbädd som drivs vidare.",
            "strategy_link": "Projektet utvecklar upplevelser.",
            "economic_sustainability": "Fler helårsjobb.",
            "environmental_sustainability": "Färre transporter.",
            "social_sustainability": "Lika många kvinnor som män deltar.",
            "risks": "Få anmäler sig; då tar vi hjälp av branschen.",
            "dissemination": "Vi följer upp med en enkät.",
            "contact_name": user.full_name,
            "contact_email": user.email,
            "contact_phone": "063-10 00 00",
            "starts_on": date(year, 1, 1),
            "ends_on": date(year + 1, 12, 31),
            "municipalities": ["2380"],
            "applied_amount": 300_000,
            "publication_consent": True,
            "has_other_aid": False,
        }
        if call.legal_basis.de_minimis_ceiling_eur is not None:
            defaults["has_de_minimis_aid"] = False
        elif call.legal_basis.state_aid_allowed:
            defaults["operating_aid_years"] = 2
    application = Application.objects.create(call=call, **(defaults | fields))
    if not empty:
        application.areas.set(call.areas.all()[:1])
        make_activity(application=application)
        make_declarations(application=application, user=user)
        make_budget_line(application=application, amounts={year: 300_000, year + 1: 300_000})
        make_financing(application=application, financier="Peak Jämtland", kind="cash", amount=200_000)
        make_financing(
            application=application,
            financier="Företagen",
            kind="in_kind",
            hours=250,
            hourly_rate=400,
            amount=100_000,
        )
    return application


def make_declarations(*, application: Application, user: User) -> list[Declaration]:
    """Everything that the legal basis of the call asks for and nobody has declared yet."""
    return [
        Declaration.objects.get_or_create(application=application, kind=kind, defaults={"declared_by": user})[
            0
        ]
        for kind in asked_declarations(application.call.legal_basis)
    ]


def make_budget_line(
    *,
    application: Application,
    amounts: dict[int, int] | None = None,
    year: int = 0,
    amount: int = 300_000,
    **fields: Any,
) -> BudgetLine:
    """With ``amounts`` by year, or ``amount`` in ``year`` (next year); hours when ``by_hours``."""
    defaults = {"category": "personnel", "order": application.budget_lines.count() + 1}
    line = BudgetLine.objects.create(application=application, **(defaults | fields))
    cells = amounts or {year or timezone.localdate().year + 1: amount}
    rate = line.hourly_rate
    BudgetAmount.objects.bulk_create(
        BudgetAmount(
            line=line,
            year=cell,
            hours=number if line.by_hours else None,
            amount=(None if rate is None else number * rate) if line.by_hours else number,
        )
        for cell, number in cells.items()
    )
    return line


def make_attachment(*, application: Application, **fields: Any) -> Attachment:
    """A small PDF that lies in the storage."""
    content = b"%PDF-1.4 intyg"
    name = default_storage.save(f"applications/{next_number()}.pdf", ContentFile(content))
    defaults: dict[str, Any] = {
        "kind": "other",
        "filename": f"bilaga-{next_number()}.pdf",
        "content_type": "application/pdf",
        "storage_name": name,
        "size": len(content),
        "sha256": sha256_hex(content),
        "uploaded_by": application.created_by,
    }
    return Attachment.objects.create(application=application, **(defaults | fields))


def make_financing(*, application: Application, **fields: Any) -> Financing:
    defaults = {
        "order": application.financing.count() + 1,
        "financier": "Kommunen",
        "kind": "cash",
        "amount": 0,
    }
    return Financing.objects.create(application=application, **(defaults | fields))


def make_partner(*, application: Application, **fields: Any) -> Partner:
    defaults: dict[str, Any] = {
        "order": application.partners.count() + 1,
        "name": f"Samverkanspart {next_number()}",
        "org_number": make_org_number(),
        "contact_name": "Petra Partner",
        "contact_email": "petra@example.org",
        "role": "Leder testbädden.",
        "receives_aid": False,
    }
    return Partner.objects.create(application=application, **(defaults | fields))


def make_activity(*, application: Application, **fields: Any) -> Activity:
    defaults: dict[str, Any] = {
        "order": application.activity_rows.count() + 1,
        "what": "Bygga en testbädd",
        "starts_on": application.starts_on,
        "ends_on": application.starts_on and application.starts_on + timedelta(days=60),
        "responsible": "Projektledaren",
    }
    return Activity.objects.create(application=application, **(defaults | fields))


def make_indicator(*, application: Application, **fields: Any) -> Indicator:
    defaults: dict[str, Any] = {
        "order": application.indicators.count() + 1,
        "name": "Företag som samverkar",
        "unit": "företag",
        "target": "12",
    }
    return Indicator.objects.create(application=application, **(defaults | fields))


def make_project(**fields: Any) -> Project:
    number = next_number()
    defaults: dict[str, Any] = {
        "slug": f"projekt-{number}",
        "title": f"Projekt {number}",
        "owner": "Peak Jämtland",
        "budget": 1_000_000,
        "starts_on": date(2022, 1, 1),
        "ends_on": date(2024, 12, 31),
        "published": True,
    }
    return Project.objects.create(**(defaults | fields))


# --- Diary and decisions --------------------------------------------------------------------------------
def make_case(**fields: Any) -> Case:
    defaults: dict[str, Any] = {"actor": None, "prefix": "RUN", "title": "Deltagande i ett projekt"}
    return open_case(**(defaults | fields))


def mark_secret(case: Case, part: str = "counterpart", **fields: Any) -> SecrecyMark:
    """Something in the case marked as secret, without the road through the service. The case's own columns
    follow in the database; read it again."""
    defaults: dict[str, Any] = {"provision": "30:27", "reason": "Affärsplaner."}
    return SecrecyMark.objects.create(case=case, part=part, **(defaults | fields))


def make_committee(*, members: list[User] | None = None, **fields: Any) -> Committee:
    defaults = {"slug": f"namnd-{next_number()}", "name": "regionala utvecklingsnämnden"}
    committee = Committee.objects.create(**(defaults | fields))
    for user in members or []:
        CommitteeMember.objects.create(committee=committee, user=user, valid_from=date(2023, 1, 1))
    return committee


def make_committee_meeting(*, committee: Committee | None = None, **fields: Any) -> CommitteeMeeting:
    """A meeting of the nämnd in two weeks."""
    defaults: dict[str, Any] = {"starts_at": timezone.now() + timedelta(days=14, seconds=next_number())}
    return CommitteeMeeting.objects.create(committee=committee or make_committee(), **(defaults | fields))


def make_delegation_order(*, committee: Committee | None = None, **fields: Any) -> DelegationOrder:
    """In force from a year ago until a year ahead."""
    today = timezone.localdate()
    defaults: dict[str, Any] = {
        "title": "Delegationsordning för regionala utvecklingsnämnden",
        "period": "2023–2026",
        "valid_from": today - timedelta(days=365),
        "valid_to": today + timedelta(days=365),
    }
    defaults["status"] = "adopted"
    return DelegationOrder.objects.create(committee=committee or make_committee(), **(defaults | fields))


def make_clause(*, order: DelegationOrder | None = None, **fields: Any) -> DelegationClause:
    """Every kind of decision, below 500 000 kr; in an adopted order too, where the portal adds none."""
    defaults: dict[str, Any] = {
        "number": f"8.{next_number()}",
        "text": "Beslut om medfinansiering",
        "kinds": ["grant", "rejection", "participation", "other"],
        "ceiling": 500_000,
    }
    with pgtrigger.ignore("decisions.DelegationClause:clause_frozen"):
        return DelegationClause.objects.create(order=order or make_delegation_order(), **(defaults | fields))


def rewrite(row: Any, **fields: Any) -> None:
    """Another text in a row of a delegation order than the one that was adopted, which only a test may do."""
    frozen = (
        "DelegationClause:clause_frozen",
        "Delegate:delegate_stands",
        "DelegationOrder:adopted_order_stands",
    )
    with pgtrigger.ignore(*(f"decisions.{name}" for name in frozen)):
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))


def make_delegate(*, user: User, clause: DelegationClause | None = None, **fields: Any) -> Delegate:
    defaults: dict[str, Any] = {
        "office": "regional utvecklingsdirektör",
        "valid_from": timezone.localdate() - timedelta(days=300),
    }
    return Delegate.objects.create(user=user, clause=clause or make_clause(), **(defaults | fields))


def let_refuse(user: User, **fields: Any) -> str:
    """The person may refuse requests for copies by punkt 1.4; the key of that."""
    clause = make_clause(number="1.4", text="Utlämnande", kinds=["other"], ceiling=None, **fields)
    return str(make_delegate(user=user, clause=clause, office="registrator").pk)


def make_decision(*, user: User, delegate: Delegate | None = None, **fields: Any) -> Decision:
    """A draft by ``user`` on participation, with all that is asked for before it is proposed.

    ``bare=True``: without points, basis documents and recipients. ``declared=False``: without the answers of
    ``user`` and the delegate that there is no jäv. ``considered=False``: nobody has tried the secrecy.
    """
    bare, declared = fields.pop("bare", False), fields.pop("declared", True)
    considered = fields.pop("considered", True)
    today = timezone.localdate()
    defaults: dict[str, Any] = {
        "kind": "participation",
        "title": "Deltagande i projektet Klusterkraft",
        "unit": "Regional utveckling",
        "case_officer_name": user.full_name,
        "case_officer_phone": user.phone,
        "case_officer_email": user.email,
        "background": "Regionen är partner i projektet Klusterkraft.",
        "reasons": "Projektet bidrar till den regionala utvecklingsstrategin.",
        "amount_kind": "in_kind",
        "amount": 150_000,
        "starts_on": today + timedelta(days=30),
        "ends_on": today + timedelta(days=300),
        "created_by": user,
        "updated_by": user,
    }
    if "case" not in fields:
        defaults["case"] = make_case()
    if "legal_basis" not in fields:
        defaults["legal_basis"] = LegalBasis.objects.first() or make_legal_basis()
    if delegate is not None:
        defaults |= {"delegate": delegate, "clause": delegate.clause}
    decision = Decision.objects.create(**(defaults | fields))
    if declared and decision.application_id is None:
        for person in {user, delegate.user} if delegate is not None else {user}:
            declare_none(decision, person)
    if not bare:
        DecisionPoint.objects.create(
            decision=decision,
            order=1,
            text="Region Jämtland Härjedalen deltar i projektet med arbetstid om 150 000 kronor.",
        )
        DecisionPoint.objects.create(
            decision=decision, order=2, text="Finansiering sker inom ram för område Hållbar tillväxt."
        )
        BasisDocument.objects.create(decision=decision, order=1, title="Projektbeskrivning Klusterkraft")
        ExtractRecipient.objects.create(
            decision=decision, order=1, name="Projektägaren", email="agare@example.org"
        )
    if considered:
        consider(decision)
    return decision


def consider(*decisions: Decision) -> None:
    """Who made each has tried its secrecy as the text is stored now: nothing in it is secret. Said anew when
    a test has changed the text."""
    for decision in Decision.objects.with_parts().filter(pk__in=[one.pk for one in decisions]):
        SecrecyReview.objects.create(
            decision=decision, outcome="none", by=decision.created_by, text_mark=text_mark_of(decision)
        )


def declare_none(decision: Decision, *people: User) -> None:
    """Each answers that there is no jäv in the decision."""
    for person in people:
        DecisionDeclaration.objects.create(
            decision=decision, person=person, ground="none", declared_by=person
        )


def make_signed_decision(
    *, user: User, published: bool = False, document: bool = True, **fields: Any
) -> Decision:
    """As it stands after the signature, without the cost of rendering and sealing; the road through
    ``sign_decision`` is tested on its own. ``user`` is officer and, unless ``signed_elsewhere``, signer.

    ``document=False``: the PDF is not made yet. ``recipients``: (name, address) of those under Utdrag till.
    ``points``: more points after the first.
    """
    elsewhere = fields.pop("signed_elsewhere", False)
    recipients, points = fields.pop("recipients", None), fields.pop("points", [])
    snapshot: dict[str, Any] = {
        "status": "signed",
        "decided_on": timezone.localdate(),
        "signed_at": None if elsewhere else timezone.now(),
        "signed_by": None if elsewhere else user,
        "signed_elsewhere": elsewhere,
        "signatory_name": "Doris Direktör",
        "signatory_title": "Regional utvecklingsdirektör",
        "order_title": "Delegationsordning för regionala utvecklingsnämnden",
        "clause_number": "8.2",
        "clause_text": "Beslut om medfinansiering",
        "committee_name": "regionala utvecklingsnämnden",
        "appeal_text": "",
    }
    for name in [*snapshot, "slug", "reportable", "full_text"]:
        if name in fields:
            snapshot[name] = fields.pop(name)
    decision = make_decision(user=user, **fields)
    if recipients is not None:
        decision.extract_recipients.all().delete()
        for order, (name, email) in enumerate(recipients, start=1):
            ExtractRecipient.objects.create(decision=decision, order=order, name=name, email=email)
    for order, text in enumerate(points, start=decision.points.count() + 1):
        DecisionPoint.objects.create(decision=decision, order=order, text=text)
    Decision.objects.filter(pk=decision.pk).update(
        proposed_by=user,
        proposed_at=timezone.now(),
        **({"slug": _free_slug(decision), "full_text": decision.background} | snapshot),
    )
    decision.refresh_from_db()
    if document:
        record = register_record(
            actor=user, case=decision.case, direction=Direction.DRAWN_UP, title=f"Beslut: {decision.title}"
        )
        file = store_record_file(
            record=record,
            filename=f"beslut-{decision.slug}.pdf",
            content_type="application/pdf",
            content=f"%PDF-1.7 {decision.slug}".encode(),
        )
        DecisionDocument.objects.create(decision=decision, file=file, sealed=not elsewhere)
    if not elsewhere:
        make_addressees(Decision.objects.with_parts().get(pk=decision.pk))
    if published:
        Publication.objects.create(decision=decision, published_by=user)
    return decision


def _free_slug(decision: Decision) -> str:
    number = Decision.objects.filter(case=decision.case, status="signed").count() + 1
    return decision.case.slug if number == 1 else f"{decision.case.slug}-{number}"
