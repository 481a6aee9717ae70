"""Asking about calls, and following them by mail."""

from django.urls import URLPattern, path

from calls.views import asking, officer_inquiries, subscribing

INQUIRIES = "handlaggning/utlysningar/<int:pk>/fragor-och-svar/"

urlpatterns: list[URLPattern] = [
    path("utlysningar/<slug:slug>/fraga/", asking.ask, name="ask"),
    path("utlysningar/<slug:slug>/fraga/tack/", asking.asked, name="asked"),
    path("prenumerera/", subscribing.subscribe, name="subscribe"),
    path("prenumerera/tack/", subscribing.subscribe_sent, name="subscribe_sent"),
    path(
        "prenumerera/bekrafta/<str:signed>/",
        subscribing.subscription_confirm,
        name="subscription_confirm",
    ),
    path("prenumerera/<uuid:token>/", subscribing.subscription, name="subscription"),
    path("prenumerera/<uuid:token>/avsluta/", subscribing.unsubscribe, name="unsubscribe"),
    path(INQUIRIES, officer_inquiries.officer_inquiries, name="officer_inquiries"),
    path(f"{INQUIRIES}<int:inquiry_pk>/", officer_inquiries.officer_inquiry, name="officer_inquiry"),
    path(
        f"{INQUIRIES}<int:inquiry_pk>/avboj/",
        officer_inquiries.officer_inquiry_decline,
        name="officer_inquiry_decline",
    ),
]
