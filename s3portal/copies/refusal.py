"""The decision not to give out a document, as a PDF with the right text on how to appeal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.common.pdf import Attachment, render_document
from s3portal.common.swedish import format_day, format_isodate
from s3portal.copies.authority import Authority
from s3portal.copies.models import CopyRequest

TEMPLATE: Final = "documents/copy_refusal.html"
#: Changes when a key of ``refusal_data`` is removed or means something else.
SCHEMA: Final = "s3-portalen/beslut-om-utlamnande/1"
HEADING: Final = "Beslut att inte lämna ut handling"


@dataclass(frozen=True)
class RefusalFacts:
    provision: str
    reason: str
    authority: Authority
    decider: User
    at: datetime


def appeal_paragraphs() -> list[str]:
    """How a refusal is appealed. The time runs from the day that the requester got the decision, not from any
    notice board (OSL 6:7–8, FL 43–44 §§)."""
    region = settings.REGION
    what = (
        f"Du kan överklaga beslutet till {region['secrecy_court']}. Skriv vilket beslut du överklagar, vad "
        "du vill få ut och varför du tycker att beslutet är fel. Ange beslutets referens. Du behöver inte "
        "tala om vad du ska ha handlingen till."
    )
    where = (
        f"Skicka överklagandet till {region['name']}, inte till kammarrätten: {region['address']} eller "
        f"{region['email']}. Det måste ha kommit in till regionen inom tre veckor från den dag då du fick "
        "del av beslutet. Kommer det in i rätt tid skickar regionen det vidare."
    )
    law = (
        "Bestämmelserna finns i 6 kap. 7 och 8\u00a0§§ offentlighets- och sekretesslagen och i 43 och "
        "44\u00a0§§ förvaltningslagen."
    )
    return [what, where, law]


def asked_for(made: CopyRequest) -> str:
    """What the request is about, without what may be secret: the records go by their numbers."""
    if made.record is not None:
        return f"Handling {made.record.number} i ärende {made.case}"
    return f"Handlingar i ärende {made.case}"


def render_refusal(made: CopyRequest, facts: RefusalFacts) -> bytes:
    """Not sealed. Raises ``RenderingFailed``."""
    day = timezone.localdate(facts.at)
    context = {
        "made": made,
        "facts": facts,
        "day": day,
        "received": format_day(timezone.localdate(made.received_at)),
        "asked_for": asked_for(made),
        "appeal": appeal_paragraphs(),
        "heading": HEADING,
    }
    return render_document(
        TEMPLATE,
        context,
        title=f"{HEADING}, {made.case}, {made.reference}",
        created_at=facts.at,
        attachments=[
            Attachment.json(
                f"beslut-utlamnande-{made.reference}.json",
                refusal_data(made, facts),
                description="Beslutets uppgifter i maskinläsbar form",
            )
        ],
    )


def refusal_data(made: CopyRequest, facts: RefusalFacts) -> Mapping[str, Any]:
    """The decision as data: days as ISO 8601. Never who asked."""
    return {
        "schema": SCHEMA,
        "diary_number": str(made.case),
        "reference": made.reference,
        "asked_for": asked_for(made),
        "received_on": format_isodate(timezone.localdate(made.received_at)),
        "decided_on": format_isodate(timezone.localdate(facts.at)),
        "provision": facts.provision,
        "reason": facts.reason,
        "decided_by": {"name": facts.decider.full_name, "title": facts.authority.title},
        "authority": facts.authority.label,
        "appeal": appeal_paragraphs(),
    }
