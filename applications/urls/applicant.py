"""The applicants' pages."""

from django.urls import path

from applications.checks import PARTS, Step
from applications.views import (
    answering,
    applicant,
    attaching,
    budget,
    changing,
    drafting,
    history,
    presence,
    submitting,
    switching,
    writing,
)

urlpatterns = [
    path("mina-ansokningar/", applicant.my_list, name="my_list"),
    path("mina-ansokningar/organisation/", switching.choose, name="choose_organisation"),
    path("mina-ansokningar/ny/<slug:slug>/", applicant.start, name="start"),
    path("mina-ansokningar/<int:pk>/", applicant.my_detail, name="my_detail"),
    path(
        "mina-ansokningar/<int:pk>/sokande/",
        drafting.edit,
        {"step": Step.APPLICANT},
        name="step_applicant",
    ),
    *(
        path(
            f"mina-ansokningar/<int:pk>/{step}/narvaro/",
            presence.here,
            {"step": step},
            name=f"presence_{step}",
        )
        for step in PARTS
    ),
    path("mina-ansokningar/<int:pk>/versioner/", history.versions, name="versions"),
    path(
        "mina-ansokningar/<int:pk>/versioner/<int:version_pk>/aterstall/",
        history.restore,
        name="restore_text",
    ),
    path(
        "mina-ansokningar/<int:pk>/samverkan/",
        drafting.edit,
        {"step": Step.PARTNERS},
        name="step_partners",
    ),
    path("mina-ansokningar/<int:pk>/projekt/", drafting.edit, {"step": Step.PROJECT}, name="step_project"),
    path("mina-ansokningar/<int:pk>/fragor/", drafting.edit, {"step": Step.QUESTIONS}, name="step_questions"),
    path("mina-ansokningar/<int:pk>/budget/", drafting.edit, {"step": Step.BUDGET}, name="step_budget"),
    path("mina-ansokningar/<int:pk>/budget/summor/", budget.budget_sums, name="budget_sums"),
    path("mina-ansokningar/<int:pk>/budget/timkostnad/", budget.hourly, name="hourly"),
    path(
        "mina-ansokningar/<int:pk>/finansiering/",
        drafting.edit,
        {"step": Step.FINANCING},
        name="step_financing",
    ),
    path("mina-ansokningar/<int:pk>/finansiering/summor/", budget.financing_sums, name="financing_sums"),
    path("mina-ansokningar/<int:pk>/stod/", drafting.edit, {"step": Step.STATE_AID}, name="step_state_aid"),
    path("mina-ansokningar/<int:pk>/stod/utrymme/", drafting.aid_room, name="aid_room"),
    path("mina-ansokningar/<int:pk>/bilagor/", attaching.step, name="step_attachments"),
    path("mina-ansokningar/<int:pk>/bilagor/lage/", attaching.scan_state, name="attachments_scanned"),
    path("mina-ansokningar/<int:pk>/bilagor/<int:attachment_pk>/", attaching.file, name="attachment"),
    path(
        "mina-ansokningar/<int:pk>/bilagor/<int:attachment_pk>/mark/", attaching.mark, name="attachment_mark"
    ),
    path(
        "mina-ansokningar/<int:pk>/bilagor/<int:attachment_pk>/ta-bort/",
        attaching.remove,
        name="attachment_remove",
    ),
    path("mina-ansokningar/<int:pk>/granska/", submitting.review, name="review"),
    path("mina-ansokningar/<int:pk>/skicka/", submitting.submit, name="submit"),
    path("mina-ansokningar/<int:pk>/kvitto/", applicant.receipt, name="receipt"),
    path("mina-ansokningar/<int:pk>/kvitto/pdf/", applicant.receipt_pdf, name="receipt_pdf"),
    path("mina-ansokningar/<int:pk>/filer/<int:file_pk>/", applicant.my_file, name="my_file"),
    path("mina-ansokningar/<int:pk>/utkast.txt", drafting.draft_text, name="draft_text"),
    path("mina-ansokningar/<int:pk>/utkast.json", drafting.draft_json, name="draft_json"),
    path("mina-ansokningar/<int:pk>/ta-bort/", applicant.delete, name="delete"),
    path("mina-ansokningar/<int:pk>/aterkalla/", applicant.withdraw, name="withdraw"),
    path("mina-ansokningar/<int:pk>/meddelanden/", writing.letters, name="letters"),
    path("mina-ansokningar/<int:pk>/andra/", changing.change, name="change"),
    path("mina-ansokningar/<int:pk>/aterstall/", changing.restore, name="restore"),
    path("mina-ansokningar/<int:pk>/allt.zip", changing.everything, name="everything"),
    path("mina-ansokningar/borttagna/", changing.removed, name="removed"),
    path("mina-ansokningar/<int:pk>/komplettering/", answering.answer, name="supplement"),
    path("mina-ansokningar/<int:pk>/komplettering/granska/", answering.review, name="supplement_review"),
    path("mina-ansokningar/<int:pk>/komplettering/skicka/", answering.send, name="supplement_send"),
]
