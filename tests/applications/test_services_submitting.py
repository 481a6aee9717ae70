"""Sending: in time, whole, once, and exactly what was reviewed."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from applications import services, tasks
from applications.documents import read_sent, sent_file
from applications.models import Application
from applications.parts import PROJECT_TEXTS
from applications.services.door import clock
from applications.snapshot import canonical_json
from calls.services.editing import lock_call, require_unreceived
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen, sha256_hex
from s3portal.diary.models import Case, Record, RecordFile, Series
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.sending import assessed, send


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def submit(application, user, **arguments):
    values = {"application_id": application.pk, "actor": user, "arrived_at": timezone.now()}
    return services.submit_application(**(values | arguments))


def nothing_happened(application):
    application.refresh_from_db()
    assert application.is_draft
    assert application.case_id is None
    assert not Case.objects.exists()
    assert not Record.objects.exists()
    assert not RecordFile.objects.exists()
    assert not Message.objects.exists()
    assert not Event.objects.filter(action="application_submitted").exists()


@pytest.mark.django_db
def test_submit(draft, owner, colleague, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(tasks.render_application_pdf, "delay", asked.append)
    arrived = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        submit(draft, owner, arrived_at=arrived)
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert (draft.submitted_by, draft.submitted_at) == (owner, arrived)
    assert draft.total_cost == 600_000
    assert asked == [draft.pk]
    case = draft.case
    assert case.title == f"Ansökan: {draft.title}"
    assert case.counterpart == draft.organisation.name
    assert (case.serial, case.opened_on) == (1, timezone.localdate(arrived))
    record = draft.record
    assert (record.number, record.direction, record.dated_at) == (1, "incoming", arrived)
    event = Event.objects.get(action="application_submitted")
    assert event.data == {"diary_number": str(case), "sha256": record.files.get().sha256}


@pytest.mark.django_db
def test_exactly_what_was_sent_is_stored(draft, owner):
    factories.make_partner(application=draft, name="Åvki", org_number="202100-4524", receives_aid=True)
    factories.make_indicator(application=draft)
    draft.trade_secrets.create(field="summary", reason="Receptet.")
    draft = send(draft, owner)
    file = draft.record.files.get()
    content = read_frozen(file.storage_name, sha256=file.sha256)
    assert sha256_hex(content) == file.sha256
    assert (file.filename, file.content_type, file.size) == (
        f"ansokan-{draft.case.slug}.json",
        "application/json",
        len(content),
    )
    data = json.loads(content)
    assert canonical_json(data) == content, "one way only to write it"
    year = draft.starts_on.year
    assert data["format"] == "s3-portalen/ansokan"
    assert data["organisation"]["org_number"] == draft.organisation.org_number
    assert data["format_version"] == 2
    assert data["partners"] == [
        {
            "name": "Åvki",
            "org_number": "202100-4524",
            "contact_name": "Petra Partner",
            "contact_email": "petra@example.org",
            "role": "Leder testbädden.",
            "receives_aid": True,
        }
    ]
    assert data["project"] == {
        "title": draft.title,
        **{name: getattr(draft, name) for name in PROJECT_TEXTS},
        "activity_rows": [
            {
                "what": "Bygga en testbädd",
                "starts_on": f"{year}-01-01",
                "ends_on": (draft.starts_on + timedelta(days=60)).isoformat(),
                "responsible": "Projektledaren",
            }
        ],
        "indicators": [{"name": "Företag som samverkar", "unit": "företag", "target": "12"}],
        "trade_secrets": {"summary": "Receptet."},
        "areas": [area.name for area in draft.areas.all()],
        "municipalities": [{"code": "2380", "name": "Östersund"}],
        "starts_on": f"{year}-01-01",
        "ends_on": f"{year + 1}-12-31",
    }
    assert data["budget"]["costs"][0] == {
        "category": "personnel",
        "label": "Personal",
        "amounts": {str(year): 300_000, str(year + 1): 300_000},
        "total": 600_000,
    }
    assert data["totals"] == {
        "applied": 300_000,
        "cash": 200_000,
        "in_kind": 100_000,
        "other_in_kind": 0,
        "own": 0,
        "public": 300_000,
        "public_share": "50\xa0%",
        "financing": 600_000,
        "total_cost": 600_000,
        "aid_share": "50\xa0%",
        "aid_cap": "50\xa0%",
    }
    assert data["submission"]["by"] == "Olga Ödmark"
    assert data["submission"]["diary_number"] == str(draft.case)
    assert datetime.fromisoformat(data["submission"]["at"]) == draft.submitted_at


@pytest.mark.django_db
def test_receipts_once_to_each(draft, owner, organisation):
    second_owner = factories.make_user("second@example.org")
    factories.make_membership(user=second_owner, organisation=organisation)
    gone = factories.make_user("gone@example.org", is_active=False)
    factories.make_membership(user=gone, organisation=organisation)
    Application.objects.filter(pk=draft.pk).update(contact_email="Owner@Example.org")
    draft = send(draft, owner)
    messages = Message.objects.filter(kind="application_received").order_by("to_email")
    assert [message.to_email for message in messages] == ["owner@example.org", "second@example.org"]
    message = messages[0]
    assert message.subject == f"Kvitto {draft.case}: vi har tagit emot er ansökan"
    for words in (
        str(draft.case),
        clock(draft.submitted_at),
        draft.record.files.get().sha256,
        f"/mina-ansokningar/{draft.pk}/kvitto/",
    ):
        assert words in message.text_body
        assert words in message.html_body


# --- Refusals ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_last_second_is_in_time_and_the_next_is_late(owner):
    closes = datetime(2021, 11, 29, 22, 59, 59, tzinfo=UTC)
    call = factories.make_call(opens_at=closes - timedelta(days=30), closes_at=closes)
    late = factories.make_application(user=owner, call=call)
    with pytest.raises(services.TooLate) as refused:
        submit(late, owner, arrived_at=closes + timedelta(seconds=1))
    assert refused.value.message == (
        "Utlysningen stängde 29 november 2021 kl. 23.59.59. "
        "Ansökan kom 30 november 2021 kl. 00.00.00 och kan inte tas emot."
    )
    nothing_happened(late)
    draft = submit(late, owner, arrived_at=closes.replace(microsecond=999_999))
    assert str(draft.case) == "RUN/1/2021"


@pytest.mark.django_db
def test_the_year_of_the_number_is_that_of_the_arrival(owner):
    closes = datetime(2021, 12, 31, 22, 59, 59, tzinfo=UTC)
    call = factories.make_call(opens_at=closes - timedelta(days=30), closes_at=closes, diary_prefix="KLU")
    draft = submit(factories.make_application(user=owner, call=call), owner, arrived_at=closes)
    assert str(draft.case) == "KLU/1/2021"


@pytest.mark.django_db
def test_incomplete(draft, owner):
    Application.objects.filter(pk=draft.pk).update(title="", applied_amount=300_001)
    with pytest.raises(services.NotComplete) as refused:
        submit(draft, owner)
    assert refused.value.message == "Fyll i projektets namn."
    assert len(refused.value.problems) == 3
    nothing_happened(draft)


@pytest.mark.django_db
def test_only_a_signatory_or_who_attests_their_authority_with_proof(draft, colleague, stranger):
    with pytest.raises(Refusal, match="Bara en firmatecknare kan skicka in ansökan"):
        submit(draft, stranger, authority_attested=True)
    with pytest.raises(Refusal, match="Kryssa i att du får företräda") as refused:
        submit(draft, colleague)
    assert refused.value.field == "authority_attested"
    factories.make_attachment(application=draft, kind="other")
    with pytest.raises(Refusal, match="Ladda först upp fullmakten"):
        submit(draft, colleague, authority_attested=True)
    nothing_happened(draft)
    factories.make_attachment(application=draft, kind="authority")
    sent = submit(draft, colleague, authority_attested=True)
    assert read_sent(sent_file(sent))["submission"]["authority"] == "attested"


@pytest.mark.django_db
def test_a_signatory_attests_nothing(draft, owner):
    sent = submit(draft, owner, authority_attested=True)
    assert "authority" not in read_sent(sent_file(sent))["submission"]


@pytest.mark.django_db
def test_what_was_reviewed_is_what_is_sent(draft, owner, colleague):
    Application.objects.filter(pk=draft.pk).update(version=2, updated_by=colleague)
    with pytest.raises(services.ReviewedOlder) as refused:
        submit(draft, owner, reviewed_version=1)
    draft.refresh_from_db()
    assert refused.value.message == (
        f"Kim Källström ändrade ansökan {clock(draft.updated_at)}, efter att du öppnade sidan. "
        "Läs igenom den igen och skicka sedan in."
    )
    nothing_happened(draft)
    assert submit(draft, owner, reviewed_version=2).case_id


@pytest.mark.django_db
def test_consent_where_the_law_asks_for_it(draft, owner):
    basis = draft.call.legal_basis
    basis.publication_consent_required = True
    basis.save(update_fields=["publication_consent_required"])
    with pytest.raises(Refusal, match="Kryssa i att ni samtycker till publicering") as refused:
        submit(draft, owner, publication_consent=False)
    assert refused.value.field == "publication_consent"
    nothing_happened(draft)
    submit(draft, owner, publication_consent=True)
    assert Application.objects.get(pk=draft.pk).publication_consent is True


@pytest.mark.django_db
def test_a_failure_at_the_end_leaves_nothing(draft, owner, monkeypatch):
    """The number that was taken goes to the next."""

    def fail(*args, **kwargs):
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr("applications.services.submitting._mail_receipts", fail)
        with pytest.raises(RuntimeError):
            submit(draft, owner)
    nothing_happened(draft)
    assert submit(draft, owner).case.serial == 1


@pytest.mark.django_db
def test_twice(draft, owner):
    submit(draft, owner)
    with pytest.raises(Refusal, match="Ansökan är redan inskickad"):
        submit(draft, owner)
    assert Case.objects.count() == 1


# --- Withdrawing ------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["submitted", "assessed"])
def test_withdraw(draft, owner, officer, stage):
    sent = send(draft, owner) if stage == "submitted" else assessed(draft, owner, officer)
    services.assign_officer(application_id=sent.pk, actor=officer, officer=officer)
    services.withdraw_application(application_id=sent.pk, actor=owner, reason="Vi fick nej <från> & parten.")
    sent.refresh_from_db()
    assert sent.status == "withdrawn"
    record = sent.case.records.get(number=2)
    assert (record.direction, record.title) == ("incoming", "Återkallelse av ansökan")
    file = record.files.get()
    text = read_frozen(file.storage_name, sha256=file.sha256).decode()
    assert "Vi fick nej <från> & parten." in text
    assert str(sent.case) in text
    kinds = Message.objects.filter(kind="application_withdrawn")
    assert sorted(kinds.values_list("to_email", flat=True)) == ["officer@example.org", "owner@example.org"]


@pytest.mark.django_db
def test_withdraw_a_draft_or_twice(draft, owner):
    with pytest.raises(Refusal, match="Bara en inskickad ansökan"):
        services.withdraw_application(application_id=draft.pk, actor=owner, reason="Nej")
    send(draft, owner)
    with pytest.raises(Refusal, match=r"^Skriv varför ni återkallar ansökan\.$"):
        services.withdraw_application(application_id=draft.pk, actor=owner, reason=" ")
    services.withdraw_application(application_id=draft.pk, actor=owner, reason="Nej")
    with pytest.raises(Refusal, match="Bara en inskickad ansökan"):
        services.withdraw_application(application_id=draft.pk, actor=owner, reason="Nej")
    assert Record.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["colleague", "stranger", "officer", "admin_user"])
def test_only_who_speaks_for_the_organisation_withdraws(draft, owner, who, request):
    sent, actor = send(draft, owner), request.getfixturevalue(who)
    with pytest.raises(Refusal, match=r"^Bara en ägare eller en firmatecknare kan återkalla ansökan\.$"):
        services.withdraw_application(application_id=sent.pk, actor=actor, reason="Nej")
    sent.refresh_from_db()
    assert sent.status == "submitted"
    assert Record.objects.count() == 1


# --- At once ----------------------------------------------------------------------------------------------
def at_once(works):
    """Run every work in a thread of its own, all let go at the same moment; what each gave or raised."""
    barrier = threading.Barrier(len(works))
    results = [None] * len(works)

    def run(index, work):
        barrier.wait()
        try:
            results[index] = work()
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def no_broker(monkeypatch):
    """These are about the database; the queue is tested elsewhere."""
    monkeypatch.setattr(tasks.render_application_pdf, "delay", lambda pk: None)
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda pk: None)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_get_two_hundred_numbers(owner, no_broker):
    call = factories.make_call()
    with transaction.atomic():
        drafts = [factories.make_application(user=owner, call=call) for _ in range(200)]
    results = at_once([lambda draft=draft: submit(draft, owner) for draft in drafts])
    assert [result for result in results if isinstance(result, Exception)] == []
    serials = sorted(Case.objects.values_list("serial", flat=True))
    assert serials == list(range(1, 201)), "different, and without a gap"
    assert Series.objects.get().next_serial == 201
    assert Application.objects.filter(status="submitted", record__number=1).count() == 200
    stored = {json.loads(read_frozen(file.storage_name, sha256=file.sha256))["submission"]["diary_number"]
              for file in RecordFile.objects.all()}  # fmt: skip
    assert len(stored) == 200
    assert Message.objects.filter(kind="application_received").count() == 200


@pytest.mark.django_db(transaction=True)
def test_of_those_at_the_closing_second_exactly_those_in_time_get_numbers(owner, no_broker):
    """Six reach the portal in the closing second and six in the next, all let go at the same moment."""
    closes = timezone.now().replace(microsecond=0)
    call = factories.make_call(closes_at=closes)
    drafts = [factories.make_application(user=owner, call=call) for _ in range(12)]
    in_time, late = closes + timedelta(microseconds=999_999), closes + timedelta(seconds=1)
    results = at_once(
        [
            lambda draft=draft, at=at: submit(draft, owner, arrived_at=at)
            for draft, at in zip(drafts, [in_time, late] * 6, strict=True)
        ]
    )
    assert [type(result) for result in results] == [Application, services.TooLate] * 6
    assert sorted(Case.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Series.objects.get().next_serial == 7, "the late took no number"
    for draft, at in zip(drafts, [in_time, late] * 6, strict=True):
        draft.refresh_from_db()
        assert (draft.status, draft.submitted_at) == (
            ("submitted", in_time) if at == in_time else ("draft", None)
        )
    assert Message.objects.filter(kind="application_received").count() == 6


@pytest.mark.django_db(transaction=True)
def test_the_same_twice_at_once_is_one_case(owner, no_broker):
    draft = factories.make_application(user=owner)
    results = at_once([lambda: submit(draft, owner)] * 5)
    refusals = [result.message for result in results if isinstance(result, Refusal)]
    assert refusals == ["Ansökan är redan inskickad."] * 4
    assert Case.objects.count() == 1
    assert RecordFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_withdraws_while_it_is_sent_waits_for_its_number(owner, no_broker):
    """The withdrawal meets what was sent, not the draft; each is a record of the same case."""
    draft = factories.make_application(user=owner)

    def withdraw():
        return services.withdraw_application(application_id=draft.pk, actor=owner, reason="Vi ångrar oss.")

    results = []
    with transaction.atomic():
        submit(draft, owner)
        withdrawing = threading.Thread(target=lambda: results.extend(at_once([withdraw])))
        withdrawing.start()
        withdrawing.join(timeout=1)
        assert withdrawing.is_alive(), "it waits for the application"
    withdrawing.join()
    assert [result.status for result in results] == ["withdrawn"], results
    assert list(Record.objects.order_by("number").values_list("number", "title")) == [
        (1, f"Ansökan till {draft.call.title}"),
        (2, "Återkallelse av ansökan"),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_sent_and_withdrawn_at_once_is_either_whole(owner, no_broker, attempt):
    """Whoever comes first: withdrawn with both records, or sent with one and the withdrawal refused."""
    draft = factories.make_application(user=owner)
    sent, withdrawn = at_once(
        [
            lambda: submit(draft, owner),
            lambda: services.withdraw_application(
                application_id=draft.pk, actor=owner, reason="Vi ångrar oss."
            ),
        ]
    )
    assert isinstance(sent, Application), sent
    draft.refresh_from_db()
    if isinstance(withdrawn, Refusal):
        assert withdrawn.message == "Bara en inskickad ansökan som väntar på beslut kan återkallas."
        assert (draft.status, Record.objects.count()) == ("submitted", 1)
    else:
        assert isinstance(withdrawn, Application), withdrawn
        assert (draft.status, Record.objects.count()) == ("withdrawn", 2)
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_a_new_application_and_a_withdrawal_of_the_former_at_once(owner, no_broker, attempt):
    """Both take the former: the new one replaces it as it stands, or the withdrawal comes too late."""
    before = factories.make_application(user=owner)
    submit(before, owner)
    new = services.begin_change(application_id=before.pk, actor=owner, arrived_at=timezone.now())
    factories.make_declarations(application=new, user=owner)
    sent, withdrawn = at_once(
        [
            lambda: submit(new, owner),
            lambda: services.withdraw_application(application_id=before.pk, actor=owner, reason="Nej."),
        ]
    )
    assert isinstance(sent, Application), sent
    for each in (before, new):
        each.refresh_from_db()
    assert (before.status, new.status) == ("replaced", "submitted")
    assert new.case_id == before.case_id
    late = isinstance(withdrawn, Refusal)
    assert late or isinstance(withdrawn, Application), withdrawn
    numbers = sorted(Record.objects.filter(case=new.case).values_list("number", flat=True))
    assert numbers == ([1, 2] if late else [1, 2, 3])


@pytest.mark.django_db(transaction=True)
def test_who_comes_in_the_last_second_may_wait_for_the_locks(owner, no_broker):
    """The counter is held past the closing time; arrival counts."""
    now = timezone.now()
    call = factories.make_call(closes_at=now.replace(microsecond=0))
    draft = factories.make_application(user=owner, call=call)
    Series.objects.create(prefix="RUN", year=timezone.localdate(now).year)
    results = []
    with transaction.atomic():
        Series.objects.select_for_update().get()
        waiting = threading.Thread(
            target=lambda: results.extend(at_once([lambda: submit(draft, owner, arrived_at=now)]))
        )
        waiting.start()
        waiting.join(timeout=1.5)
        assert waiting.is_alive(), "it waits for the counter"
        assert timezone.now() > call.closes_at
    waiting.join()
    assert results[0].case.serial == 1


@pytest.mark.django_db(transaction=True)
def test_the_closing_time_cannot_move_under_an_application(owner, no_broker):
    """While one is coming in, an officer's change to the call waits."""
    draft = factories.make_application(user=owner)
    with transaction.atomic():
        submit(draft, owner)

        def move():
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
                cursor.execute("UPDATE calls_call SET closes_at = now() WHERE id = %s", [draft.call_id])

        (result,) = at_once([move])
        assert "lock timeout" in str(result)


# --- The call's questions stand still from the first application ------------------------------------------
@pytest.mark.django_db
def test_the_first_received_application_is_noted_in_its_call_and_the_second_is_not(owner):
    call = factories.make_call()
    first, second = (factories.make_application(user=owner, call=call) for _ in range(2))
    arrived = timezone.now()
    submit(first, owner, arrived_at=arrived)
    submit(second, owner, arrived_at=arrived + timedelta(minutes=1))
    call.refresh_from_db()
    assert call.first_received_at == arrived


@pytest.mark.django_db
def test_a_refused_application_leaves_no_mark_in_its_call(owner):
    draft = factories.make_application(user=owner, title="")
    with pytest.raises(services.NotComplete):
        submit(draft, owner)
    draft.call.refresh_from_db()
    assert draft.call.first_received_at is None


@pytest.mark.django_db(transaction=True)
def test_who_sends_while_an_officer_adds_a_question_is_asked_it(owner, no_broker):
    """The officer has the call; the first application waits and then meets the question."""
    draft = factories.make_application(user=owner)
    with transaction.atomic():
        call = lock_call(draft.call_id)
        require_unreceived(call)
        sending = threading.Thread(target=lambda: results.extend(at_once([lambda: submit(draft, owner)])))
        results = []
        sending.start()
        sending.join(timeout=1)
        assert sending.is_alive(), "it waits for the officer"
        factories.make_question(call=call, label="Varför ni?", required=True)
    sending.join()
    assert isinstance(results[0], services.NotComplete), results
    call.refresh_from_db()
    assert call.first_received_at is None


@pytest.mark.django_db(transaction=True)
def test_an_officer_who_edits_while_the_first_is_sent_is_refused(owner, no_broker):
    draft = factories.make_application(user=owner)

    def add_question():
        with transaction.atomic():
            call = lock_call(draft.call_id)
            require_unreceived(call)
            factories.make_question(call=call, label="Varför ni?", required=True)

    results = []
    with transaction.atomic():
        submit(draft, owner)
        editing = threading.Thread(target=lambda: results.extend(at_once([add_question])))
        editing.start()
        editing.join(timeout=1)
        assert editing.is_alive(), "it waits for the application"
    editing.join()
    assert isinstance(results[0], Refusal), results
    assert "första ansökan" in results[0].message
    assert not draft.call.questions.exists()
