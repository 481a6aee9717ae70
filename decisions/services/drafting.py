"""Starting, saving and removing the draft of a decision. Only drafts are written in."""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.enums import ApplicationStatus
from applications.impartiality import require_declared, require_not_recused
from applications.models import Application
from applications.parts import Difference
from calls.enums import AppealRule
from calls.models import LegalBasis
from decisions.content import COLUMNS, DraftContent, content_differences, content_of
from decisions.enums import AmountKind, DecisionAction, DecisionKind, DecisionStatus
from decisions.models import (
    BasisDocument,
    Decision,
    DecisionPoint,
    Delegate,
    DelegationClause,
    ExtractRecipient,
)
from decisions.rules import may_delete_draft, may_draft
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day, format_kronor, format_percent, in_stockholm
from s3portal.diary.enums import CaseStatus
from s3portal.diary.models import Case, Record
from s3portal.diary.services import open_case

#: Within this time a second press of the same button is the same wish.
TWICE: Final = timedelta(seconds=10)
MAY_NOT_DRAFT = "Du får läsa beslutsutkast men inte skriva i dem."
OWN_KINDS = (DecisionKind.PARTICIPATION, DecisionKind.OTHER)
APPLICATION_KINDS = (DecisionKind.GRANT, DecisionKind.REJECTION, DecisionKind.OTHER)


class DraftConflict(Conflict):
    """Somebody saved the draft after the page was opened. Nothing of this text was stored."""

    def __init__(self, decision: Decision, found: list[Difference], *, actor: User) -> None:
        self.decision = decision
        self.differences = found
        self.saved_by = decision.updated_by
        self.saved_at = decision.updated_at
        who = "Du själv" if self.saved_by == actor else str(self.saved_by or "Portalen")
        moment = in_stockholm(self.saved_at)
        super().__init__(
            f"{who} sparade en annan text den {format_day(moment.date())} kl. {moment:%H.%M.%S}, efter att "
            "du öppnade sidan."
        )


def kinds_for(decision: Decision) -> tuple[DecisionKind, ...]:
    """The kinds a draft may have: those on an application, or those the region takes by itself."""
    return OWN_KINDS if decision.application_id is None else APPLICATION_KINDS


# --- Begin ------------------------------------------------------------------------------------------------
@transaction.atomic
def start_decision(
    *, actor: User, kind: DecisionKind, title: str, case: Case | None = None, counterpart: str = ""
) -> Decision:
    """A decision without an application: in a case that exists, or in one opened now under ``title``.

    The same one begun by the same person a moment ago is given back, so pressing twice opens one case.
    Raises Refusal for a cancelled case and for kinds that need an application.
    """
    _require_drafter(actor)
    if kind not in OWN_KINDS:
        raise Refusal(f"{kind.label} kräver en ansökan. Börja från ansökan i stället.", field="kind")
    begun = _begun_just_now(actor, kind, title, case, counterpart)
    if begun is not None:
        return begun
    if case is None:
        case = open_case(
            actor=actor, prefix=settings.DIARY_PREFIX, title=title, counterpart=counterpart, officer=actor
        )
    elif case.status == CaseStatus.CANCELLED:
        raise Refusal(f"Ärende {case} är makulerat.", field="diary_number")
    today = timezone.localdate()
    decision = _create(actor=actor, case=case, kind=kind, title=title, legal_basis=_own_money(today))
    _note_start(decision, actor)
    return decision


def _begun_just_now(
    actor: User, kind: DecisionKind, title: str, case: Case | None, counterpart: str
) -> Decision | None:
    # One who presses twice waits here for themselves; others do not.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    same = Decision.objects.filter(
        created_by=actor,
        created_at__gte=timezone.now() - TWICE,
        kind=kind,
        title=title,
        version=1,
        status=DecisionStatus.DRAFT,
        application=None,
    )
    same = same.filter(case__counterpart=counterpart) if case is None else same.filter(case=case)
    return same.order_by("-pk").first()


@transaction.atomic
def draft_from_application(*, application_id: int, actor: User, kind: DecisionKind) -> Decision:
    """A draft filled in from what was applied for. One that is already under way is given back instead, so
    pressing twice makes one draft.

    Raises Refusal when the application is decided or withdrawn.
    """
    _require_drafter(actor)
    application = (
        Application.objects.received()
        .select_for_update(of=("self",))
        .select_related("call__legal_basis", "organisation", "case")
        .get(pk=application_id)
    )
    require_declared(actor, application)
    if kind not in APPLICATION_KINDS:
        raise Refusal("Välj bifall, avslag eller ett annat beslut.", field="kind")
    under_way = application.decisions.exclude(status=DecisionStatus.SIGNED).order_by("pk").first()
    if under_way is not None:
        return under_way
    if application.status not in ApplicationStatus.open():
        status = str(ApplicationStatus(application.status).label).lower()
        raise Refusal(f"Ansökan är {status}. Det går inte att fatta ett nytt beslut om den.")
    if application.case is None:
        raise ValueError("a received application has a case")
    decision = _create(
        actor=actor,
        case=application.case,
        kind=kind,
        title=_title(application, kind),
        legal_basis=application.call.legal_basis,
        application=application,
        background=_background(application),
        **_grant_figures(application, kind),
    )
    _write_points(decision, _standard_points(application, kind))
    records = application.case.records.order_by("number")
    _write_basis(decision, ((record.title, record.pk) for record in records))
    email = application.contact_email or application.organisation.email
    ExtractRecipient.objects.create(
        decision=decision, order=1, name=application.organisation.name, email=email
    )
    _note_start(decision, actor)
    return decision


def require_part(decision: Decision, actor: User) -> None:
    """Raises Refusal for who has declared jäv in the application that the decision is on."""
    if decision.application is not None:
        require_not_recused(actor, decision.application)


def _require_drafter(actor: User) -> None:
    if not may_draft(actor):
        raise Refusal(MAY_NOT_DRAFT)


def _create(
    *,
    actor: User,
    case: Case,
    kind: DecisionKind,
    title: str,
    legal_basis: LegalBasis | None,
    **fields: Any,
) -> Decision:
    clause, delegate = _only_authority(kind, timezone.localdate())
    return Decision.objects.create(
        case=case,
        kind=kind,
        title=title[:300],
        unit=actor.unit,
        case_officer_name=actor.full_name,
        case_officer_phone=actor.phone,
        case_officer_email=actor.email,
        legal_basis=legal_basis,
        clause=clause,
        delegate=delegate,
        created_by=actor,
        updated_by=actor,
        **fields,
    )


def _note_start(decision: Decision, actor: User) -> None:
    record_event(
        actor=actor,
        action="decision_started",
        obj=decision,
        text=f"Beslutsutkast i {decision.case}: {decision.title}",
    )


def _own_money(day: date) -> LegalBasis | None:
    """The region's own money, when there is no doubt which row that is."""
    found = LegalBasis.objects.valid_on(day).filter(appeal_rule=AppealRule.LEGALITY_REVIEW)[:2]
    return found[0] if len(found) == 1 else None


def _only_authority(kind: DecisionKind, day: date) -> tuple[DelegationClause | None, Delegate | None]:
    """The clause and the person, each only when there is one to choose."""
    clauses = DelegationClause.objects.valid_on(day).filter(kinds__contains=[kind])[:2]
    if len(clauses) != 1:
        return None, None
    delegates = Delegate.objects.valid_on(day).filter(clause=clauses[0])[:2]
    return clauses[0], delegates[0] if len(delegates) == 1 else None


# --- The standard wording of a decision on an application (domain.md §2) ----------------------------------
def _title(application: Application, kind: DecisionKind) -> str:
    if kind == DecisionKind.GRANT:
        return f"Bidrag till projekt: {application.title}"
    if kind == DecisionKind.REJECTION:
        return f"Avslag på ansökan om bidrag till projekt: {application.title}"
    return f"Projekt: {application.title}"


def _background(application: Application) -> str:
    organisation = application.organisation
    what = (
        f"{organisation.name}, org.nr {organisation.org_number}, har ansökt om "
        f"{format_kronor(application.applied_amount or 0)} till projektet {application.title} inom "
        f"utlysningen {application.call.title}. Projektets totala kostnad är "
        f"{format_kronor(application.total_cost or 0)}."
    )
    paragraphs = [what]
    if application.submitted_at is not None:
        paragraphs.append(f"Ansökan kom in den {format_day(in_stockholm(application.submitted_at).date())}.")
    paragraphs.append(application.summary)
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _grant_figures(application: Application, kind: DecisionKind) -> dict[str, Any]:
    if kind != DecisionKind.GRANT:
        return {}
    return {
        # The database holds no decision on nothing.
        "amount_kind": AmountKind.CASH if application.applied_amount else AmountKind.NONE,
        "amount": application.applied_amount or None,
        "amount_is_ceiling": True,
        "starts_on": application.starts_on,
        "ends_on": application.ends_on,
    }


def _standard_points(application: Application, kind: DecisionKind) -> list[str]:
    region, organisation = settings.REGION["name"], application.organisation
    party = f"{organisation.name}, org.nr {organisation.org_number},"
    if kind == DecisionKind.REJECTION:
        return [f"{region} avslår ansökan från {party} om bidrag till projektet {application.title}."]
    if kind != DecisionKind.GRANT or not application.applied_amount:
        return []
    grant = (
        f"{region} beviljar {party} {_share(application)} av godkända kostnader i projektet "
        f"{application.title}, dock högst {format_kronor(application.applied_amount)}."
    )
    points = [grant]
    if application.starts_on and application.ends_on:
        points.append(
            f"Projektet får påbörjas tidigast {format_day(application.starts_on)} och avslutas senast "
            f"{format_day(application.ends_on)}."
        )
    points.append(f"Finansiering sker inom ramen för utlysningen {application.call.title}.")
    return points


def _share(application: Application) -> str:
    """Applied amount of the total cost, in percent with two decimals, never above the call's cap."""
    share = Fraction((application.applied_amount or 0) * 100, application.total_cost or 1)
    return format_percent(min(share, Fraction(application.call.max_aid_percent)), 2)


# --- Save -------------------------------------------------------------------------------------------------
@transaction.atomic
def save_draft(*, decision_id: int, actor: User, expected_version: int, content: DraftContent) -> Decision:
    """Store all of the draft or nothing. ``expected_version`` is that of the page which was filled in.

    The same text twice is one save, so an automatic save on its way does not fight with the button. Raises
    DraftConflict when somebody has stored another text since then, Refusal when it is no longer a draft.
    Saves leave no trace of their own in the audit trail: a draft is working material, and ``updated_by``
    tells who.
    """
    decision = lock_decision(decision_id)
    require(decision, DecisionAction.SAVE)
    _require_drafter(actor)
    require_part(decision, actor)
    if content.kind not in kinds_for(decision):
        raise Refusal("Välj ett slag av beslut som passar ärendet.", field="kind")
    _require_own_records(decision, content)
    stored = content_of(decision)
    if stored == content:
        return decision
    if decision.version != expected_version:
        raise DraftConflict(decision, content_differences(stored, content), actor=actor)
    for name in COLUMNS:
        setattr(decision, name, getattr(content, name))
    decision.version += 1
    decision.updated_by, decision.updated_at = actor, timezone.now()
    decision.save(update_fields=[*COLUMNS, "version", "updated_by", "updated_at"])
    if stored.points != content.points:
        _write_points(decision, content.points)
    if stored.basis_documents != content.basis_documents:
        _write_basis(decision, ((row.title, row.record_id) for row in content.basis_documents))
    if stored.recipients != content.recipients:
        decision.extract_recipients.all().delete()
        ExtractRecipient.objects.bulk_create(
            ExtractRecipient(decision=decision, order=order, name=row.name, email=row.email)
            for order, row in enumerate(content.recipients, start=1)
        )
    return Decision.objects.with_parts().get(pk=decision.pk)


def lock_decision(decision_id: int) -> Decision:
    """The decision with its parts, its row locked until the transaction ends."""
    Decision.objects.select_for_update(of=("self",)).get(pk=decision_id)
    return Decision.objects.with_parts().get(pk=decision_id)


def _require_own_records(decision: Decision, content: DraftContent) -> None:
    wanted = {row.record_id for row in content.basis_documents if row.record_id is not None}
    if Record.objects.filter(pk__in=wanted, case_id=decision.case_id).count() != len(wanted):
        raise Refusal("En av handlingarna hör inte till ärendet.", field="records")


def _write_points(decision: Decision, points: Iterable[str]) -> None:
    decision.points.all().delete()
    DecisionPoint.objects.bulk_create(
        DecisionPoint(decision=decision, order=order, text=text) for order, text in enumerate(points, start=1)
    )


def _write_basis(decision: Decision, rows: Iterable[tuple[str, int | None]]) -> None:
    decision.basis_documents.all().delete()
    BasisDocument.objects.bulk_create(
        BasisDocument(decision=decision, order=order, title=title, record_id=record_id)
        for order, (title, record_id) in enumerate(rows, start=1)
    )


# --- Remove -----------------------------------------------------------------------------------------------
@transaction.atomic
def delete_draft(*, decision_id: int, actor: User) -> Case:
    """Remove a draft that came to nothing; its case stays. Raises Refusal when it is no longer a draft."""
    decision = lock_decision(decision_id)
    require(decision, DecisionAction.DELETE)
    if not may_delete_draft(actor, decision):
        raise Refusal(MAY_NOT_DRAFT)
    require_part(decision, actor)
    record_event(
        actor=actor,
        action="decision_deleted",
        obj=decision,
        text=f"Beslutsutkast borttaget: {decision.title}",
    )
    case = decision.case
    decision.delete()
    return case
