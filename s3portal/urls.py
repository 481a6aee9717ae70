"""Addresses. They are Swedish and stable: printed decisions and mails point to them."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("s3portal.home.urls")),
    path("", include("calls.urls")),
    path("", include("applications.urls")),
    path("", include("decisions.urls")),
    # Before the diary, whose addresses hold a case where these hold a word.
    path("", include("s3portal.copies.urls")),
    path("", include("s3portal.archive.urls")),
    path("", include("s3portal.diary.urls")),
    path("", include("s3portal.outbox.urls")),
    path("", include("s3portal.organisations.urls")),
    path("konto/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "s3portal.home.views.bad_request"
handler403 = "s3portal.home.views.permission_denied"
handler404 = "s3portal.home.views.page_not_found"
handler500 = "s3portal.home.views.server_error"
