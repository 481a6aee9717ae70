"""Calls as officers handle them."""

from django.urls import path

from calls.views import officer

urlpatterns = [
    path("handlaggning/utlysningar/", officer.call_list, name="officer_list"),
]
