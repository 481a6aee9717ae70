"""Comments beside the text of a draft: threads, anchors, rights, what the database refuses, and the mails."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import InternalError
from django.urls import reverse
from django.utils import timezone

from calls.queries.due import whole_address
from decisions import due_comments
from decisions.checks import check_decision, failing
from decisions.comment_queries import parts_shown
from decisions.document import full_text, render_decision
from decisions.models import CommentThread, DraftComment
from decisions.services import commenting
from decisions.services.clearing import clear_material
from decisions.services.commenting import (
    edit_comment,
    reply,
    set_resolved,
    start_thread,
    withdraw_comment,
)
from decisions.services.proposing import return_decision
from decisions.services.signing import sign_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories
from tests.counting import count_queries
from tests.decisions.test_versions import latest, points_of, recuse, save

pytestmark = pytest.mark.django_db


def at(decision):
    return reverse("decisions:draft_comments", args=[decision.pk])


def begin(decision, actor, anchor="del-reasons", text="Vilket mål?", quote=""):
    return start_thread(decision_id=decision.pk, actor=actor, anchor=anchor, text=text, quote=quote)


def answer(thread, actor, text="Det första."):
    return reply(decision_id=thread.decision_id, thread_id=thread.pk, actor=actor, text=text)


def step(client, thread, name, **data):
    return client.post(
        reverse("decisions:draft_comment_step", args=[thread.decision_id, thread.pk, name]), data, follow=True
    )


def lines(thread):
    return [(entry.kind, entry.author, entry.text) for entry in thread.entries.order_by("pk")]


# --- Threads ----------------------------------------------------------------------------------------------
def test_a_thread_is_written_answered_resolved_and_opened_again(officer, delegate_user, proposed):
    thread = begin(proposed, delegate_user, quote="den regionala  utvecklingsstrategin")
    assert (thread.part, thread.quote, thread.version) == (
        "reasons", "den regionala utvecklingsstrategin", proposed.version
    )  # fmt: skip
    answer(thread, officer)
    for _twice in range(2):
        done = set_resolved(decision_id=proposed.pk, thread_id=thread.pk, actor=officer, resolved=True)
    assert (done.is_open, done.resolved_by) == (False, officer)
    opened = set_resolved(decision_id=proposed.pk, thread_id=thread.pk, actor=delegate_user, resolved=False)
    assert (opened.is_open, opened.resolved_by) == (True, None)
    assert lines(thread) == [
        ("comment", delegate_user, "Vilket mål?"),
        ("comment", officer, "Det första."),
        ("resolved", officer, ""),
        ("reopened", delegate_user, ""),
    ]
    # Who did what, and never the words.
    events = Event.objects.filter(action__startswith="draft_comment").order_by("pk")
    assert [event.action for event in events] == [
        "draft_comment_written", "draft_comment_answered", "draft_comment_resolved", "draft_comment_reopened"
    ]  # fmt: skip
    assert not any("mål" in event.text or "första" in event.text for event in events)
    # The text is another's: a comment does not make the delegate read it anew.
    assert latest(proposed).version == proposed.version


def test_an_answer_to_what_was_just_marked_as_done_opens_it_again(officer, second_officer, draft):
    thread = begin(draft, officer)
    set_resolved(decision_id=draft.pk, thread_id=thread.pk, actor=second_officer, resolved=True)
    answer(thread, officer, "Vänta.")
    assert CommentThread.objects.get().is_open
    assert [kind for kind, _, _ in lines(thread)] == ["comment", "resolved", "reopened", "comment"]


def test_pressing_twice_writes_once(officer, second_officer, draft):
    first = begin(draft, officer)
    assert begin(draft, officer) == first
    assert begin(draft, second_officer) != first
    answer(first, second_officer)
    answer(first, second_officer)
    assert len(lines(first)) == 2
    assert CommentThread.objects.count() == 2


def test_a_draft_and_a_thread_have_room_for_so_many(officer, draft, monkeypatch):
    monkeypatch.setattr(commenting, "MOST_THREADS", 1)
    monkeypatch.setattr(commenting, "MOST_ENTRIES", 2)
    thread = begin(draft, officer)
    with pytest.raises(Refusal, match="har plats för 1 trådar"):
        begin(draft, officer, text="En till")
    answer(thread, officer)
    with pytest.raises(Refusal, match="Tråden är full: 2 inlägg"):
        answer(thread, officer, "Mer")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "  "}, "Skriv en kommentar"),
        ({"anchor": "del-annat"}, "finns inte kvar i utkastet"),
        ({"anchor": "del-plan"}, "finns inte kvar i utkastet"),
        ({"quote": "står inte där"}, "Orden finns inte i texten"),
    ],
)
def test_what_cannot_be_commented_on(officer, draft, fields, said):
    with pytest.raises(Refusal, match=said):
        begin(draft, officer, **fields)
    assert CommentThread.objects.count() == 0


# --- Where it is about ------------------------------------------------------------------------------------
def shown(decision, user):
    """Label, and the threads there as (open?, has changed?)."""
    return {
        part.label: [(row.thread.is_open, row.has_changed) for row in (*part.open, *part.done)]
        for part in parts_shown(latest(decision), user)
        if part.open or part.done
    }


def test_a_comment_follows_its_point_when_it_is_moved_and_rewritten(officer, draft):
    (_first, _), (second, text) = points_of(draft)
    begin(draft, officer, anchor=f"punkt-{second}", quote="Hållbar tillväxt")
    assert shown(draft, officer) == {"Beslutspunkt 2": [(True, False)]}
    save(draft, officer, points=points_of(draft)[::-1])
    assert shown(draft, officer) == {"Beslutspunkt 1": [(True, False)]}
    save(draft, officer, points=[(second, text.replace("Hållbar", "Grön")), points_of(draft)[1]])
    assert shown(draft, officer) == {"Beslutspunkt 1": [(True, True)]}
    save(draft, officer, points=points_of(draft)[1:])
    assert shown(draft, officer) == {"Delar som är borttagna": [(True, False)]}


def test_a_comment_on_all_of_a_part_says_when_it_has_changed(officer, draft):
    begin(draft, officer)
    begin(draft, officer, anchor="del-whole")
    save(draft, officer, title="Ny rubrik")
    assert shown(draft, officer) == {"Hela beslutet": [(True, False)], "Skäl för beslutet": [(True, False)]}
    save(draft, officer, reasons="Andra skäl.")
    assert shown(draft, officer) == {"Hela beslutet": [(True, False)], "Skäl för beslutet": [(True, True)]}


def test_the_text_that_was_commented_on_stays_in_the_history(officer, second_officer, draft):
    save(draft, officer, title="Som den lästes")
    begin(draft, second_officer, anchor="del-title")
    save(draft, officer, title="Ny")
    titles = [row.content["title"] for row in draft.versions.order_by("number")]
    assert titles[-2:] == ["Som den lästes", "Ny"]
    row = next(part for part in parts_shown(latest(draft), officer) if part.open).open[0]
    assert row.versions == (2, 3)


# --- Changed and taken back -------------------------------------------------------------------------------
def test_ones_own_words_are_changed_until_they_are_answered(officer, second_officer, draft):
    thread = begin(draft, officer)
    comment = thread.entries.get()
    edited = edit_comment(decision_id=draft.pk, comment_id=comment.pk, actor=officer, text="Vilket delmål?")
    assert (edited.text, edited.edited_at is not None) == ("Vilket delmål?", True)
    with pytest.raises(Refusal, match="Bara den som har skrivit"):
        edit_comment(decision_id=draft.pk, comment_id=comment.pk, actor=second_officer, text="X")
    answer(thread, second_officer)
    with pytest.raises(Conflict, match="Någon har svarat"):
        edit_comment(decision_id=draft.pk, comment_id=comment.pk, actor=officer, text="X")
    with pytest.raises(InternalError, match="has been answered"), transaction.atomic():
        DraftComment.objects.filter(pk=comment.pk).update(text="X")


def test_what_nobody_has_answered_vanishes_and_the_rest_leaves_a_mark(officer, second_officer, draft):
    lonely = begin(draft, officer, text="Fel")

    def take_back(comment, actor):
        return withdraw_comment(decision_id=draft.pk, comment_id=comment.pk, actor=actor)

    assert take_back(lonely.entries.get(), officer) is None
    assert CommentThread.objects.count() == 0
    thread = begin(draft, officer)
    said = answer(thread, second_officer)
    with pytest.raises(Refusal, match="Bara den som har skrivit"):
        take_back(said, officer)
    assert take_back(thread.entries.first(), officer) == thread
    assert lines(thread) == [("comment", officer, ""), ("comment", second_officer, "Det första.")]
    with pytest.raises(Refusal, match="finns inte kvar"):
        take_back(thread.entries.first(), officer)
    with pytest.raises(InternalError, match="stands as it was written"), transaction.atomic():
        DraftComment.objects.filter(thread=thread, text="").update(text="Igen", withdrawn_at=None)
    # With the last words gone nothing is left to keep.
    assert take_back(said, second_officer) is None
    assert CommentThread.objects.count() == 0


# --- Who --------------------------------------------------------------------------------------------------
def test_who_reads_and_writes_comments(
    client_for, officer, second_officer, delegate_user, registrar, owner, member, draft
):
    begin(draft, officer)
    people = (officer, second_officer, delegate_user, registrar, owner, member)
    sent = {"mal": "del-reasons", "text": "Nytt"}
    assert [client_for(user).get(at(draft)).status_code for user in people] == [200] * 3 + [404] * 3
    assert [client_for(user).post(at(draft), sent).status_code for user in people] == [302] * 3 + [404] * 3
    recuse(draft, second_officer)
    thread = CommentThread.objects.first()
    address = reverse("decisions:draft_comment_step", args=[draft.pk, thread.pk, "klar"])
    barred = client_for(second_officer)
    assert [barred.get(at(draft)).status_code, barred.post(at(draft), sent).status_code] == [403, 403]
    assert barred.post(address).status_code == 403
    with pytest.raises(Refusal, match="jäv"):
        begin(draft, second_officer, text="Ändå")
    with pytest.raises(Refusal, match="Bara de som skriver"):
        begin(draft, registrar, text="Ändå")


def test_a_thread_of_another_draft_is_not_reached(client_for, officer, delegate, draft):
    other = factories.make_decision(user=officer, delegate=delegate)
    thread = begin(other, officer)
    with pytest.raises(Refusal, match="finns inte kvar"):
        reply(decision_id=draft.pk, thread_id=thread.pk, actor=officer, text="X")
    with pytest.raises(Refusal, match="finns inte kvar"):
        edit_comment(decision_id=draft.pk, comment_id=thread.entries.get().pk, actor=officer, text="X")
    response = client_for(officer).post(
        reverse("decisions:draft_comment_step", args=[draft.pk, thread.pk, "klar"]), follow=True
    )
    assert "Kommentaren finns inte kvar." in response.content.decode()
    assert CommentThread.objects.get().is_open


def test_after_the_signature_comments_are_read_and_not_written(
    client_for, officer, delegate_user, registrar, proposed
):
    thread = begin(proposed, delegate_user)
    set_resolved(decision_id=proposed.pk, thread_id=thread.pk, actor=officer, resolved=True)
    signed = sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    client = client_for(officer)
    page = client.get(at(signed)).content.decode()
    assert "Vilket mål?" in page
    assert "Beslutet är undertecknat. Kommentarerna går att läsa till och med" in page
    assert "Skriv en kommentar" not in page
    refused = client.post(at(signed), {"mal": "del-reasons", "text": "För sent men viktigt"})
    assert refused.status_code == 422
    assert "Det du skrev är inte sparat" in refused.content.decode()
    assert "För sent men viktigt" in refused.content.decode()
    assert "Beslutet är undertecknat" in step(client, thread, "oppna").content.decode()
    assert client_for(registrar).get(at(signed)).status_code == 403
    for change in (
        lambda: signed.threads.create(part="title", part_mark="x", version=1),
        lambda: CommentThread.objects.update(resolved_at=None, resolved_by=None),
        lambda: thread.entries.create(author=officer, text="X"),
    ):
        with pytest.raises(InternalError, match="frozen with its parent"), transaction.atomic():
            change()


def test_who_reads_the_comments_on_what_is_secret_is_noted(client_for, officer, delegate_user, proposed):
    begin(proposed, delegate_user)
    signed = sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    client = client_for(officer)
    client.get(at(signed))
    assert not Event.objects.filter(action="protected_read").exists()
    factories.mark_secret(signed.case, "title")
    client.get(at(signed))
    assert [event.actor_id for event in Event.objects.filter(action="protected_read")] == [officer.pk]


def test_comments_are_no_part_of_the_decision(officer, delegate_user, proposed):
    text, words = full_text(latest(proposed)), "Zebra"
    begin(proposed, delegate_user, text=words)
    signed = sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    assert full_text(latest(signed)) == text
    assert words not in signed.full_text
    assert words.encode() not in render_decision(latest(signed), preview=False)


def test_comments_are_taken_away_some_time_after_the_signature(settings, officer, delegate_user, proposed):
    settings.DRAFT_MATERIAL_DAYS = 30
    answer(begin(proposed, delegate_user), officer)
    signed = sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    assert clear_material(now=signed.signed_at + timedelta(days=30)) == 1
    assert (CommentThread.objects.count(), DraftComment.objects.count()) == (0, 0)


# --- The check --------------------------------------------------------------------------------------------
def test_an_open_comment_is_a_notice_and_no_stop(client_for, officer, delegate_user, proposed):
    def found():
        checks = check_decision(latest(proposed), on=timezone.localdate())
        return [(check.label, check.ok, check.notice) for check in checks if check.code == "comments"]

    assert found() == []
    thread = begin(proposed, delegate_user)
    begin(proposed, delegate_user, text="En till")
    assert found() == [("2 kommentarer är inte klara", True, True)]
    assert failing(check_decision(latest(proposed), on=timezone.localdate())) == []
    page = client_for(delegate_user).get(reverse("decisions:sign", args=[proposed.pk])).content.decode()
    assert "Att tänka på: </span>2 kommentarer är inte klara" in page
    set_resolved(decision_id=proposed.pk, thread_id=thread.pk, actor=officer, resolved=True)
    assert found() == [("1 kommentar är inte klar", True, True)]
    sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)


# --- The pages --------------------------------------------------------------------------------------------
def test_written_answered_and_done_without_script(client_for, officer, delegate_user, proposed):
    delegate, writer = client_for(delegate_user), client_for(officer)
    response = delegate.post(
        at(proposed), {"mal": "del-reasons", "quote": "utvecklingsstrategin", "text": "Vilket mål?"}
    )
    thread = CommentThread.objects.get()
    assert response["location"] == f"{at(proposed)}#trad-{thread.pk}"
    page = writer.get(at(proposed)).content.decode()
    assert "till Skäl för beslutet</span>: 1 öppen" in page
    assert "”utvecklingsstrategin”" in page
    writer.post(at(proposed), {"mal": f"trad:{thread.pk}", "text": "Det första."})
    assert "Kommentaren är klar." in step(writer, thread, "klar").content.decode()
    page = delegate.get(at(proposed)).content.decode()
    assert "Klara kommentarer (1)" in page
    assert "Hanna Handläggare markerade som klar" in page
    assert "Kommentaren är öppen igen." in step(delegate, thread, "oppna").content.decode()
    own = thread.entries.filter(author=officer, kind="comment").get()
    writer.post(at(proposed), {"mal": f"kommentar:{own.pk}", "text": "Det andra."})
    assert "ändrad" in delegate.get(at(proposed)).content.decode()
    page = step(writer, thread, "ta-tillbaka", kommentar=own.pk).content.decode()
    assert "Kommentaren är tillbakatagen." in page
    assert len(lines(thread)) == 3


def test_a_fault_keeps_what_was_typed_where_it_was_typed(client_for, officer, draft):
    response = client_for(officer).post(
        at(draft), {"mal": "del-reasons", "quote": "finns inte", "text": "Mitt långa svar"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Rätta 1 uppgift innan kommentaren sparas" in page
    assert 'href="#id_del-reasons_quote"' in page
    assert "Mitt långa svar</textarea>" in page
    assert "Det du skrev är inte sparat" not in page


def test_words_for_what_is_gone_are_shown_to_be_copied(client_for, officer, second_officer, draft):
    client = client_for(officer)
    for target in ("trad:999999", "kommentar:1", "punkt-00000000-0000-0000-0000-000000000000", "skräp", ""):
        response = client.post(at(draft), {"mal": target, "text": "Mitt långa svar"})
        assert response.status_code == 422, target
        page = response.content.decode()
        assert "Det du skrev är inte sparat" in page
        assert "Mitt långa svar" in page
    thread = begin(draft, officer)
    address = reverse("decisions:draft_comment_step", args=[draft.pk, thread.pk, "annat"])
    assert client.post(address).status_code == 404


def test_who_edits_what_was_just_answered_is_told_and_loses_nothing(
    client_for, officer, second_officer, draft
):
    thread = begin(draft, officer)
    comment = thread.entries.get()
    answer(thread, second_officer)
    response = client_for(officer).post(
        at(draft), {"mal": f"kommentar:{comment.pk}", "text": "Mitt ändrade ord"}
    )
    page = response.content.decode()
    assert "Någon har svarat på kommentaren" in page
    assert "Mitt ändrade ord" in page


def test_open_comments_stand_where_the_draft_is_written(client_for, officer, delegate_user, draft):
    (_, _), (second, _) = points_of(draft)
    begin(draft, delegate_user)
    thread = begin(draft, delegate_user, anchor=f"punkt-{second}", text="Vilken ram?")
    page = client_for(officer).get(reverse("decisions:officer_detail", args=[draft.pk])).content.decode()
    assert '1 öppen kommentar<span class="ds-sr-only"> till skälen</span>' in page
    assert '1 öppen kommentar<span class="ds-sr-only"> till Beslutspunkt 2</span>' in page
    assert f"{at(draft)}#trad-{thread.pk}" in page
    assert "Vilken ram?" in page


def test_the_pages_cost_the_same_at_one_and_many(client_for, officer, second_officer, draft):
    thread = begin(draft, officer)
    answer(thread, second_officer)
    addresses = [at(draft), reverse("decisions:officer_detail", args=[draft.pk])]
    client = client_for(officer)
    few = [count_queries(lambda address=address: client.get(address)) for address in addresses]
    for number in range(3):
        more = begin(draft, second_officer, anchor="del-title", text=f"Fråga {number}")
        answer(more, officer, f"Svar {number}")
    many = [count_queries(lambda address=address: client.get(address)) for address in addresses]
    assert many == few


# --- The mails --------------------------------------------------------------------------------------------
def mails(first=-60, last=60):
    now = timezone.now()
    found = due_comments.commented_drafts(now + timedelta(minutes=first), now + timedelta(minutes=last))
    return [(mail.to_email, mail.values) for mail in due_comments.comment_reminders(found)]


def test_one_mail_gathers_what_others_have_said(officer, second_officer, delegate_user, proposed):
    assert mails() == []
    thread = begin(proposed, delegate_user, text="Zebra")
    answer(thread, delegate_user, "Zebra igen")
    ((to, values),) = mails()
    assert to == officer.email
    assert values == {
        "antal": "2 nya kommentarer",
        "av": "Doris Direktör",
        "diarienummer": str(proposed.case),
        "länk": whole_address("decisions:draft_comments", proposed.pk),
    }
    answer(thread, second_officer, "Jag vet")
    by_person = dict(mails())
    assert by_person[officer.email]["av"] == "Doris Direktör och Anders Andersson"
    assert by_person[delegate_user.email]["antal"] == "1 ny kommentar"
    assert second_officer.email not in by_person
    # Who has answered since has seen it.
    answer(thread, officer, "Tack")
    assert officer.email not in dict(mails())


def test_who_was_mailed_that_it_came_back_is_not_mailed_of_the_same_comments(
    officer, delegate_user, proposed
):
    begin(proposed, delegate_user)
    return_decision(
        decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version, reason="Mer"
    )
    assert mails() == []
    begin(proposed, officer, text="Vad menar du?")
    assert [to for to, _ in mails()] == [delegate_user.email]


def test_not_to_those_with_a_recusal_or_without_the_role_and_not_of_what_is_signed(
    officer, second_officer, delegate_user, proposed
):
    thread = begin(proposed, second_officer)
    answer(thread, delegate_user)
    assert {to for to, _ in mails()} == {officer.email, second_officer.email}
    recuse(proposed, second_officer)
    officer.staff_roles.all().delete()
    assert mails() == []
    sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    assert due_comments.commented_drafts(timezone.now() - timedelta(hours=1), timezone.now()) == []
