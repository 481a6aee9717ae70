"""What happens when the scanner finds a virus in a file of an application."""

from collections.abc import Iterator

from django.urls import reverse

from applications.enums import ApplicationStatus
from applications.models import Application, Attachment
from s3portal.audit.services import record_event
from s3portal.common.models import HeldFile
from s3portal.outbox.services import enqueue_mail


def tell_of_infected(held: HeldFile) -> None:
    """Tell who uploaded it; of a file that was sent also the contact person, the officer and the case.

    Called in the transaction that finds it. The application is locked: either it is sent before this, with
    the file, or after it, without. Of a draft nobody at the region is told (TF 2:13)."""
    for attachment in Attachment.objects.filter(storage_name=held.name).order_by("application_id", "pk"):
        application = (
            Application.objects.select_related("case__officer", "organisation", "call")
            .select_for_update(of=("self",))
            .get(pk=attachment.application_id)
        )
        if application.status == ApplicationStatus.DISCARDED:
            continue
        _note(application, attachment)
        _mail_applicants(application, attachment)
        if not application.is_draft:
            _mail_officers(application, attachment)


def _note(application: Application, attachment: Attachment) -> None:
    """The officer reads the events when it has been sent: what never was is not named."""
    what = "en fil i utkastet" if application.is_draft else attachment.filename
    record_event(
        actor=None,
        action="attachment_infected",
        obj=application,
        text=f"Skadlig kod i {what}. Innehållet är borttaget.",
        data={} if application.is_draft else {"sha256": attachment.sha256},
    )


def _mail_applicants(application: Application, attachment: Attachment) -> None:
    step = "step_attachments" if application.is_draft else "my_detail"
    # Of a kind of its own: what tells of a draft is read by nobody at the region, then or later (TF 2:13).
    kind = "draft_attachment_infected" if application.is_draft else "attachment_infected"
    emails = [attachment.uploaded_by.email]
    if not application.is_draft:
        emails.append(application.contact_email)
    for email in dict.fromkeys(email.lower() for email in emails if email):
        enqueue_mail(
            kind=kind,
            key=f"{kind}:{attachment.pk}:{email}",
            to_email=email,
            obj=application,
            context={
                "application": application,
                "filename": attachment.filename,
                "path": reverse(f"applications:{step}", args=[application.pk]),
            },
        )


def _mail_officers(application: Application, attachment: Attachment) -> None:
    for email in _officers(application):
        enqueue_mail(
            kind="attachment_infected_officer",
            key=f"attachment_infected_officer:{attachment.pk}:{email}",
            to_email=email,
            obj=application,
            context={
                "application": application,
                "filename": attachment.filename,
                "path": reverse("applications:officer_detail", args=[application.pk]),
            },
        )


def _officers(application: Application) -> Iterator[str]:
    """The case's officer, else those to ask about the call."""
    officer = application.case.officer if application.case else None
    if officer is not None:
        yield officer.email.lower()
        return
    contacts = application.call.contacts.exclude(email="").values_list("email", flat=True)
    yield from dict.fromkeys(email.lower() for email in contacts)
