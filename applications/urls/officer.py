"""The pages of those who handle applications at the region."""

from django.urls import path

from applications.views import (
    assessing,
    declaring,
    doors,
    judging,
    officer,
    supplementing,
)

urlpatterns = [
    path("handlaggning/bedomningar/", assessing.my_assessments, name="my_assessments"),
    path("handlaggning/ansokningar/", officer.work_list, name="officer_list"),
    path("handlaggning/ansokningar/oppet-for/", doors.door_list, name="door_list"),
    path("handlaggning/ansokningar/oppet-for/ny/", doors.door_new, name="door_new"),
    path("handlaggning/ansokningar/oppet-for/<int:pk>/stang/", doors.door_close, name="door_close"),
    path("handlaggning/ansokningar/<int:pk>/", officer.detail, name="officer_detail"),
    path("handlaggning/ansokningar/<int:pk>/filer/<int:file_pk>/", officer.file, name="officer_file"),
    path("handlaggning/ansokningar/<int:pk>/handlaggare/", officer.assign, name="assign"),
    path("handlaggning/ansokningar/<int:pk>/granskad/", officer.assess, name="assess"),
    path("handlaggning/ansokningar/<int:pk>/behorighet/", judging.eligibility, name="eligibility"),
    path("handlaggning/ansokningar/<int:pk>/jav/", declaring.impartiality, name="impartiality"),
    path("handlaggning/ansokningar/<int:pk>/jav/prova/", declaring.lift, name="lift_recusal"),
    path("handlaggning/ansokningar/<int:pk>/komplettering/", supplementing.ask, name="officer_supplement"),
    path(
        "handlaggning/ansokningar/<int:pk>/komplettering/mer-tid/",
        supplementing.more_time,
        name="officer_supplement_more_time",
    ),
    path(
        "handlaggning/ansokningar/<int:pk>/komplettering/avsluta/",
        supplementing.stop,
        name="officer_supplement_stop",
    ),
]
