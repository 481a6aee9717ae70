from django.urls import path

from s3portal.archive import views

app_name = "archive"
urlpatterns = [
    path("handlaggning/arkiv/", views.packages, name="packages"),
    path("handlaggning/arkiv/<int:pk>/paket/", views.fetch, name="fetch"),
]
