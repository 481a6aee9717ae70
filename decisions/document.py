"""The decision as a document: one text for the preview, the PDF and the public page.

Order and wording of the headings are those of the region's own decisions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from decisions import appeal
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision
from decisions.plan import FinancingPlan, plan_of
from s3portal.common.pdf import Attachment, render_document
from s3portal.common.swedish import HARD_SPACE, format_day, format_isodate
from s3portal.common.text import markdown_to_plain

TEMPLATE = "documents/decision.html"
ARTICLE_TEMPLATE = "documents/_decision_article.html"
#: Changes when a key of ``decision_data`` is removed or means something else.
SCHEMA = "s3-portalen/beslut/1"
_FINANCING = re.compile(
    r"\b(?:finansiering(?:en)?\s+sker|finansieras|(?:medel|medlen)\s+tas|belastar)\b", re.IGNORECASE
)
DRAFT_NOTE = "Utkast. Det här är inte ett beslut."


@dataclass(frozen=True)
class DecisionText:
    """What is printed, in the order it is printed. ``background`` and ``reasons`` are restricted Markdown."""

    note: str
    unit: str
    officer_name: str
    officer_phone: str
    officer_email: str
    date: date
    diary_number: str
    title: str
    changes: str
    background: str
    basis_documents: tuple[str, ...]
    delegation: str
    reasons: str
    points: tuple[str, ...]
    plan: FinancingPlan | None
    signatory_name: str
    signatory_title: str
    taking_part: tuple[str, ...]
    report: str
    recipients: tuple[str, ...]
    appeal: tuple[str, ...]
    #: A draft shows what is missing; a signed decision only what it holds.
    shows_gaps: bool
    financing_missing: bool
    #: What stands instead of the plan where that is secret.
    plan_hidden: str = ""


# Ordinary spaces that may not break a line: within an amount, before its unit, before % and after §.
_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?:,\d+)?(?: (?=(?:kronor|kr|tkr|mkr)\b))?")
_SIGNS = re.compile(r"(?<=\d) (?=[%§])|(?<=§) (?=\d)")


def with_hard_spaces(text: str) -> str:
    """The same words, with hard spaces in amounts and before signs, however they were typed."""
    return _SIGNS.sub(HARD_SPACE, _AMOUNT.sub(lambda match: match[0].replace(" ", HARD_SPACE), text))


def decision_text(decision: Decision, *, on: date | None = None) -> DecisionText:
    """A signed decision from its snapshot; a draft as it would be if it were signed on the day (today)."""
    signed = decision.is_signed
    points = tuple(with_hard_spaces(point.text) for point in decision.points.all())
    appeal_text = decision.appeal_text if signed else appeal.appeal_text(decision)
    return DecisionText(
        note=_note(decision),
        unit=decision.unit,
        officer_name=decision.case_officer_name,
        officer_phone=decision.case_officer_phone,
        officer_email=decision.case_officer_email,
        date=decision.decided_on or on or timezone.localdate(),
        diary_number=str(decision.case),
        title=decision.title,
        changes=decision.change_text,
        background=with_hard_spaces(decision.background),
        basis_documents=tuple(document.title for document in decision.basis_documents.all()),
        delegation=_delegation(decision),
        reasons=with_hard_spaces(decision.reasons),
        points=points,
        plan=plan_of(decision),
        signatory_name=decision.signatory_name if signed else _draft_signatory(decision)[0],
        signatory_title=decision.signatory_title if signed else _draft_signatory(decision)[1],
        taking_part=tuple(_taking_part(decision)),
        report=_report(decision),
        recipients=tuple(recipient.name for recipient in decision.extract_recipients.all()),
        appeal=tuple(appeal_text.split("\n\n")) if appeal_text else (),
        shows_gaps=not signed,
        financing_missing=needs_financing(decision) and not has_financing_point(points),
    )


def needs_financing(decision: Decision) -> bool:
    """What costs the region something says where that is taken from; what is recovered comes back."""
    return decision.amount_kind != AmountKind.NONE and decision.kind != DecisionKind.RECOVERY


def has_financing_point(points: tuple[str, ...]) -> bool:
    """Whether a point says where the money or the time is taken from ("Finansiering sker inom …")."""
    return any(_FINANCING.search(point) for point in points)


def _note(decision: Decision) -> str:
    if not decision.is_signed:
        return DRAFT_NOTE
    if not decision.signed_elsewhere or decision.decided_on is None:
        return ""
    title = decision.signatory_title
    return (
        f"Avskrift. Beslutet undertecknades den {format_day(decision.decided_on)} av "
        f"{decision.signatory_name}, {title[:1].lower()}{title[1:]}, utanför S3-portalen. "
        "Det här är en återgivning av texten."
    )


def _delegation(decision: Decision) -> str:
    if decision.is_signed:
        rests_on, note = f"{decision.order_title}, punkt {decision.clause_number}", decision.delegation_note
    elif decision.clause is None:
        return ""
    else:
        rests_on = f"{decision.clause.order.title}, punkt {decision.clause.number}"
        holds = decision.delegate is not None and decision.delegate.clause_id == decision.clause_id
        note = decision.delegate.note_in_decision if decision.delegate is not None and holds else ""
    return f"{rests_on}. {note}" if note else rests_on


def _draft_signatory(decision: Decision) -> tuple[str, str]:
    delegate = decision.delegate
    return ("", "") if delegate is None else (delegate.user.full_name, delegate.signing_title)


def _taking_part(decision: Decision) -> Iterator[str]:
    """Who presented the matter and who else took part in the final handling (FL 31 §)."""
    if decision.presenter_name:
        yield f"Föredragande: {decision.presenter_text}"
    if decision.also_present_lines:
        yield f"Deltog också i den slutliga handläggningen: {'; '.join(decision.also_present_lines)}"


def _report(decision: Decision) -> str:
    """The line under Anmälan; empty when the decision is not reported."""
    if decision.is_signed:
        reportable, committee = decision.reportable, decision.committee_name
    elif decision.clause is None:
        return ""
    else:
        reportable, committee = decision.clause.reportable, decision.clause.order.committee.name
    return f"Beslutet anmäls till {committee}" if reportable and committee else ""


def document_title(decision: Decision) -> str:
    """As in "RUN/664/2021 Deltagande i projekt: Designdrivna Innovationskluster"."""
    return f"{decision.case} {decision.title}"


def decision_context(decision: Decision, *, on: date | None = None, level: int = 1) -> dict[str, Any]:
    """What the templates under ``documents/`` need. ``level``: heading level of the decision's title."""
    return {
        "doc": decision_text(decision, on=on),
        "title": document_title(decision),
        "title_tag": f"h{level}",
        "heading_tag": f"h{level + 1}",
        "appeal_heading": appeal.HEADING,
        "region": settings.REGION,
    }


def decision_html(decision: Decision, *, on: date | None = None, level: int = 3) -> SafeString:
    """The article for a page on the screen; the page loads ``css/dokument.css``."""
    return render_to_string(ARTICLE_TEMPLATE, decision_context(decision, on=on, level=level))


def render_decision(decision: Decision, *, preview: bool) -> bytes:
    """The PDF, not sealed. A preview says that it is a draft and carries no data.

    Raises ``RenderingFailed``.
    """
    moment = decision.signed_at or timezone.now()
    name = f"beslut-{decision.case.slug}.json"
    attachments = [] if preview else [
        Attachment.json(name, decision_data(decision), description="Beslutets uppgifter i maskinläsbar form")
    ]  # fmt: skip
    return render_document(
        TEMPLATE,
        decision_context(decision),
        title=document_title(decision),
        created_at=moment,
        attachments=attachments,
    )


def decision_data(decision: Decision) -> Mapping[str, Any]:
    """The signed decision as data, attached to its PDF.

    ``schema`` names this form. Amounts are whole kronor, dates ISO 8601 and inclusive; ``background`` and
    ``reasons`` are restricted Markdown. ``amount`` and each end of ``period`` may be null. ``amount.kind`` is
    cash, in_kind (working time) or none. ``delegation.ceiling`` is the clause's own figure, null when it has
    none.
    ``financing_plan`` (null for all but grants on applications) has the tables; its shares are as printed.
    ``changes`` (null for most) is the earlier decision that this one corrects, amends or revokes.
    ``presenter`` (null without one) and ``also_present`` are those whom FL 31 § names beside the signatory.
    Recipients' e-mail addresses are left out on purpose: the file is public.
    """
    application = decision.application
    return {
        "schema": SCHEMA,
        "diary_number": str(decision.case),
        "slug": decision.slug,
        "kind": decision.kind,
        "title": decision.title,
        "changes": None
        if decision.changes is None
        else {
            "relation": decision.relation,
            "slug": decision.changes.slug,
            "title": decision.changes.title,
            "decided_on": _iso(decision.changes.decided_on),
        },
        "unit": decision.unit,
        "case_officer": {
            "name": decision.case_officer_name,
            "phone": decision.case_officer_phone,
            "email": decision.case_officer_email,
        },
        "background": decision.background,
        "basis_documents": [document.title for document in decision.basis_documents.all()],
        "reasons": decision.reasons,
        "points": [point.text for point in decision.points.all()],
        "amount": {
            "kind": decision.amount_kind,
            "kronor": decision.amount,
            "is_ceiling": decision.amount_is_ceiling,
        },
        "financing_plan": decision.financing_plan,
        "period": {"from": _iso(decision.starts_on), "to": _iso(decision.ends_on)},
        "legal_basis": None
        if decision.legal_basis is None
        else {"code": decision.legal_basis.code, "name": decision.legal_basis.name},
        "delegation": {
            "order": decision.order_title,
            "clause": decision.clause_number,
            "text": decision.clause_text,
            "ceiling": decision.clause_ceiling,
            "ceiling_included": decision.clause_ceiling_included,
            "note": decision.delegation_note,
            "committee": decision.committee_name,
        },
        "applicant": None
        if application is None
        else {"name": application.organisation.name, "org_number": application.organisation.org_number},
        "decided_on": _iso(decision.decided_on),
        "signatory": {"name": decision.signatory_name, "title": decision.signatory_title},
        "presenter": {"name": decision.presenter_name, "title": decision.presenter_title}
        if decision.presenter_name
        else None,
        "also_present": decision.also_present_lines,
        "signed_at": None if decision.signed_at is None else decision.signed_at.isoformat(),
        "signed_elsewhere": decision.signed_elsewhere,
        "reported": decision.reportable,
        "extract_to": [recipient.name for recipient in decision.extract_recipients.all()],
        "appeal": decision.appeal_text,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else format_isodate(day)


def full_text(decision: Decision) -> str:
    """The decision without markup, for the search under /beslut/. The title is indexed beside it; the names
    of recipients are left out, since they may be private persons."""
    return searchable(decision_text(decision))


def searchable(text: DecisionText) -> str:
    """What of the text is searched, without markup."""
    parts = [
        text.unit,
        text.diary_number,
        text.changes,
        markdown_to_plain(text.background),
        *text.basis_documents,
        text.delegation,
        markdown_to_plain(text.reasons),
        *text.points,
    ]
    return "\n\n".join(part for part in parts if part)
