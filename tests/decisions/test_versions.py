"""The versions of a draft: what is one version, what differs, back to an earlier one, and who reads them."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.utils import InternalError
from django.urls import reverse
from django.utils import timezone

from decisions.comparing import RUNNING_TEXTS, compare, field_texts
from decisions.content import COLUMNS, content_of
from decisions.enums import DecisionKind
from decisions.frozen import frozen, thawed
from decisions.models import Decision, DecisionVersion, DraftReading, StandardPhrase, StandardPhraseVersion
from decisions.point_keys import settle_keys
from decisions.services import versioning
from decisions.services.clearing import clear_material
from decisions.services.drafting import DraftConflict, delete_draft, save_draft, start_decision
from decisions.services.proposing import propose_decision, return_decision
from decisions.services.restoring import restore_version
from decisions.services.signing import sign_decision
from decisions.services.versioning import note_draft_read
from decisions.version_queries import history, pair_to_compare, since_read
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from tests import factories
from tests.counting import count_queries
from tests.decisions.test_forms import posted

pytestmark = pytest.mark.django_db


def latest(decision):
    return Decision.objects.with_parts().get(pk=decision.pk)


def save(decision, actor, *, points=None, **fields):
    """With ``points`` as (key, text)."""
    stored = latest(decision)
    if points is not None:
        fields |= {
            "points": tuple(text for _, text in points), "point_keys": tuple(key for key, _ in points)
        }  # fmt: skip
    return save_draft(
        decision_id=decision.pk,
        actor=actor,
        expected_version=stored.version,
        content=replace(content_of(stored), **fields),
    )


def points_of(decision):
    return [(str(point.key), point.text) for point in latest(decision).points.all()]


def recuse(decision, person):
    decision.declarations.create(person=person, ground="other", text="Vi är grannar.", declared_by=person)


def told(decision):
    return [(row.number, row.kind, row.saved_by) for row in decision.versions.order_by("number")]


@pytest.fixture
def clock(monkeypatch):
    """``clock(6)``: six minutes later."""
    now = [timezone.now()]
    monkeypatch.setattr(versioning.timezone, "now", lambda: now[0])

    def go_on(minutes):
        now[0] += timedelta(minutes=minutes)

    return go_on


# --- What is one version ----------------------------------------------------------------------------------
def test_saves_of_one_person_within_some_minutes_are_one_version(officer, second_officer, draft, clock):
    save(draft, officer, title="Ett")
    clock(4)
    save(draft, officer, title="Två")
    assert told(draft) == [(1, "found", officer), (2, "saved", officer)]
    save(draft, second_officer, title="Tre")
    save(draft, officer, title="Fyra")
    clock(6)
    save(draft, officer, title="Fem")
    assert [number for number, _, _ in told(draft)] == [1, 2, 3, 4, 5]
    titles = [row.content["title"] for row in draft.versions.order_by("number")]
    assert titles == ["Deltagande i projektet Klusterkraft", "Två", "Tre", "Fyra", "Fem"]


def test_one_version_is_never_longer_than_half_an_hour(officer, draft, clock):
    for minute in range(9):
        save(draft, officer, title=f"Rubrik {minute}")
        clock(4)
    assert [row.content["title"] for row in draft.versions.order_by("number")][1:] == ["Rubrik 7", "Rubrik 8"]


def test_the_same_text_again_is_no_version(officer, draft):
    save(draft, officer, title="Ny")
    save(draft, officer, title="Ny")
    assert len(told(draft)) == 2


def test_a_new_draft_begins_its_history(officer):
    begun = start_decision(actor=officer, kind=DecisionKind.OTHER, title="T")
    assert told(begun) == [(1, "started", officer)]
    assert begun.versions.get().content["title"] == "T"


def test_to_send_and_to_return_are_versions_of_their_own(officer, delegate_user, draft):
    sent = propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
    return_decision(decision_id=draft.pk, actor=delegate_user, expected_version=sent.version, reason="Mer")
    save(draft, officer, title="Ny")
    assert told(draft) == [
        (1, "found", officer), (2, "proposed", officer), (3, "returned", delegate_user), (4, "saved", officer)
    ]  # fmt: skip


def test_a_phrase_is_a_version_of_its_own(client_for, officer, draft):
    phrase = StandardPhrase.objects.create(kind=draft.kind, section="point", name="Egen")
    StandardPhraseVersion.objects.create(phrase=phrase, number=1, text="Mer.")
    response = client_for(officer).post(
        reverse("decisions:officer_detail", args=[draft.pk]),
        posted(draft, rad="fras:punkt", fras__punkt=str(phrase.pk)),
    )
    assert response.status_code == 302
    assert [kind for _, kind, _ in told(draft)] == ["found", "phrase"]


def test_the_history_of_a_draft_has_a_limit_and_steps_stay(officer, draft, clock, monkeypatch, delegate_user):
    monkeypatch.setattr(versioning, "MOST_VERSIONS", 4)
    sent = propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
    return_decision(decision_id=draft.pk, actor=delegate_user, expected_version=sent.version, reason="Mer")
    for word in ("Ett", "Två", "Tre"):
        clock(6)
        save(draft, officer, title=word)
    assert [(number, kind) for number, kind, _ in told(draft)] == [
        (1, "found"), (2, "proposed"), (3, "returned"), (6, "saved")
    ]  # fmt: skip


def test_a_version_is_not_rewritten(officer, draft):
    propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
    row = draft.versions.first()
    with pytest.raises(InternalError, match="Cannot update rows"):
        DecisionVersion.objects.filter(pk=row.pk).update(kind="saved")


def test_a_signed_decision_gets_no_version(officer, delegate_user, proposed):
    sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    with pytest.raises(InternalError, match="frozen with its parent"):
        proposed.versions.create(number=99, kind="saved", version=9, content={})


# --- Which point is which ---------------------------------------------------------------------------------
A, B, C, D = (str(uuid4()) for _ in range(4))


@pytest.mark.parametrize(
    ("stored", "texts", "sent", "settled"),
    [
        ([(A, "a"), (B, "b")], ["b", "a"], [B, A], [B, A]),
        ([(A, "a"), (B, "b")], ["b", "a"], [], [B, A]),
        ([(A, "a"), (B, "b")], ["a", "nytt b"], ["", ""], [A, B]),
        ([(A, "a"), (B, "b")], ["b"], ["", ""], [B]),
        ([(A, "a")], ["x", "y"], [A, A], [A, None]),
        ([(A, "a")], ["a", "n"], [A, C], [A, C]),
        ([(A, "a")], ["a"], ["skräp"], [A]),
        ([(A, "a"), (B, "a")], ["a", "a"], [], [A, B]),
        ([], ["a"], [], [None]),
    ],
)  # fmt: skip
def test_keys_are_settled(stored, texts, sent, settled):
    found = settle_keys(stored, texts, sent)
    assert [None if key not in (A, B, C, D) else key for key in found] == settled
    assert len(set(found)) == len(texts)


def test_a_point_keeps_its_key_when_the_page_moves_and_changes_it(client_for, officer, draft):
    (first, _), (second, _) = points_of(draft)
    address = reverse("decisions:officer_detail", args=[draft.pk])
    client_for(officer).post(address, posted(draft, rad="upp:punkt:1"))
    assert [key for key, _ in points_of(draft)] == [second, first]
    client_for(officer).post(address, posted(latest(draft), rad="lagg-till:punkt"))
    keys = [key for key, _ in points_of(draft)]
    assert keys[:2] == [second, first]
    assert len(set(keys)) == 3
    client_for(officer).post(address, posted(latest(draft), rad="ta-bort:punkt:0"))
    assert [key for key, _ in points_of(draft)] == keys[1:]


# --- What differs -----------------------------------------------------------------------------------------
def test_points_are_found_wherever_they_were_moved(officer, draft):
    before = frozen(replace(content_of(draft), points=("ett", "två", "tre", "fyra"), point_keys=(A, B, C, D)))
    after = frozen(
        replace(content_of(draft), points=("tre", "ett", "nytt två", "fem"), point_keys=(C, A, B, "e"))
    )
    assert [
        (one.label, one.kind, one.place_before, one.place_after) for one in compare(before, after).points
    ] == [
        ("Beslutspunkt 1", "Flyttad", 3, 1),
        ("Beslutspunkt 3", "Ändrad", 2, 3),
        ("Beslutspunkt 4", "Tillagd", 0, 4),
        ("Beslutspunkt 4 före ändringen", "Borttagen", 4, 0),
    ]


def test_a_point_that_is_both_moved_and_rewritten_says_so(draft):
    before = frozen(replace(content_of(draft), points=("ett", "två", "tre"), point_keys=(A, B, C)))
    after = frozen(replace(content_of(draft), points=("tre nu", "ett", "två"), point_keys=(C, A, B)))
    (change,) = compare(before, after).points
    assert (change.kind, change.place_before, change.place_after) == ("Ändrad och flyttad", 3, 1)


def test_amounts_periods_and_recipients_stand_beside_each_other(draft):
    content = content_of(draft)
    before, after = (
        frozen(one) for one in (content, replace(content, amount=200_000, title="Ny rubrik", recipients=()))
    )
    found = compare(before, after)
    assert [change.label for change in found.texts] == ["Rubrik"]
    assert next((change.label, change.before, change.after) for change in found.facts) == (
        "Belopp", "150\u00a0000\u00a0kr", "200\u00a0000\u00a0kr"
    )  # fmt: skip
    assert (found.facts[1].label, found.facts[1].kind) == ("Utdrag till", "Borttagen")


def test_what_is_kept_can_be_stored_again(draft):
    content = content_of(draft)
    again = thawed(frozen(content), draft)
    assert again == content
    assert again.point_keys == content.point_keys


# --- Back to an earlier one -------------------------------------------------------------------------------
def test_an_earlier_version_is_put_back_and_is_a_version_itself(officer, second_officer, draft):
    first = content_of(draft)
    save(draft, officer, title="Ny", points=[*points_of(draft)[::-1], ("", "Mer")], amount=200_000)
    restored = restore_version(
        decision_id=draft.pk, number=1, actor=second_officer, expected_version=latest(draft).version
    )
    assert content_of(restored) == first
    assert content_of(restored).point_keys == first.point_keys
    assert told(draft)[-1] == (3, "restored", second_officer)
    # What was there is in the history.
    assert draft.versions.get(number=2).content["title"] == "Ny"


def test_to_restore_over_what_somebody_saved_meanwhile_is_refused(officer, second_officer, draft):
    save(draft, officer, title="Ny")
    seen = latest(draft).version
    save(draft, second_officer, title="Deras")
    with pytest.raises(DraftConflict):
        restore_version(decision_id=draft.pk, number=1, actor=officer, expected_version=seen)
    assert latest(draft).title == "Deras"


def test_what_is_sent_is_not_restored(officer, delegate_user, draft):
    factories.consider(save(draft, officer, title="Ny"))
    sent = propose_decision(decision_id=draft.pk, actor=officer, expected_version=latest(draft).version)
    with pytest.raises(Refusal, match="väntar på underskrift"):
        restore_version(decision_id=draft.pk, number=1, actor=officer, expected_version=sent.version)


# --- What the delegate has read ---------------------------------------------------------------------------
def test_the_delegate_is_told_what_has_changed_since_they_read_it(
    client_for, officer, delegate_user, proposed
):
    delegate, sign = client_for(delegate_user), reverse("decisions:sign", args=[proposed.pk])
    assert "Ändrat sedan du läste senast" not in delegate.get(sign).content.decode()
    return_decision(
        decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version, reason="Mer"
    )
    factories.consider(
        save(proposed, officer, title="Ny rubrik", reasons="Skälen är den regionala strategin.")
    )
    again = propose_decision(
        decision_id=proposed.pk, actor=officer, expected_version=latest(proposed).version
    )
    for _twice in range(2):
        page = delegate.get(sign).content.decode()
        assert "Ändrat sedan du läste senast" in page
        assert "Sedan dess är det här ändrat: Rubrik, Skäl för beslutet." in page
    since = since_read(again, delegate_user)
    assert (since.before.kind, since.after.kind) == ("proposed", "proposed")
    assert pair_to_compare(history(again), delegate_user) == (since.before.number, since.after.number)
    # For the officer: since it was last sent or returned.
    assert again.versions.get(number=pair_to_compare(history(again), officer)[0]).kind == "returned"


def test_only_what_waits_is_marked_as_read(delegate_user, draft):
    assert note_draft_read(decision=draft, reader=delegate_user) is None
    assert DraftReading.objects.count() == 0


def test_officers_leave_no_read_mark(client_for, officer, proposed):
    client_for(officer).get(reverse("decisions:officer_detail", args=[proposed.pk]))
    assert DraftReading.objects.count() == 0


# --- Every field ------------------------------------------------------------------------------------------
class Asked(dict):
    """Notes which keys are read."""

    def __init__(self, content):
        super().__init__(content)
        self.names = set()

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


def test_every_column_of_a_draft_has_a_line_in_a_comparison(draft):
    content = Asked(frozen(content_of(draft)))
    texts = field_texts(content)
    assert content.names == {*COLUMNS, "basis_documents", "recipients"}
    assert len(texts) == len(content.names)
    assert set(RUNNING_TEXTS) < set(texts)


# --- Cleared ----------------------------------------------------------------------------------------------
def test_some_time_after_the_signature_the_versions_are_taken_away(
    settings, officer, delegate_user, proposed, second_officer
):
    settings.DRAFT_MATERIAL_DAYS = 30
    note_draft_read(decision=proposed, reader=delegate_user)
    untouched = propose_decision(
        decision_id=factories.make_decision(user=second_officer, delegate=proposed.delegate).pk,
        actor=second_officer,
        expected_version=1,
    )
    signed = sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    assert clear_material(now=signed.signed_at + timedelta(days=30, seconds=-1)) == 0
    assert clear_material(now=signed.signed_at + timedelta(days=30)) == 1
    assert (signed.versions.count(), signed.readings.count()) == (0, 0)
    assert untouched.versions.count() == 2
    event = Event.objects.get(action="decision_material_cleared")
    assert event.text == "Arbetsmaterialet är borttaget: 2 versioner av utkastet och 0 kommentarer"
    assert clear_material(now=signed.signed_at + timedelta(days=31)) == 0


def test_a_read_mark_alone_goes_too(settings, delegate_user, proposed):
    """As of a decision that was proposed before versions were kept, and had been read."""
    settings.DRAFT_MATERIAL_DAYS = 30
    proposed.versions.all().delete()
    note_draft_read(decision=proposed, reader=delegate_user)
    signed = sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    assert clear_material(now=signed.signed_at + timedelta(days=30)) == 1
    assert signed.readings.count() == 0


def test_a_draft_that_is_removed_takes_its_versions_with_it(officer, draft):
    save(draft, officer, title="Ny")
    delete_draft(decision_id=draft.pk, actor=officer)
    assert DecisionVersion.objects.count() == 0


# --- The pages --------------------------------------------------------------------------------------------
def test_the_pages_show_versions_and_what_differs(client_for, officer, draft):
    save(draft, officer, title="Ny rubrik", points=points_of(draft)[::-1])
    client = client_for(officer)
    page = client.get(reverse("decisions:draft_versions", args=[draft.pk])).content.decode()
    assert "Version 2: sparat" in page
    assert "Version 1: som texten stod när historiken började" in page
    compare_url = reverse("decisions:draft_compare", args=[draft.pk])
    page = client.get(compare_url).content.decode()
    assert "<ins>" in page
    assert "[bara i den äldre: " in page
    assert "Flyttad" in page
    assert "Återställ version 1" in page
    # Chosen the other way round it is the same; what is not there is not found.
    assert "Återställ version 1" in client.get(compare_url, {"fran": 2, "till": 1}).content.decode()
    assert client.get(compare_url, {"fran": 9, "till": 1}).status_code == 404
    address = reverse("decisions:draft_restore", args=[draft.pk, 1])
    response = client.post(address, {"version": latest(draft).version}, follow=True)
    assert "Utkastet är som det var i version 1." in response.content.decode()
    assert latest(draft).title == draft.title
    response = client.post(address, {"version": "1"}, follow=True)
    assert latest(draft).version == 3


def test_a_conflict_is_told_and_nothing_is_restored(client_for, officer, second_officer, draft):
    save(draft, officer, title="Ny")
    seen = latest(draft).version
    save(draft, second_officer, title="Deras")
    response = client_for(officer).post(
        reverse("decisions:draft_restore", args=[draft.pk, 1]), {"version": seen}, follow=True
    )
    assert "Inget är återställt." in response.content.decode()
    assert latest(draft).title == "Deras"


def test_a_draft_without_history_says_so(client_for, officer, draft):
    page = client_for(officer).get(reverse("decisions:draft_versions", args=[draft.pk])).content.decode()
    assert "Ingen historik än" in page
    assert client_for(officer).get(reverse("decisions:draft_compare", args=[draft.pk])).status_code == 302


@pytest.mark.parametrize("name", ["draft_versions", "draft_compare"])
def test_who_reads_the_history(
    client_for, officer, second_officer, delegate_user, registrar, owner, draft, name
):
    save(draft, officer, title="Ny")
    address = reverse(f"decisions:{name}", args=[draft.pk])
    assert [
        client_for(user).get(address).status_code
        for user in (officer, second_officer, delegate_user, registrar, owner)
    ] == [200, 200, 200, 404, 404]
    recuse(draft, second_officer)
    assert client_for(second_officer).get(address).status_code == 403


def test_after_the_signature_the_registrar_still_does_not_read_it(
    client_for, officer, second_officer, delegate_user, registrar, proposed
):
    recuse(proposed, second_officer)
    sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    address = reverse("decisions:draft_versions", args=[proposed.pk])
    assert [
        client_for(user).get(address).status_code
        for user in (officer, delegate_user, registrar, second_officer)
    ] == [200, 200, 403, 403]
    restore = reverse("decisions:draft_restore", args=[proposed.pk, 1])
    response = client_for(officer).post(restore, {"version": proposed.version + 1}, follow=True)
    assert "Beslutet är undertecknat och kan inte ändras. Inget är återställt." in response.content.decode()


def test_the_history_costs_the_same_at_one_and_many(client_for, officer, draft, clock):
    save(draft, officer, title="Ett")
    address = reverse("decisions:draft_versions", args=[draft.pk])
    client = client_for(officer)
    few = count_queries(lambda: client.get(address))
    for word in ("Två", "Tre", "Fyra"):
        clock(6)
        save(draft, officer, title=word)
    assert count_queries(lambda: client.get(address)) == few
