"""What belongs to a call, as officers edit it, and the files that anyone may read."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from calls.views import documents
from calls.views import officer_contents as views
from calls.views.content_kinds import ATTACHMENTS, CRITERIA, DOCUMENTS, MILESTONES, QUESTIONS, Kind

_CALL = "handlaggning/utlysningar/<int:pk>"


def _pages(folder: str, kind: Kind) -> Iterator[URLPattern]:
    base, row, extra = f"{_CALL}/{folder}", f"{_CALL}/{folder}/<int:row_pk>", {"kind": kind}
    yield path(f"{base}/", views.row_list, extra, name=kind.pages)
    yield path(f"{base}/ny/", views.row_new, extra, name=f"{kind.page}_new")
    yield path(f"{row}/", views.row_edit, extra, name=f"{kind.page}_edit")
    if kind.ordered:
        yield path(f"{row}/flytta/", views.row_move, extra, name=f"{kind.page}_move")
    if kind.delete:
        yield path(f"{row}/ta-bort/", views.row_delete, extra, name=f"{kind.page}_delete")


urlpatterns = [
    *_pages("fragor", QUESTIONS),
    path(f"{_CALL}/fragor/forhandsgranska/", views.question_preview, name="question_preview"),
    *_pages("kriterier", CRITERIA),
    path(f"{_CALL}/kriterier/vikter/", views.weights, name="criterion_weights"),
    *_pages("bilagor", ATTACHMENTS),
    *_pages("hallpunkter", MILESTONES),
    *_pages("dokument", DOCUMENTS),
    path(f"{_CALL}/dokument/<int:row_pk>/dolj/", documents.document_withdraw, name="document_withdraw"),
    path(f"{_CALL}/dokument/<int:row_pk>/visa/", documents.document_put_back, name="document_put_back"),
    path("utlysningar/<slug:slug>/dokument/<int:file_pk>/", documents.call_document, name="call_document"),
]
