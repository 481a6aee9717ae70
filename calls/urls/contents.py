"""What belongs to a call, as officers edit it."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
