from django.urls import path

from s3portal.copies.views import public, staff

app_name = "copies"
urlpatterns = [
    path("diarium/begaran/<uuid:token>/", public.follow, name="follow"),
    path("diarium/begaran/<uuid:token>/beslut/", public.decide, name="decide"),
    path("diarium/begaran/<uuid:token>/filer/<int:file_pk>/", public.fetch, name="fetch"),
    path("diarium/<str:slug>/begar/", public.ask, name="ask"),
    path("handlaggning/begaran/", staff.request_list, name="staff_list"),
    path("handlaggning/begaran/<int:pk>/", staff.request_detail, name="staff_detail"),
    path("handlaggning/begaran/<int:pk>/laga-kraft/", staff.finish, name="staff_finish"),
    path("handlaggning/begaran/<int:pk>/<slug:step>/", staff.answer, name="staff_answer"),
]
