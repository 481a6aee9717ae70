"""Calls as officers handle them."""

from django.urls import path

from calls.views import officer, officer_edit

_CALLS = "handlaggning/utlysningar/"
_CALL = f"{_CALLS}<int:pk>/"

urlpatterns = [
    path(_CALLS, officer.call_list, name="officer_list"),
    path(f"{_CALLS}ny/", officer_edit.call_new, name="officer_new"),
    path(f"{_CALLS}visa-text/", officer_edit.call_text, name="officer_text"),
    path(_CALL, officer.call_detail, name="officer_call"),
    path(f"{_CALL}redigera/", officer_edit.call_edit, name="officer_edit"),
    path(f"{_CALL}forhandsgranska/", officer.call_preview, name="officer_preview"),
    path(f"{_CALL}publicera/", officer.call_publish, name="officer_publish"),
    path(f"{_CALL}avsluta/", officer.call_conclude, name="officer_conclude"),
    path(f"{_CALL}kopiera/", officer.call_copy, name="officer_copy"),
    path(f"{_CALL}ta-bort/", officer.call_delete, name="officer_delete"),
]
