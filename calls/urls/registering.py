"""Registering for meetings without an account."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
