"""A call's documents: hiding and showing them, and the files themselves."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from calls.models import Call
from calls.queries.contents import call_file
from calls.rules import may_edit_calls
from calls.services.contents.documents import put_back_document, withdraw_document
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.downloads import frozen_response
from s3portal.common.steps import took
from s3portal.common.uploads import FileType


@requires(may_edit_calls)
@require_POST
def document_withdraw(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    return _take_step(request, pk, row_pk, withdraw_document, "Dokumentet visas inte längre.")


@requires(may_edit_calls)
@require_POST
def document_put_back(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    return _take_step(request, pk, row_pk, put_back_document, "Dokumentet visas igen.")


def _take_step(
    request: LoggedInRequest, pk: int, row_pk: int, service: Callable[..., None], done: str
) -> HttpResponse:
    call = get_object_or_404(Call, pk=pk)
    took(request, lambda: service(actor=request.user, call_id=call.pk, row_id=row_pk), done)
    return redirect("calls:documents", pk=call.pk)


@login_not_required
@require_safe
def call_document(request: HttpRequest, slug: str, file_pk: int) -> HttpResponseBase:
    """The newest or an older version. What is a draft or withdrawn is there for officers only."""
    user = request.user
    officer = not isinstance(user, AnonymousUser) and may_edit_calls(user)
    file = call_file(slug=slug, pk=file_pk, drafts=officer)
    if file is None:
        raise Http404("Dokumentet finns inte.")
    return frozen_response(file, as_attachment=file.content_type != FileType.PDF.content_type)
