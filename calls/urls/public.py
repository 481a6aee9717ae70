"""What everyone reads. A slug never holds a dot, so files stand beside the pages."""

from django.urls import path

from calls.views import feeds, public

urlpatterns = [
    path("utlysningar/", public.call_list, name="call_list"),
    path("utlysningar/oppna.json", feeds.open_json, name="open_json"),
    path("utlysningar/flode.atom", feeds.atom, name="atom"),
    path("utlysningar/flode.rss", feeds.rss, name="rss"),
    path("utlysningar/<slug:slug>/", public.call_detail, name="call_detail"),
    path("utlysningar/<slug:slug>/kalender.ics", feeds.calendar_of_call, name="call_calendar"),
    path("styrkeomraden/", public.area_list, name="area_list"),
    path("styrkeomraden/<slug:slug>/", public.area_detail, name="area_detail"),
    path("styrkeomraden/<slug:slug>/kalender.ics", feeds.calendar_of_area, name="area_calendar"),
    path("moten/", public.meeting_list, name="meeting_list"),
    path("moten/kalender.ics", feeds.calendar_of_meetings, name="meetings_calendar"),
]
