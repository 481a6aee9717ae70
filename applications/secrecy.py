"""What applicants have marked as trade secrets, told to those who try whether a document can be given out."""

from collections.abc import Iterator

from applications.models import Application
from s3portal.diary.models import Case


def hints(case: Case) -> Iterator[str]:
    """Whole sentences, one for each application in the case with marks of its own. The marks are the
    applicant's view and bind nobody (OSL 30:27)."""
    sent = Application.objects.received().filter(case=case).prefetch_related("trade_secrets", "attachments")
    for application in sent:
        fields = len(application.trade_secrets.all())
        files = sum(bool(one.trade_secret_reason) for one in application.attachments.all())
        if fields or files:
            yield (
                f"Sökanden har märkt {fields} uppgifter och {files} bilagor i ansökan som affärshemligheter. "
                "Läs skälen i ansökan."
            )
