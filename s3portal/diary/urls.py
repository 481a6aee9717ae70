from django.urls import path

from s3portal.diary.retention import views as retention
from s3portal.diary.views import keeping, marking, merging, public, staff, trail

app_name = "diary"
urlpatterns = [
    path("diarium/", public.case_list, name="public_list"),
    path("diarium/<str:slug>/", public.case_detail, name="public_detail"),
    path("handlaggning/diarium/", staff.case_list, name="staff_list"),
    path("handlaggning/diarium/nytt/", keeping.case_open, name="staff_open"),
    path("handlaggning/diarium/<int:pk>/", staff.case_detail, name="staff_detail"),
    path("handlaggning/diarium/<int:pk>/tilldela/", staff.case_assign, name="staff_assign"),
    path("handlaggning/diarium/<int:pk>/logg/", trail.case_trail, name="staff_trail"),
    path("handlaggning/diarium/<int:pk>/registrera/", keeping.record_new, name="staff_register"),
    path("handlaggning/diarium/<int:pk>/andra/", keeping.case_change, name="staff_change"),
    path("handlaggning/diarium/<int:pk>/avsluta/", keeping.case_close, name="staff_close"),
    path("handlaggning/diarium/<int:pk>/oppna-igen/", keeping.case_reopen, name="staff_reopen"),
    path("handlaggning/diarium/<int:pk>/makulera/", keeping.case_cancel, name="staff_cancel"),
    path(
        "handlaggning/diarium/<int:pk>/handlingar/<int:number>/makulera/",
        keeping.record_cancel,
        name="staff_record_cancel",
    ),
    path("handlaggning/diarium/<int:pk>/sammanfor/", merging.case_merge, name="staff_merge"),
    path("handlaggning/diarium/<int:pk>/sammanfor/upphav/", merging.case_unmerge, name="staff_unmerge"),
    path("handlaggning/diarium/<int:pk>/sekretess/", marking.case_marks, name="staff_secrecy"),
    path(
        "handlaggning/diarium/<int:pk>/sekretess/<int:mark_pk>/hav/",
        marking.mark_lift,
        name="staff_secrecy_lift",
    ),
    path("handlaggning/sekretess/", marking.mark_list, name="secrecy_list"),
    path("handlaggning/diarium/<int:pk>/gallring/", retention.case_classes, name="staff_retention"),
    path("handlaggning/gallring/", retention.overview, name="retention"),
    path("handlaggning/gallring/ta-fram/", retention.list_make, name="retention_make"),
    path("handlaggning/gallring/typer/ny/", retention.class_edit, name="retention_class_new"),
    path("handlaggning/gallring/typer/<int:pk>/", retention.class_edit, name="retention_class"),
    path("handlaggning/gallring/listor/<int:pk>/", retention.list_detail, name="retention_list"),
    path(
        "handlaggning/gallring/listor/<int:pk>/<int:row_pk>/stryk/",
        retention.item_strike,
        name="retention_strike",
    ),
    path("handlaggning/diarium/<int:pk>/filer/<int:file_pk>/", staff.file_open, name="staff_file"),
]
