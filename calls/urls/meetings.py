"""Meetings as officers handle them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
