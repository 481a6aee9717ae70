"""The signed decisions of a case, for its audit trail. Appeals, notices and reports are recorded on them."""

from decisions.models import Decision
from s3portal.diary.models import Case
from s3portal.diary.trails import Source


def sources(case: Case) -> list[Source]:
    label = Decision._meta.label_lower
    return [
        Source(label, pk)
        for pk in Decision.objects.signed().filter(case=case).order_by("pk").values_list("pk", flat=True)
    ]
