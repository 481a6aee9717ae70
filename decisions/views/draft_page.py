"""The draft page: form, checks and preview, and the pieces of it that htmx asks for."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from applications.queries.ranking import place_shown
from applications.secrecy import hints
from decisions.batch_queries import batch_of
from decisions.checks import check_decision, failing
from decisions.comment_queries import open_by_anchor
from decisions.document import decision_html
from decisions.draft_phrases import offered_phrases
from decisions.forms import DraftForm, DraftForms
from decisions.masking_forms import TriedForm, tried_form
from decisions.models import Decision
from decisions.rules import may_delete_draft
from decisions.services.drafting import DraftConflict
from s3portal.common.errors import Refusal
from s3portal.common.text import read_whole

SAVED_EVENT = "utkast-sparat"


def version_of(data: QueryDict) -> int:
    """The version of the page that was filled in; 0, which no draft has, when it cannot be read."""
    return read_whole(data.get("version"), digits=9) or 0


def review(decision: Decision, data: QueryDict) -> dict[str, Any]:
    """The checks before signature, as of today, what is said of the text, what the applicant has marked as
    trade secrets, and the question of secrecy with what is answered (``data``) but not sent."""
    checks = check_decision(decision, on=timezone.localdate())
    return {
        "decision": decision,
        "checks": checks,
        "left": len(failing(checks)),
        "hints": list(hints(decision.case)),
        "tried": tried_form(decision, data),
        "said": open_by_anchor(decision),
    }


def draft_page(
    request: HttpRequest,
    decision: Decision,
    forms: DraftForms,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
    version: int | None = None,
    left: Any = (),
    tried: TriedForm | None = None,
) -> HttpResponse:
    """The whole page. ``version`` is that of the text in the form, when it is not the stored one; ``left``
    are the checks that stopped it from being sent, with what was said of the secrecy in ``tried``."""
    context = (
        review(decision, request.POST)
        | ({} if tried is None else {"tried": tried})
        | {
            "forms": forms,
            "phrases": offered_phrases(decision),
            "preview": decision_html(decision, level=3),
            "version": decision.version if version is None else version,
            "refusal": refusal,
            "conflict": refusal if isinstance(refusal, DraftConflict) else None,
            "stopped": left,
            "ranked": place_shown(request.user, decision.application),  # type: ignore[arg-type]
            "batch": batch_of(decision),
            "may_delete": may_delete_draft(request.user, decision),  # type: ignore[arg-type]
        }
    )
    return render(request, "decisions/draft.html", context, status=status)


def saved_pieces(
    request: HttpRequest, decision: Decision, forms: DraftForms, *, rows: str = "", focus: str = ""
) -> HttpResponse:
    """The answer to an automatic save or a row button: the checks, the version, and the rows asked for.

    ``focus``: "sist" puts the cursor in the last row, "knapp" on the button that adds one."""
    main, sent = DraftForms(decision=decision).main, forms.main.data
    context = review(decision, request.POST) | {
        "forms": forms,
        "version": decision.version,
        "rows": rows,
        "focus": focus,
        "offer": main.offer,
        # Never under the hands of who is choosing: only when there is something else to choose from.
        "clause_field": _other_choices(main, forms.main, "clause", sent, decision.clause_id),
        "delegate_field": _other_choices(main, forms.main, "delegate", sent, decision.delegate_id),
    }
    response = render(request, "decisions/draft_saved.html", context)
    # The preview listens for this and fetches itself anew.
    response.headers["HX-Trigger"] = SAVED_EVENT
    return response


def _other_choices(new: DraftForm, old: DraftForm, name: str, sent: Any, stored: int | None) -> Any:
    """The field anew when what was saved is another than what was sent, or can be chosen from other rows."""
    same = new.fields[name].offered == old.fields[name].offered  # type: ignore[attr-defined]
    return None if same and sent.get(name, "") == str(stored or "") else new[name]


def unsaved_pieces(
    request: HttpRequest, decision: Decision, forms: DraftForms, *, status: int, message: str, rows: str = ""
) -> HttpResponse:
    """Nothing was stored: say why where the page tells whether it is saved. What is typed stays."""
    context = review(decision, request.POST) | {
        "forms": forms,
        "message": message if status == 409 else "",
        "rows": rows,
        "focus": "",
    }
    response = render(request, "decisions/draft_unsaved.html", context, status=status)
    response.headers["HX-S3-Message"] = quote(message)
    return response
