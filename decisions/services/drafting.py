"""Starting, saving and removing the draft of a decision. Only drafts are written in."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.enums import ApplicationStatus
from applications.impartiality import RECUSED, require_declared
from applications.models import Application
from applications.parts import Difference
from applications.queries.ranking import place_of
from calls.enums import AppealRule
from calls.models import LegalBasis
from decisions import wording
from decisions.comparing import content_differences
from decisions.content import COLUMNS, DraftContent, content_of
from decisions.enums import DecisionAction, DecisionKind, DecisionStatus, VersionKind
from decisions.impartiality import is_recused
from decisions.kinds import APPLICATION_KINDS, OWN_KINDS, kinds_for
from decisions.models import (
    BasisDocument,
    Decision,
    DecisionPoint,
    Delegate,
    DelegationClause,
    ExtractRecipient,
)
from decisions.offers import the_one
from decisions.phrase_queries import opening
from decisions.phrases import Source, missing
from decisions.point_keys import settle_keys
from decisions.rules import may_delete_draft, may_draft, may_take_part
from decisions.services.versioning import note_version
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day, in_stockholm
from s3portal.diary.enums import CaseStatus
from s3portal.diary.models import Case, Record
from s3portal.diary.services import open_case

#: Within this time a second press of the same button is the same wish.
TWICE: Final = timedelta(seconds=10)
MAY_NOT_DRAFT = "Du får läsa beslutsutkast men inte skriva i dem."
TEXT_CHANGED: Final = "Utkastet har ändrats sedan du öppnade sidan. Läs det igen."


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
    elif is_recused(actor, Decision(case=case)):
        raise Refusal(RECUSED, field="diary_number")
    # The region takes part with its own money. What else it decides may rest on any basis, and how it may be
    # appealed follows from that, so there the officer says which.
    basis = _own_money(timezone.localdate()) if kind == DecisionKind.PARTICIPATION else None
    begins = opening(kind, Source(str(case), actor.full_name, legal_basis=basis, title=title))
    decision = _create(
        actor=actor,
        case=case,
        kind=kind,
        title=title,
        legal_basis=basis,
        background=begins.background,
    )
    write_points(decision, begins.points)
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
def draft_from_application(
    *, application_id: int, actor: User, kind: DecisionKind, anew: bool = False
) -> Decision:
    """A draft filled in from what was applied for, or from what a locked ranking proposes. One of the same
    kind that is under way is given back instead, or with ``anew`` only one that the same person began a
    moment ago: pressing twice makes one draft. Drafts of several kinds, or several of one, may lie beside
    each other; the first of them that is signed decides.

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
        raise Refusal("Välj bifall, avslag, avvisning eller ett annat beslut.", field="kind")
    under_way = application.decisions.under_way().filter(kind=kind)
    if anew:
        just_now = timezone.now() - TWICE
        under_way = under_way.filter(created_by=actor, created_at__gte=just_now, version=1).order_by("-pk")
    if (begun := under_way.first()) is not None:
        return begun
    if application.status not in ApplicationStatus.open():
        status = str(ApplicationStatus(application.status).label).lower()
        raise Refusal(f"Ansökan är {status}. Det går inte att fatta ett nytt beslut om den.")
    if application.case is None:
        raise ValueError("a received application has a case")
    if is_recused(actor, Decision(case=application.case)):
        raise Refusal(RECUSED)
    ranked = place_of(application)
    figures = wording.figures(application, kind, wording.amount_to_grant(application, ranked))
    begins = opening(kind, _source(actor, application, figures))
    decision = _create(
        actor=actor,
        case=application.case,
        kind=kind,
        title=begins.title or missing("rubrik"),
        legal_basis=application.call.legal_basis,
        application=application,
        background=begins.background,
        **figures,
    )
    write_points(decision, [*begins.points, *wording.conditions(kind, ranked)])
    basis: list[tuple[str, int | None]] = [
        (record.title, record.pk) for record in application.case.records.standing().order_by("number")
    ]
    if ranked is not None and ranked.basis:
        # It is a record of the ranking's own case.
        basis.append((ranked.basis, None))
    _write_basis(decision, basis)
    email = application.contact_email or application.organisation.email
    ExtractRecipient.objects.create(
        decision=decision, order=1, name=application.organisation.name, email=email
    )
    _note_start(decision, actor)
    return decision


def require_part(decision: Decision, actor: User) -> None:
    """Raises Refusal for who has declared jäv in the decision, or in the application that it is on."""
    if not may_take_part(actor, decision):
        raise Refusal(RECUSED)


def _require_drafter(actor: User) -> None:
    if not may_draft(actor):
        raise Refusal(MAY_NOT_DRAFT)


def _source(actor: User, application: Application, figures: dict[str, Any]) -> Source:
    """What the registrar's standard phrases are filled from."""
    return Source(
        case_number=str(application.case),
        officer=actor.full_name,
        application=application,
        legal_basis=application.call.legal_basis,
        amount=figures.get("amount"),
        starts_on=figures.get("starts_on"),
        ends_on=figures.get("ends_on"),
    )


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
    note_start(decision, actor)


def note_start(decision: Decision, actor: User) -> None:
    """The first version of its history, when all its parts are there."""
    whole = Decision.objects.with_parts().get(pk=decision.pk)
    note_version(whole, kind=VersionKind.STARTED, actor=actor, content=content_of(whole))


def _own_money(day: date) -> LegalBasis | None:
    """The region's own money, when there is no doubt which row that is."""
    found = LegalBasis.objects.valid_on(day).filter(appeal_rule=AppealRule.LEGALITY_REVIEW)[:2]
    return found[0] if len(found) == 1 else None


def _only_authority(kind: DecisionKind, day: date) -> tuple[DelegationClause | None, Delegate | None]:
    """The clause and the person, each only when there is one to choose."""
    clauses = DelegationClause.objects.valid_on(day).filter(kinds__contains=[kind])[:2]
    if len(clauses) != 1:
        return None, None
    return clauses[0], the_one(Delegate.objects.valid_on(day).filter(clause=clauses[0]))


# --- Save -------------------------------------------------------------------------------------------------
@transaction.atomic
def save_draft(
    *,
    decision_id: int,
    actor: User,
    expected_version: int,
    content: DraftContent,
    kind: VersionKind = VersionKind.SAVED,
) -> Decision:
    """Store all of the draft or nothing. ``expected_version`` is that of the page which was filled in.

    The same text twice is one save, so an automatic save on its way does not fight with the button. Raises
    DraftConflict when somebody has stored another text since then, Refusal when it is no longer a draft.
    Saves leave no trace of their own in the audit trail: a draft is working material, and its own history
    (``versioning``, where ``kind`` says what was done) tells who.
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
    points = tuple(zip(stored.point_keys, stored.points, strict=True))
    content = replace(content, point_keys=settle_keys(points, content.points, content.point_keys))
    if decision.version != expected_version:
        raise DraftConflict(decision, content_differences(stored, content), actor=actor)
    for name in COLUMNS:
        setattr(decision, name, getattr(content, name))
    decision.version += 1
    # First the history, which begins with who wrote last.
    note_version(decision, kind=kind, actor=actor, content=content, before=stored)
    decision.updated_by, decision.updated_at = actor, timezone.now()
    decision.save(update_fields=[*COLUMNS, "version", "updated_by", "updated_at"])
    if stored.points != content.points:
        write_points(decision, content.points, content.point_keys)
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


def require_version(decision: Decision, expected_version: int) -> None:
    """Raises Conflict when it is another text than the one that was read."""
    if decision.version != expected_version:
        raise Conflict(TEXT_CHANGED)


def _require_own_records(decision: Decision, content: DraftContent) -> None:
    wanted = {row.record_id for row in content.basis_documents if row.record_id is not None}
    if Record.objects.filter(pk__in=wanted, case_id=decision.case_id).count() != len(wanted):
        raise Refusal("En av handlingarna hör inte till ärendet.", field="records")


def write_points(decision: Decision, points: Sequence[str], keys: Sequence[str] = ()) -> None:
    decision.points.all().delete()
    DecisionPoint.objects.bulk_create(
        DecisionPoint(decision=decision, order=order, text=text, key=key)
        for order, (text, key) in enumerate(
            zip(points, keys or settle_keys((), points), strict=True), start=1
        )
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
    """Remove a draft that came to nothing; its case stays, and so does what was said of jäv in it. Raises
    Refusal when it is no longer a draft."""
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
