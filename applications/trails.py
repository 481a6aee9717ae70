"""Which events of an application belong to its case: those from when it was sent. Before that it was the
applicant's own (TF 2:13)."""

from applications.models import Application
from s3portal.diary.models import Case
from s3portal.diary.trails import Source


def sources(case: Case) -> list[Source]:
    label = Application._meta.label_lower
    sent = Application.objects.filter(case=case).order_by("pk").values_list("pk", "submitted_at")
    return [Source(label, pk, since=sent_at) for pk, sent_at in sent]
