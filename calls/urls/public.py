"""What everyone reads. A slug never holds a dot, so files stand beside the pages."""

from django.urls import path

from calls.views import public

urlpatterns = [
    path("utlysningar/", public.call_list, name="call_list"),
    path("utlysningar/<slug:slug>/", public.call_detail, name="call_detail"),
    path("styrkeomraden/", public.area_list, name="area_list"),
    path("styrkeomraden/<slug:slug>/", public.area_detail, name="area_detail"),
    path("moten/", public.meeting_list, name="meeting_list"),
]
