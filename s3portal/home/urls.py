from django.urls import path

from s3portal.home import staff_views, views

app_name = "home"
urlpatterns = [
    path("", views.start, name="start"),
    path("handlaggning/", staff_views.staff_start, name="staff_start"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("integritet/", views.privacy, name="privacy"),
    path("konto/valkommen/", views.after_login, name="after_login"),
]
