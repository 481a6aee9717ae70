from django.urls import path

from applications.checks import Step
from applications.views import applicant, drafting, officer, public, submitting, supplementing

app_name = "applications"
urlpatterns = [
    path("mina-ansokningar/", applicant.my_list, name="my_list"),
    path("mina-ansokningar/ny/<slug:slug>/", applicant.start, name="start"),
    path("mina-ansokningar/<int:pk>/", applicant.my_detail, name="my_detail"),
    path(
        "mina-ansokningar/<int:pk>/sokande/",
        drafting.edit,
        {"step": Step.APPLICANT},
        name="step_applicant",
    ),
    path("mina-ansokningar/<int:pk>/projekt/", drafting.edit, {"step": Step.PROJECT}, name="step_project"),
    path("mina-ansokningar/<int:pk>/fragor/", drafting.edit, {"step": Step.QUESTIONS}, name="step_questions"),
    path("mina-ansokningar/<int:pk>/budget/", drafting.edit, {"step": Step.BUDGET}, name="step_budget"),
    path("mina-ansokningar/<int:pk>/budget/summor/", drafting.budget_sums, name="budget_sums"),
    path("mina-ansokningar/<int:pk>/granska/", submitting.review, name="review"),
    path("mina-ansokningar/<int:pk>/skicka/", submitting.submit, name="submit"),
    path("mina-ansokningar/<int:pk>/kvitto/", applicant.receipt, name="receipt"),
    path("mina-ansokningar/<int:pk>/kvitto/pdf/", applicant.receipt_pdf, name="receipt_pdf"),
    path("mina-ansokningar/<int:pk>/filer/<int:file_pk>/", applicant.my_file, name="my_file"),
    path("mina-ansokningar/<int:pk>/utkast.txt", drafting.draft_text, name="draft_text"),
    path("mina-ansokningar/<int:pk>/utkast.json", drafting.draft_json, name="draft_json"),
    path("mina-ansokningar/<int:pk>/ta-bort/", applicant.delete, name="delete"),
    path("mina-ansokningar/<int:pk>/aterkalla/", applicant.withdraw, name="withdraw"),
    path("mina-ansokningar/<int:pk>/komplettering/", supplementing.answer, name="supplement"),
    path("handlaggning/ansokningar/", officer.work_list, name="officer_list"),
    path("handlaggning/ansokningar/<int:pk>/", officer.detail, name="officer_detail"),
    path("handlaggning/ansokningar/<int:pk>/filer/<int:file_pk>/", officer.file, name="officer_file"),
    path("handlaggning/ansokningar/<int:pk>/handlaggare/", officer.assign, name="assign"),
    path("handlaggning/ansokningar/<int:pk>/granskad/", officer.assess, name="assess"),
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
    path("projekt/", public.project_list, name="project_list"),
    path("projekt/<slug:slug>/", public.project_detail, name="project_detail"),
]
