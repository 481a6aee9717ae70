"""The project bank."""

from django.urls import path

from applications.views import public

urlpatterns = [
    path("projekt/", public.project_list, name="project_list"),
    path("projekt/<slug:slug>/", public.project_detail, name="project_detail"),
]
