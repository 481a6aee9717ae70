"""A meeting's page, and registering for it without an account."""

from django.urls import path

from calls.views import registering

urlpatterns = [
    path("moten/<int:pk>/", registering.meeting_detail, name="meeting_detail"),
    path("moten/<int:pk>/kalender.ics", registering.meeting_calendar, name="meeting_calendar"),
]
