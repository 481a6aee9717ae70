"""A meeting's page, and registering for it without an account."""

from django.urls import path

from calls.views import registering

urlpatterns = [
    path("moten/<int:pk>/", registering.meeting_detail, name="meeting_detail"),
    path("moten/<int:pk>/kalender.ics", registering.meeting_calendar, name="meeting_calendar"),
    path("moten/<int:pk>/anmalan/", registering.register, name="register"),
    path("moten/serie/<slug:slug>/", registering.series_detail, name="series_detail"),
    path("moten/serie/<slug:slug>/anmalan/", registering.register_series, name="register_series"),
    path("moten/anmald/", registering.registered, name="registered"),
    path("anmalan/<uuid:token>/", registering.registration, name="registration"),
    path("anmalan/<uuid:token>/avanmal/", registering.registration_cancel, name="registration_cancel"),
    path("anmalan/<uuid:token>/plats/<int:pk>/", registering.seat_answer, name="seat_answer"),
]
