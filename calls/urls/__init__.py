"""The addresses of calls, areas and meetings, by audience."""

from calls.urls import contents, following, meetings, officer, public, registering

app_name = "calls"
urlpatterns = [
    *public.urlpatterns,
    *following.urlpatterns,
    *registering.urlpatterns,
    *officer.urlpatterns,
    *contents.urlpatterns,
    *meetings.urlpatterns,
]
