"""Meetings as officers handle them."""

from django.urls import path

from calls.views import officer_meetings, officer_registrations, officer_series

_ROOT = "handlaggning/moten/"
_ONE = f"{_ROOT}<int:pk>/"
_SERIES = f"{_ROOT}serier/"
_LIST = f"{_ONE}anmalda/"

urlpatterns = [
    path(_ROOT, officer_meetings.meeting_list, name="officer_meeting_list"),
    path(f"{_ROOT}ny/", officer_meetings.meeting_new, name="officer_meeting_new"),
    path(_SERIES, officer_series.series_list, name="officer_series_list"),
    path(f"{_SERIES}ny/", officer_series.series_new, name="officer_series_new"),
    path(f"{_SERIES}<int:series_pk>/", officer_series.series_detail, name="officer_series"),
    path(
        f"{_SERIES}<int:series_pk>/publicera/", officer_series.series_publish, name="officer_series_publish"
    ),
    path(f"{_SERIES}<int:series_pk>/ta-bort/", officer_series.series_delete, name="officer_series_delete"),
    path(_ONE, officer_meetings.meeting_detail, name="officer_meeting"),
    path(f"{_ONE}redigera/", officer_meetings.meeting_edit, name="officer_meeting_edit"),
    path(f"{_ONE}publicera/", officer_meetings.meeting_publish, name="officer_meeting_publish"),
    path(f"{_ONE}flytta/", officer_meetings.meeting_move, name="officer_meeting_move"),
    path(f"{_ONE}stall-in/", officer_meetings.meeting_cancel, name="officer_meeting_cancel"),
    path(f"{_ONE}kopiera/", officer_meetings.meeting_copy, name="officer_meeting_copy"),
    path(f"{_ONE}ta-bort/", officer_meetings.meeting_delete, name="officer_meeting_delete"),
    path(_LIST, officer_registrations.participant_list, name="officer_registration_list"),
    path(f"{_LIST}dorrlista/", officer_registrations.door_list, name="officer_registration_door"),
    path(f"{_LIST}hamta/", officer_registrations.export, name="officer_registration_export"),
    path(f"{_LIST}narvaro/", officer_registrations.attendance, name="officer_registration_attendance"),
    path(f"{_LIST}skriv/", officer_registrations.message, name="officer_registration_message"),
    path(f"{_LIST}ny/", officer_registrations.registration_new, name="officer_registration_new"),
    path(
        f"{_LIST}<int:participation_pk>/avanmal/",
        officer_registrations.registration_cancel,
        name="officer_registration_cancel",
    ),
]
