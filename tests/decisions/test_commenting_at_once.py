"""Two who write beside, or in, the text of one draft at the same moment."""

from dataclasses import replace

import pytest

from decisions.content import content_of
from decisions.models import CommentThread, Decision, DraftComment
from decisions.services.commenting import edit_comment, reply, start_thread, withdraw_comment
from decisions.services.drafting import DraftConflict, save_draft
from decisions.services.signing import sign_decision
from s3portal.common.errors import Refusal
from tests.decisions.test_signing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def begin(decision, actor, text="Vilket mål?"):
    return start_thread(decision_id=decision.pk, actor=actor, anchor="del-reasons", text=text)


def test_two_who_answer_at_once_are_both_heard(officer, second_officer, delegate_user, draft):
    thread = begin(draft, delegate_user)
    people = (officer, second_officer, delegate_user)
    at_once(
        *[
            lambda person=person: reply(
                decision_id=draft.pk, thread_id=thread.pk, actor=person, text=f"Av {person}"
            )
            for person in people
        ]
    )
    assert {entry.text for entry in thread.entries.all()} == {"Vilket mål?", *(f"Av {one}" for one in people)}


def test_a_comment_is_either_edited_or_answered_first(officer, second_officer, draft):
    thread = begin(draft, officer)
    first = thread.entries.get()
    edited, answered = at_once(
        lambda: edit_comment(decision_id=draft.pk, comment_id=first.pk, actor=officer, text="Nytt"),
        lambda: reply(decision_id=draft.pk, thread_id=thread.pk, actor=second_officer, text="Svar"),
    )
    assert isinstance(answered, DraftComment)
    words = [entry.text for entry in thread.entries.all()]
    assert words == (["Vilket mål?", "Svar"] if isinstance(edited, Refusal) else ["Nytt", "Svar"])


def test_what_is_taken_back_while_it_is_answered_leaves_a_mark_or_no_thread(officer, second_officer, draft):
    thread = begin(draft, officer)
    first = thread.entries.get()
    _taken, answered = at_once(
        lambda: withdraw_comment(decision_id=draft.pk, comment_id=first.pk, actor=officer),
        lambda: reply(decision_id=draft.pk, thread_id=thread.pk, actor=second_officer, text="Svar"),
    )
    if isinstance(answered, Refusal):
        assert CommentThread.objects.count() == 0
    else:
        assert [entry.text for entry in thread.entries.all()] == ["", "Svar"]


def test_no_comment_slips_in_behind_the_signature(officer, delegate_user, proposed):
    signed, written = at_once(
        lambda: sign_decision(
            decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version
        ),
        lambda: begin(proposed, officer),
    )
    assert isinstance(signed, Decision)
    assert CommentThread.objects.count() == (0 if isinstance(written, Refusal) else 1)


def test_of_two_who_save_at_once_one_is_told_and_nothing_is_lost(officer, second_officer, draft):
    content = content_of(draft)

    def save(actor, title):
        return save_draft(
            decision_id=draft.pk,
            actor=actor,
            expected_version=draft.version,
            content=replace(content, title=title),
        )

    results = at_once(lambda: save(officer, "Hannas"), lambda: save(second_officer, "Anders"))
    (stored,) = [one for one in results if isinstance(one, Decision)]
    (conflict,) = [one for one in results if isinstance(one, DraftConflict)]
    (difference,) = conflict.differences
    assert {difference.theirs, difference.mine} == {"Hannas", "Anders"}
    assert difference.theirs == stored.title == Decision.objects.get().title
    assert [row.content["title"] for row in draft.versions.order_by("number")] == [draft.title, stored.title]
