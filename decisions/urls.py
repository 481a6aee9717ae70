from django.urls import path

from decisions.views import committee, delegate, officer, public, registrar

app_name = "decisions"
urlpatterns = [
    # --- everyone
    path("beslut/", public.decision_list, name="public_list"),
    path("beslut/<slug:slug>/", public.decision_detail, name="public_detail"),
    path("beslut/<slug:slug>/pdf/", public.decision_pdf, name="public_pdf"),
    # --- the nämnd
    path("namnd/", committee.start, name="committee_start"),
    path("namnd/<int:pk>/", committee.meeting_detail, name="committee_meeting"),
    path("namnd/<int:pk>/<int:report_pk>/pdf/", committee.report_pdf, name="committee_report_pdf"),
    path("namnd/<int:pk>/<int:report_pk>/markera/", committee.report_mark, name="committee_report_mark"),
    # --- writing and signing
    path("handlaggning/beslut/", officer.officer_list, name="officer_list"),
    path("handlaggning/beslut/ny/", officer.draft_new, name="draft_new"),
    path(
        "handlaggning/beslut/ny/ansokan/<int:pk>/",
        officer.draft_from_application,
        name="draft_from_application",
    ),
    path("handlaggning/beslut/<int:pk>/", officer.officer_detail, name="officer_detail"),
    path("handlaggning/beslut/<int:pk>/pdf/", officer.officer_pdf, name="officer_pdf"),
    path("handlaggning/beslut/<int:pk>/forhandsgranska/", officer.draft_preview, name="draft_preview"),
    path(
        "handlaggning/beslut/<int:pk>/forhandsgranska.pdf",
        officer.draft_preview_pdf,
        name="draft_preview_pdf",
    ),
    path("handlaggning/beslut/<int:pk>/skicka/", officer.draft_propose, name="draft_propose"),
    path("handlaggning/beslut/<int:pk>/ta-bort/", officer.draft_delete, name="draft_delete"),
    path("handlaggning/beslut/<int:pk>/skicka-tillbaka/", delegate.return_draft, name="return_draft"),
    path("handlaggning/beslut/<int:pk>/underskrift/", delegate.sign, name="sign"),
    # --- after the signature
    path("handlaggning/beslut/<int:pk>/expediera/", registrar.decision_expedite, name="decision_expedite"),
    path("handlaggning/beslut/<int:pk>/publicera/", registrar.decision_publish, name="decision_publish"),
    path(
        "handlaggning/beslut/<int:pk>/avpublicera/", registrar.decision_unpublish, name="decision_unpublish"
    ),
    # --- meetings and delegation
    path("handlaggning/sammantraden/", registrar.meeting_list, name="committee_meeting_list"),
    path("handlaggning/sammantraden/nytt/", registrar.meeting_create, name="committee_meeting_create"),
    path("handlaggning/sammantraden/<int:pk>/", registrar.meeting_detail, name="committee_meeting_detail"),
    path("handlaggning/sammantraden/<int:pk>/andra/", registrar.meeting_edit, name="committee_meeting_edit"),
    path(
        "handlaggning/sammantraden/<int:pk>/anmal/", registrar.meeting_report, name="committee_meeting_report"
    ),
    path(
        "handlaggning/sammantraden/<int:pk>/protokoll/",
        registrar.meeting_minutes,
        name="committee_meeting_minutes",
    ),
    path(
        "handlaggning/sammantraden/<int:pk>/<int:report_pk>/ta-bort/",
        registrar.meeting_withdraw,
        name="committee_meeting_withdraw",
    ),
    path("handlaggning/delegation/", registrar.delegation_list, name="delegation_list"),
]
