"""The addresses of applications and projects, by audience."""

from applications.urls import applicant, officer, public, ranking

app_name = "applications"
urlpatterns = [
    *applicant.urlpatterns,
    *officer.urlpatterns,
    *public.urlpatterns,
    *ranking.urlpatterns,
]
