"""The pages where a decision is sent out and read: what they show, who may, and errors beside fields."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from decisions.models import Addressee, DecisionOpening, Dispatch
from decisions.services.dispatch_steps import undo_dispatch
from decisions.services.expediting import expedite_decision, note_sent, send_to
from decisions.services.masking import mark_decision
from s3portal.audit.models import Event
from s3portal.diary.secrecy import Provision
from s3portal.outbox.models import Message
from tests import factories
from tests.counting import count_queries
from tests.decisions.test_expediting import archive, decision, svid
from tests.decisions.test_registrar import PERSONAS

__all__ = ["archive", "decision", "svid"]

BY = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."}


def page_of(decision):
    return f"/handlaggning/beslut/{decision.pk}/"


def at(decision, addressee, step=""):
    return f"{page_of(decision)}mottagare/{addressee.pk}/{step}"


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


# --- Who may ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("persona", PERSONAS)
def test_who_may_send_out(request, client_for, decision, svid, persona):
    client = client_for(request.getfixturevalue(persona))
    allowed = persona in PERSONAS[:2]
    for step in ("", "for-hand/"):
        assert client.get(at(decision, svid, step)).status_code == (200 if allowed else 403), step
        assert client.post(at(decision, svid, step)).status_code == (422 if allowed else 403), step
    # Nothing has been sent that could come back or be sent again.
    for step in ("retur/", "skicka-igen/", "angra/"):
        assert client.post(at(decision, svid, step)).status_code == (404 if allowed else 403), step
    assert client.get(f"{page_of(decision)}mottagare/ny/").status_code == (200 if allowed else 403)
    for step in ("skicka/", "ta-bort/"):
        assert client.post(at(decision, svid, step)).status_code == (302 if allowed else 403), step
        assert client.get(at(decision, svid, step)).status_code == (405 if allowed else 403), step
    assert Dispatch.objects.exists() == allowed


def test_another_decisions_recipient_is_not_found(client_for, officer, decision, svid):
    other = factories.make_signed_decision(user=officer)
    elsewhere = factories.make_signed_decision(user=officer, signed_elsewhere=True)
    draft = factories.make_decision(user=officer)
    client = client_for(officer)
    assert client.get(at(other, svid)).status_code == 404
    assert client.post(at(other, svid, "skicka/")).status_code == 404
    for one in (elsewhere, draft):
        assert client.get(f"{page_of(one)}mottagare/ny/").status_code == 404
    assert not Dispatch.objects.exists()


def test_who_only_reads_sees_how_far_it_has_come_and_no_buttons(client_for, officer, registrar, decision):
    expedite_decision(decision_id=decision.pk, actor=officer)
    shown = text(client_for(registrar).get(page_of(decision)))
    assert "I kö" in shown
    assert "/mottagare/" not in shown


# --- The officer's page -----------------------------------------------------------------------------------
def test_who_gets_a_letter_is_shown_no_mail(client_for, officer, decision, archive):
    """Neither what one says nor a field for it; nothing is lost for who gets mail later."""
    client = client_for(officer)
    Addressee.objects.filter(pk=archive.pk).update(text="Hej arkivet.")
    assert "Hej arkivet." not in text(client.get(page_of(decision)))
    response = client.get(at(decision, archive))
    assert not {"text", "phrases"} & response.context["form"].fields.keys()
    assert "Text i mejlet" not in text(response)
    typed = {"kind": "other", "way": "mail", "email": "arkiv@example.org", "version": "1"}
    assert client.post(at(decision, archive), typed).status_code == 302
    archive.refresh_from_db()
    assert (archive.way, archive.text) == ("mail", "Hej arkivet.")
    assert client.get(at(decision, archive)).context["form"]["text"].value() == "Hej arkivet."
    assert "Hej arkivet." in text(client.get(page_of(decision)))


def test_what_was_sent_by_letter_tells_of_no_text(client_for, officer, decision, archive):
    Addressee.objects.filter(pk=archive.pk).update(text="Hej arkivet.")
    note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=timezone.localdate())
    assert "Hej arkivet." not in text(client_for(officer).get(page_of(decision)))


def test_the_page_tells_of_each_recipient(client_for, officer, decision, svid, archive):
    client = client_for(officer)
    shown = text(client.get(page_of(decision)))
    assert "Beslutet mejlas till SVID, och det registreras i diariet." in shown
    assert "Ska skickas för hand" in shown
    shown = text(client.post(f"{page_of(decision)}expediera/", follow=True))
    assert "Hela beslutet med mejl till svid@example.org" in shown
    assert "har fattat ett beslut som ni får för kännedom" in shown
    assert "Handling 2 i diariet" in shown
    assert "Expediera beslutet" not in shown
    note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=timezone.localdate())
    assert "Skickat med brev" in text(client.get(page_of(decision)))


def test_what_the_mail_server_said_and_what_came_back(client_for, officer, decision, svid):
    send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="failed", last_error="550 No such user")
    client = client_for(officer)
    shown = text(client.get(page_of(decision)))
    assert "Mejlservern svarade: 550 No such user" in shown
    assert "Beslutet har inte nått alla." in shown
    Message.objects.update(status="sent", sent_at=timezone.now())
    day = timezone.localdate().isoformat()
    after = svid.dispatches.get().pk
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    wrong = client.post(at(decision, svid, "retur/"), {"on": tomorrow, "text": "550", "after": after})
    assert wrong.status_code == 422
    assert "Ange en dag som har varit." in text(wrong)
    done = client.post(
        at(decision, svid, "retur/"), {"on": day, "text": "550 okänd", "after": after}, follow=True
    )
    assert "I returen stod: 550 okänd" in text(done)


def test_sending_again_from_the_page(client_for, officer, decision, svid):
    first = send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="failed")
    client, address = client_for(officer), at(decision, svid, "skicka-igen/")
    shown = text(client.get(address))
    assert f'name="after" value="{first.pk}"' in shown
    assert "Så ser mejlet ut" in shown
    typed = {"after": first.pk, "way": "mail", "email": "ny@example.org", "text": "Hej igen.",
             "phrases": ["ersatter"]}  # fmt: skip
    wrong = client.post(address, typed)
    assert wrong.status_code == 422
    assert "Hej igen." in text(wrong), "nothing that was typed is lost"
    assert client.post(address, typed | {"reason": "Fel adress."}).status_code == 302
    second = Dispatch.objects.get(previous=first)
    assert second.text == "Hej igen.\n\nDet här mejlet ersätter det som vi skickade tidigare."
    # The page that was open all the while does not send it a third time.
    late = client.post(address, typed | {"reason": "Fel adress."})
    assert late.status_code == 422
    assert "Någon annan har redan skickat" in text(late)
    assert f'name="after" value="{second.pk}"' in text(late)
    shown = text(client.get(page_of(decision)))
    assert "och tidigare utskick" in shown
    assert "Skickat igen: Fel adress." in shown


def test_a_letter_is_noted_on_its_page(client_for, officer, decision, archive):
    client, address = client_for(officer), at(decision, archive, "for-hand/")
    today = timezone.localdate()
    assert f'value="{today.isoformat()}"' in text(client.get(address))
    tomorrow = today + timedelta(days=1)
    wrong = client.post(address, {"way": "post", "sent_on": tomorrow.isoformat()})
    assert wrong.status_code == 422
    assert "Ange en dag som har varit." in text(wrong)
    typed = {"way": "hand", "sent_on": today.isoformat(), "postal_address": ""}
    assert client.post(address, typed).headers["Location"].endswith("#expediering")
    assert "Överlämnat" in text(client.get(page_of(decision)))
    client.post(at(decision, archive, "angra/"), {"after": archive.dispatches.get().pk})
    assert "Ångrat" in text(client.get(page_of(decision)))
    first = archive.dispatches.get()
    # What was undone never went: no reason is asked for.
    assert client.post(address, typed | {"after": first.pk}).status_code == 302
    again = client.post(address, typed | {"after": archive.dispatches.last().pk})
    assert again.status_code == 422
    assert "Fyll i det här fältet." in text(again)


def test_a_page_opened_before_another_sent_it_again_undoes_nothing(client_for, officer, decision, svid):
    client = client_for(officer)
    first = send_to(addressee_id=svid.pk, actor=officer)
    shown = text(client.get(page_of(decision)))
    assert f'name="after" value="{first.pk}"' in shown, "the button tells what it undoes"
    undo_dispatch(addressee_id=svid.pk, after=first.pk, actor=officer)
    second = send_to(addressee_id=svid.pk, actor=officer)
    for typed in ({"after": first.pk}, {}, {"after": "x"}):
        late = text(client.post(at(decision, svid, "angra/"), typed, follow=True))
        assert "Någon annan har redan skickat beslutet till SVID." in late
    second.refresh_from_db()
    assert (second.message.status, second.steps.count()) == ("queued", 0)
    assert "Det är ångrat." in text(
        client.post(at(decision, svid, "angra/"), {"after": second.pk}, follow=True)
    )


@pytest.mark.parametrize("typed", [{}, {"after": "999999"}, {"after": "x"}])
def test_what_came_back_is_noted_only_of_what_the_page_showed(client_for, officer, decision, svid, typed):
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="sent", sent_at=timezone.now())
    filled = {"on": timezone.localdate().isoformat(), "text": "550 okänd"}
    late = client_for(officer).post(at(decision, svid, "retur/"), filled | typed)
    assert late.status_code == 422
    assert "Läs vad som står nu." in text(late)
    assert "550 okänd" in text(late), "nothing that was typed is lost"
    assert not dispatch.steps.exists()


def test_recipients_are_added_changed_and_removed(client_for, officer, decision, svid):
    client = client_for(officer)
    new = f"{page_of(decision)}mottagare/ny/"
    wrong = client.post(new, {"name": "Länsstyrelsen", "kind": "other", "way": "mail", "email": ""})
    assert wrong.status_code == 422
    assert "Skriv en e-postadress, eller välj ett annat sätt." in text(wrong)
    typed = {"name": "Länsstyrelsen", "kind": "other", "way": "mail", "email": "lst@example.org"}
    assert "Mottagaren är tillagd." in text(client.post(new, typed, follow=True))
    added = Addressee.objects.get(name="Länsstyrelsen")
    assert "finns redan bland mottagarna" in text(client.post(new, typed))
    change = {"kind": "party", "way": "mail", "email": "ny@example.org", "version": 1, "text": "Egen text."}
    assert client.post(at(decision, added), change).status_code == 302
    stale = client.post(at(decision, added), change | {"text": "En annan text."})
    assert stale.status_code == 422
    assert "Någon annan har ändrat mottagaren" in text(stale)
    assert "En annan text." in text(stale)
    added.refresh_from_db()
    assert (added.kind, added.email, added.text) == ("party", "ny@example.org", "Egen text.")
    shown = text(client.post(at(decision, added, "ta-bort/"), follow=True))
    assert "Mottagaren är borttagen." in shown
    assert "står i det undertecknade beslutet" in text(
        client.post(at(decision, svid, "ta-bort/"), follow=True)
    )


def test_the_default_text_is_not_kept_as_somebodys_own(client_for, officer, decision, svid):
    client = client_for(officer)
    shown = client.get(at(decision, svid))
    form = shown.context["form"]
    typed = {
        "kind": "internal",
        "way": "mail",
        "email": svid.email,
        "version": 1,
        "text": form.initial["text"],
    }
    assert client.post(at(decision, svid), typed).status_code == 302
    svid.refresh_from_db()
    assert (svid.kind, svid.text) == ("internal", "")


def test_what_is_secret_is_told_where_it_is_sent(client_for, officer, registrar, decision, svid):
    mark_decision(actor=registrar, decision_id=decision.pk, parts=["reasons"], passages=[], **BY)
    client = client_for(officer)
    shown = text(client.get(page_of(decision)))
    assert "Andra får den maskade versionen" in shown
    assert "Den maskade versionen med mejl." in shown
    assert "Skriv inget hemligt i texten." in text(client.get(at(decision, svid)))
    shown = text(client.post(at(decision, svid, "skicka/"), follow=True))
    assert "Maskad version med mejl till svid@example.org" in shown


def test_the_page_asks_as_often_whatever_the_number_of_recipients(client_for, officer):
    few = factories.make_signed_decision(user=officer, recipients=[("A", "a@example.org")])
    many = factories.make_signed_decision(
        user=officer, recipients=[(f"M{n}", f"m{n}@example.org") for n in range(5)]
    )
    client = client_for(officer)
    counts = []
    for one in (few, many):
        expedite_decision(decision_id=one.pk, actor=officer)
        client.get(page_of(one))
        counts.append(count_queries(lambda one=one: client.get(page_of(one))))
    assert counts[0] == counts[1]


def test_the_list_of_what_is_left_to_send(client_for, officer, registrar, decision, archive):
    done = factories.make_signed_decision(user=officer, title="Redan skickat")
    expedite_decision(decision_id=done.pk, actor=officer)
    Message.objects.update(status="sent", sent_at=timezone.now())
    client = client_for(officer)
    response = client.get("/handlaggning/beslut/?visa=expediera")
    assert list(response.context["page"]) == [decision]
    assert [tab["count"] for tab in response.context["tabs"] if tab["label"] == "Att expediera"] == [1]
    note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=timezone.localdate())
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert "Alla har fått sina beslut" in text(client.get("/handlaggning/beslut/?visa=expediera"))
    labels = [tab["label"] for tab in client_for(registrar).get("/handlaggning/beslut/").context["tabs"]]
    assert "Att expediera" not in labels


def test_a_case_is_not_ended_before_the_decision_has_reached_all(officer, decision, archive):
    from decisions.guards import HOLDER

    def left():
        return [matter.text for matter in HOLDER.matters(decision.case) if matter.binding]

    assert left() == [f"Beslutet ”{decision.title}” är inte expedierat."]
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert left() == [f"Beslutet ”{decision.title}” har inte nått en mottagare."]
    note_sent(addressee_id=archive.pk, actor=officer, way="hand", sent_on=timezone.localdate())
    assert left() == []


# --- The applicant's page ---------------------------------------------------------------------------------
@pytest.fixture
def own(officer, application):
    """On an application of ``owner`` and ``colleague``."""
    made = factories.make_signed_decision(
        user=officer, application=application, case=application.case, kind="rejection", amount_kind="none",
        amount=None, reasons="Planen Kristallberg räcker inte.",
        recipients=[(application.organisation.name, "owner@example.org")],
    )  # fmt: skip
    assert made.addressees.get().kind == "party"
    return made


def own_page(own):
    return f"/mina-ansokningar/{own.application_id}/beslut/{own.pk}/"


def test_the_applicant_reads_it_in_full_once_it_is_sent(
    client_for, officer, owner, colleague, stranger, registrar, own
):
    mark_decision(actor=registrar, decision_id=own.pk, parts=["reasons"], passages=[], **BY)
    client = client_for(owner)
    mine = f"/mina-ansokningar/{own.application_id}/"
    assert client.get(own_page(own)).status_code == 404
    assert "Beslutet skickas till er snart." in text(client.get(mine))
    expedite_decision(decision_id=own.pk, actor=officer)
    assert "På väg med länk i mejl till owner@example.org." in text(client.get(mine))
    Message.objects.update(status="sent", sent_at=timezone.now())
    shown = text(client.get(mine))
    assert "med länk i mejl till owner@example.org." in shown
    assert own_page(own) in shown
    shown = text(client.get(own_page(own)))
    assert "Kristallberg" in shown, "a party reads all of its decision"
    assert "Skickat " in shown
    pdf = client.get(f"{own_page(own)}pdf/")
    assert b"".join(pdf.streaming_content) == f"%PDF-1.7 {own.slug}".encode()
    assert client_for(colleague).get(own_page(own)).status_code == 200
    for person in (stranger, officer):
        assert client_for(person).get(own_page(own)).status_code == 404
        assert client_for(person).get(f"{own_page(own)}pdf/").status_code == 404
    assert {one.user for one in DecisionOpening.objects.all()} == {owner, colleague}
    assert Event.objects.filter(action="decision_opened", object_id=own.pk).count() == 3
    shown = text(client_for(officer).get(page_of(own)))
    assert "Öppnat i portalen" in shown
    assert "av Olga Ödmark. Det räknas inte som delgivning." in shown


def test_another_applications_decision_is_not_reached_through_ones_own(
    client_for, officer, owner, own, decision
):
    expedite_decision(decision_id=own.pk, actor=officer)
    expedite_decision(decision_id=decision.pk, actor=officer)
    address = f"/mina-ansokningar/{own.application_id}/beslut/{decision.pk}/"
    assert client_for(owner).get(address).status_code == 404
    assert not DecisionOpening.objects.exists()


def test_without_a_login_the_way_goes_through_it(client, officer, own):
    expedite_decision(decision_id=own.pk, actor=officer)
    response = client.get(own_page(own))
    assert response.headers["Location"] == f"/konto/login/?next={own_page(own)}"


def test_what_the_applicant_is_told_of_each_way(client_for, officer, owner, own):
    client, mine = client_for(owner), f"/mina-ansokningar/{own.application_id}/"
    addressee = own.addressees.get()
    dispatch = send_to(addressee_id=addressee.pk, actor=officer)
    Message.objects.update(status="failed")
    assert "Mejlet till owner@example.org kom inte fram." in text(client.get(mine))
    note_sent(
        addressee_id=addressee.pk, actor=officer, way="post", sent_on=timezone.localdate(),
        after=dispatch.pk, reason="Mejlet kom inte fram.",
    )  # fmt: skip
    shown = text(client.get(mine))
    assert "med brev." in shown
    assert "Visas inte för mottagaren" not in shown


def test_a_head_or_a_look_in_advance_opens_nothing(client_for, officer, owner, own):
    expedite_decision(decision_id=own.pk, actor=officer)
    assert client_for(owner).head(own_page(own)).status_code == 200
    assert not DecisionOpening.objects.exists()


def test_the_applicants_page_asks_as_often_however_often_it_was_sent(client_for, officer, owner, own):
    client, mine = client_for(owner), f"/mina-ansokningar/{own.application_id}/"
    expedite_decision(decision_id=own.pk, actor=officer)
    counts = []
    for number in range(2):
        client.get(mine)
        counts.append(count_queries(lambda: client.get(mine)))
        addressee, latest = own.addressees.get(), Dispatch.objects.get(next__isnull=True)
        Message.objects.update(status="sent", sent_at=timezone.now())
        note_sent(
            addressee_id=addressee.pk, actor=officer, way="post", sent_on=timezone.localdate(),
            after=latest.pk, reason=f"Igen {number}.",
        )  # fmt: skip
    assert counts[0] == counts[1]


def test_a_colleague_at_the_region_who_gets_a_link_is_seen_to_have_opened_it(
    client_for, officer, second_officer, decision
):
    from decisions.services.addressing import add_addressee

    link = add_addressee(
        decision_id=decision.pk, actor=officer, name="Anders", kind="internal", way="link",
        email=second_officer.email,
    )  # fmt: skip
    send_to(addressee_id=link.pk, actor=officer)
    Message.objects.update(status="sent", sent_at=timezone.now())
    client_for(officer).get(page_of(decision))
    assert not DecisionOpening.objects.exists(), "nobody sent the officer a link"
    for _ in range(2):
        client_for(second_officer).get(page_of(decision))
    assert DecisionOpening.objects.get().user == second_officer
    assert Event.objects.filter(action="decision_opened").count() == 1
    shown = text(client_for(officer).get(page_of(decision)))
    assert "av Anders Andersson." in shown
    assert "delgivning" not in shown
