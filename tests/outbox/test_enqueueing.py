import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from s3portal.audit.models import Event
from s3portal.common.files import FrozenFile, InlineFile, sha256_hex
from s3portal.outbox.models import Message, MessageAttachment, OptOut
from s3portal.outbox.services import Mail, cancel_queued, enqueue_many
from tests.outbox.test_delivering import words

pytestmark = pytest.mark.django_db
FILE = InlineFile("a.ics", "text/calendar", b"BEGIN:VCALENDAR")
FROZEN = FrozenFile("b.pdf", "application/pdf", "prov/b.pdf", "a" * 64)


def mails(count, **fields):
    return [
        Mail(
            **(
                {
                    "kind": "reminder",
                    "key": f"k{number}",
                    "to_email": f"p{number}@example.org",
                    "context": words(subject=f"Nummer {number}"),
                }
                | fields
            )
        )
        for number in range(count)
    ]


def test_many_are_written_each_with_its_own_files_and_none_twice(organisation):
    assert enqueue_many(mails(3, attachments=[FILE, FROZEN], obj=organisation)) == 3
    assert enqueue_many(mails(5, attachments=[FILE])) == 2
    assert enqueue_many([]) == 0
    first = Message.objects.get(key="k0")
    assert (first.subject, first.to_email, first.object_id) == ("Nummer 0", "p0@example.org", organisation.pk)
    files = first.attachments.order_by("filename").values_list("filename", "storage_name", "sha256")
    assert list(files) == [("a.ics", "", sha256_hex(FILE.content)), ("b.pdf", "prov/b.pdf", "a" * 64)]
    assert bytes(first.attachments.get(filename="a.ics").content) == FILE.content
    assert MessageAttachment.objects.count() == 3 * 2 + 2


def test_the_first_of_two_with_the_same_key_is_written():
    first, second = mails(1), mails(1, context=words(subject="Senare"))
    assert enqueue_many([*first, *second]) == 1
    assert Message.objects.get().subject == "Nummer 0"


def test_the_number_of_queries_does_not_grow_with_the_mails():
    counts = []
    for count in (1, 200):
        Message.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            assert enqueue_many(mails(count, attachments=[FILE])) == count
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_waits_about_a_thing_is_stopped_with_one_event(organisation, other_organisation, officer):
    enqueue_many(mails(3, obj=organisation))
    enqueue_many(mails(1, key="other", obj=other_organisation))
    Message.objects.filter(key="k2").update(kind="receipt")
    assert cancel_queued(obj=organisation, kinds=["reminder"], actor=officer) == 2
    assert cancel_queued(obj=organisation, kinds=["reminder"], actor=officer) == 0
    assert sorted(Message.objects.filter(status="queued").values_list("key", flat=True)) == ["k2", "other"]
    event = Event.objects.get(action="messages_cancelled")
    assert (event.object_id, event.actor_label, event.data) == (
        organisation.pk,
        str(officer),
        {"count": 2, "kinds": ["reminder"]},
    )
    # Their keys are free, also when they are as long as they may be.
    assert enqueue_many(mails(2, obj=organisation)) == 2
    Message.objects.filter(key="k2").update(key="å" * 250)
    assert cancel_queued(obj=organisation, actor=None) == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"content": b"x", "storage_name": "y"},
        {"content": None, "storage_name": ""},
    ],
)
def test_an_attachment_has_one_content(fields):
    enqueue_many(mails(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageAttachment.objects.create(
            message=Message.objects.get(), filename="a", content_type="text/plain", sha256="", **fields
        )


def test_an_address_opts_out_once_in_any_case_of_letters():
    OptOut.objects.create(email="a@example.org", group="news")
    with pytest.raises(IntegrityError), transaction.atomic():
        OptOut.objects.create(email="A@Example.org", group="news")
    with pytest.raises(IntegrityError), transaction.atomic():
        OptOut.objects.create(email="b@example.org", group="allt")
