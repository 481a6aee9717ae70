"""Asking about calls, and following them by mail."""

from django.urls import URLPattern, path

from calls.views import subscribing

urlpatterns: list[URLPattern] = [
    path("prenumerera/", subscribing.subscribe, name="subscribe"),
    path("prenumerera/tack/", subscribing.subscribe_sent, name="subscribe_sent"),
    path(
        "prenumerera/bekrafta/<str:signed>/",
        subscribing.subscription_confirm,
        name="subscription_confirm",
    ),
    path("prenumerera/<uuid:token>/", subscribing.subscription, name="subscription"),
    path("prenumerera/<uuid:token>/avsluta/", subscribing.unsubscribe, name="unsubscribe"),
]
