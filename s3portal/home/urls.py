from django.urls import path

from s3portal.home import views

app_name = "home"
urlpatterns = [
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("integritet/", views.privacy, name="privacy"),
    path("konto/valkommen/", views.after_login, name="after_login"),
]
