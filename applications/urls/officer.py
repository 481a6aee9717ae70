"""The pages of those who handle applications at the region."""

from django.urls import path

from applications.views import (
    assessing,
    assigning,
    declaring,
    doors,
    inbox,
    judging,
    officer,
    openings,
    sharing,
    supplementing,
    writing,
)

urlpatterns = [
    path("handlaggning/oppnade/", openings.openings, name="openings"),
    path("handlaggning/bedomningar/", assessing.my_assessments, name="my_assessments"),
    path("handlaggning/ansokningar/", inbox.work_list, name="officer_list"),
    path("handlaggning/ansokningar/fil/", inbox.export, name="export"),
    path("handlaggning/ansokningar/vyer/", inbox.view_save, name="view_save"),
    path("handlaggning/ansokningar/vyer/<int:pk>/ta-bort/", inbox.view_remove, name="view_remove"),
    path("handlaggning/ansokningar/valda/tilldela/", inbox.assign_chosen, name="assign_chosen"),
    path("handlaggning/ansokningar/valda/skriv/", inbox.write_chosen, name="write_chosen"),
    path("handlaggning/ansokningar/<int:pk>/dela/", sharing.share, name="share"),
    path("handlaggning/ansokningar/<int:pk>/dela/<int:person_pk>/avsluta/", sharing.unshare, name="unshare"),
    path("handlaggning/ansokningar/<int:pk>/anteckningar/ny/", sharing.note_new, name="note_new"),
    path(
        "handlaggning/ansokningar/<int:pk>/anteckningar/<int:note_pk>/", sharing.note_edit, name="note_edit"
    ),
    path(
        "handlaggning/ansokningar/<int:pk>/anteckningar/<int:note_pk>/ta-bort/",
        sharing.note_remove,
        name="note_remove",
    ),
    path("handlaggning/ansokningar/<int:pk>/meddelanden/", writing.officer_letters, name="officer_letters"),
    path("handlaggning/ansokningar/oppet-for/", doors.door_list, name="door_list"),
    path("handlaggning/ansokningar/oppet-for/ny/", doors.door_new, name="door_new"),
    path("handlaggning/ansokningar/oppet-for/<int:pk>/stang/", doors.door_close, name="door_close"),
    path("handlaggning/ansokningar/<int:pk>/", officer.detail, name="officer_detail"),
    path("handlaggning/ansokningar/<int:pk>/filer/<int:file_pk>/", officer.file, name="officer_file"),
    path("handlaggning/ansokningar/<int:pk>/handlaggare/", officer.assign, name="assign"),
    path("handlaggning/ansokningar/<int:pk>/granskad/", officer.assess, name="assess"),
    path("handlaggning/ansokningar/<int:pk>/bedomning/", assessing.assessment, name="assessment"),
    path("handlaggning/ansokningar/<int:pk>/bedomning/avsta/", assessing.abstain, name="abstain"),
    path(
        "handlaggning/ansokningar/<int:pk>/bedomning/<int:assessment_pk>/oppna/",
        assessing.reopen,
        name="reopen_assessment",
    ),
    path(
        "handlaggning/ansokningar/<int:pk>/bedomning/filer/<int:file_pk>/",
        assessing.file,
        name="assessment_file",
    ),
    path("handlaggning/ansokningar/<int:pk>/bedomare/", assigning.assessors, name="assessors"),
    path(
        "handlaggning/ansokningar/<int:pk>/bedomare/<int:assignment_pk>/",
        assigning.change,
        name="assignment_change",
    ),
    path(
        "handlaggning/ansokningar/<int:pk>/bedomare/<int:assignment_pk>/ta-bort/",
        assigning.end,
        name="assignment_end",
    ),
    path("handlaggning/utlysningar/<int:pk>/bedomare/", assigning.of_call, name="assessors_of_call"),
    path("handlaggning/ansokningar/<int:pk>/behorighet/", judging.eligibility, name="eligibility"),
    path(
        "handlaggning/ansokningar/<int:pk>/behorighet/oppna/",
        judging.review_again,
        name="review_again",
    ),
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
    path(
        "handlaggning/ansokningar/<int:pk>/komplettering/obesvarad/",
        supplementing.unanswered,
        name="officer_supplement_unanswered",
    ),
    path(
        "handlaggning/ansokningar/<int:pk>/komplettering/<int:supplement_pk>/",
        supplementing.changes,
        name="officer_supplement_changes",
    ),
]
