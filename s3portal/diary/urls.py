from django.urls import path

from s3portal.diary.views import public, staff

app_name = "diary"
urlpatterns = [
    path("diarium/", public.case_list, name="public_list"),
    path("diarium/<str:slug>/", public.case_detail, name="public_detail"),
    path("handlaggning/diarium/", staff.case_list, name="staff_list"),
    path("handlaggning/diarium/<int:pk>/", staff.case_detail, name="staff_detail"),
    path("handlaggning/diarium/<int:pk>/tilldela/", staff.case_assign, name="staff_assign"),
    path("handlaggning/diarium/<int:pk>/filer/<int:file_pk>/", staff.file_open, name="staff_file"),
]
