"""Asking about calls, and following them by mail."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
