from django.urls import path

from s3portal.home import delegation_import, staff_views, views
from s3portal.home.search import views as searching

app_name = "home"
urlpatterns = [
    path("", views.start, name="start"),
    path("handlaggning/", staff_views.staff_start, name="staff_start"),
    path("handlaggning/sok/", searching.search, name="search"),
    path("handlaggning/sok/fil/", searching.export, name="search_export"),
    path("handlaggning/delegation/las-in/", delegation_import.delegation_import, name="delegation_import"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("integritet/", views.privacy, name="privacy"),
    path("konto/valkommen/", views.after_login, name="after_login"),
]
