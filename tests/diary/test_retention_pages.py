"""The pages about what becomes of records."""

import pytest
from django.urls import reverse
from django.utils import timezone

from s3portal.diary.enums import Confirmation, Direction
from s3portal.diary.retention.models import DisposalList, RecordClass, RecordDisposal
from s3portal.diary.retention.services import carry_out, propose_list
from s3portal.diary.services import close_case, open_by_hand, register_by_hand
from tests.counting import count_queries
from tests.diary.test_retention import SOURCE, change_class, later, make_class

BASE = "/handlaggning/gallring/"


@pytest.fixture
def case(registrar):
    made = open_by_hand(actor=registrar, title="Remiss om vägnätet")
    add(registrar, made, "Rekvisition från Anna Ek")
    close_case(actor=registrar, case_id=made.pk, confirmed=Confirmation.values)
    return made


def add(registrar, case, title):
    return register_by_hand(
        actor=registrar,
        case_id=case.pk,
        direction=Direction.INCOMING,
        title=title,
        counterpart="Anna Ek",
        dated_on=timezone.localdate(),
    )


@pytest.fixture
def kind(registrar):
    return make_class(registrar)


@pytest.fixture
def proposed(registrar, case, kind, client_for):
    page = f"/handlaggning/diarium/{case.pk}/gallring/"
    assert client_for(registrar).post(page, {"record-1": kind.pk}).status_code == 302
    return propose_list(on=later())


@pytest.mark.parametrize(
    "persona", ["registrar", "admin_user", "officer", "delegate_user", "member", "assessor", "owner"]
)
def test_who_opens_which_page(request, client_for, proposed, case, kind, persona):
    client = client_for(request.getfixturevalue(persona))
    item = proposed.items.get()
    readers, keepers = {"registrar", "admin_user"}, {"registrar"}
    pages = {
        BASE: readers,
        f"{BASE}listor/{proposed.pk}/": readers,
        f"{BASE}listor/{proposed.pk}/{item.pk}/stryk/": keepers,
        f"{BASE}typer/ny/": keepers,
        f"{BASE}typer/{kind.pk}/": keepers,
        f"/handlaggning/diarium/{case.pk}/gallring/": keepers,
    }
    for path, allowed in pages.items():
        assert client.get(path).status_code == (200 if persona in allowed else 403), path
    for path in (f"{BASE}listor/{proposed.pk}/", f"{BASE}typer/ny/"):
        assert client.post(path).status_code == (422 if persona == "registrar" else 403), path


def test_what_is_not_there_is_not_found(client_for, registrar, proposed):
    client = client_for(registrar)
    for path in (f"{BASE}listor/0/", f"{BASE}listor/{proposed.pk}/0/stryk/", f"{BASE}typer/0/"):
        assert client.get(path).status_code == 404, path
    assert client.get(f"{BASE}ta-fram/").status_code == 405


def test_from_the_rule_to_the_line_that_is_left(
    client_for, client, registrar, case, django_capture_on_commit_callbacks
):
    keeper = client_for(registrar)
    assert BASE in keeper.get("/handlaggning/diarium/").content.decode()
    typed = {
        "name": "Rekvisition",
        "handling": "dispose",
        "years": "0",
        "starts_from": "record_dated",
        "source": SOURCE,
        "seen_version": "0",
    }
    assert keeper.post(f"{BASE}typer/ny/", typed).headers["Location"] == BASE
    kind = RecordClass.objects.get()
    address = f"/handlaggning/diarium/{case.pk}/gallring/"
    assert address in keeper.get(f"/handlaggning/diarium/{case.pk}/").content.decode()
    assert "Rekvisition från Anna Ek" in keeper.get(address).content.decode()
    keeper.post(address, {"record-1": str(kind.pk)})
    answer = keeper.post(f"{BASE}ta-fram/", follow=True)
    assert "inget har uppnått sin tid" in answer.content.decode(), "this year is not over"
    made = propose_list(on=later(1))
    page = f"{BASE}listor/{made.pk}/"
    assert "Anna Ek" not in keeper.get(page).content.decode()
    refused = keeper.post(page, {"decision": "RUN/12/2029"})
    assert refused.status_code == 422
    assert "Läs listan" in refused.content.decode()
    assert "RUN/12/2029" in refused.content.decode(), "nothing typed is lost"
    with django_capture_on_commit_callbacks():
        assert keeper.post(page, {"decision": "RUN/12/2029", "read": "on"}).status_code == 302
    carry_out(list_id=made.pk)
    assert "Gallrad" in keeper.get(page).content.decode()
    for reader, address in (
        (keeper, f"/handlaggning/diarium/{case.pk}/"),
        (client, reverse("diary:public_detail", args=[case.slug])),
    ):
        told = reader.get(address).content.decode()
        assert f"enligt {SOURCE}" in told
        assert "Anna Ek" not in told
    assert "handling=1" not in told, "nobody asks for what is gone"
    assert keeper.post(page, {"decision": "x", "read": "on"}, follow=True).status_code == 200


def test_a_struck_record_stays(client_for, registrar, proposed):
    client, item = client_for(registrar), proposed.items.get()
    page = f"{BASE}listor/{proposed.pk}/{item.pk}/stryk/"
    assert client.post(page, {"reason": ""}).status_code == 422
    told = client.post(page, {"reason": "Begärd av forskare"}, follow=True).content.decode()
    assert "Begärd av forskare" in told
    with_too_late = client.post(page, {"reason": "Igen"})
    assert with_too_late.status_code == 422
    assert "redan struken" in with_too_late.content.decode()
    assert not RecordDisposal.objects.exists()


def test_two_who_change_a_rule_do_not_overwrite_each_other(client_for, registrar, kind):
    client, page = client_for(registrar), f"{BASE}typer/{kind.pk}/"
    typed = {
        "name": kind.name,
        "handling": "dispose",
        "years": "7",
        "starts_from": kind.starts_from,
        "source": SOURCE,
        "seen_version": str(kind.version),
    }
    change_class(registrar, kind, years=5)
    answer = client.post(page, typed)
    assert answer.status_code == 422
    assert "Gallras efter 5 år" in answer.content.decode()
    kind.refresh_from_db()
    assert kind.years == 5
    assert client.post(page, typed | {"seen_version": str(kind.version)}).status_code == 302
    wrong = client.post(page, typed | {"years": "tio"})
    assert (wrong.status_code, "Skriv ett antal hela år" in wrong.content.decode()) == (422, True)


def test_pages_ask_as_much_for_one_as_for_three(client_for, registrar, case, kind):
    client, counts = client_for(registrar), []
    for number in range(1, 4):
        if number > 1:
            add(registrar, case, f"Rekvisition {number}")
            make_class(registrar, f"Slag {number}")
        client.post(
            f"/handlaggning/diarium/{case.pk}/gallring/",
            {f"record-{n}": kind.pk for n in range(1, number + 1)},
        )
        made = DisposalList.objects.filter(done_at__isnull=True).first()
        if made is not None:
            DisposalList.objects.filter(pk=made.pk).update(
                approved_by=registrar, approved_at=timezone.now(), decision="x", done_at=timezone.now()
            )
        made = DisposalList.objects.create(as_of=later())
        for record in case.records.all():
            made.items.create(
                record=record, record_class=kind, rule="r", source="s", started_on=timezone.localdate()
            )
        if number == 2:
            continue
        pages = [BASE, f"{BASE}listor/{made.pk}/", f"/handlaggning/diarium/{case.pk}/gallring/"]
        counts.append([count_queries(lambda page=page: client.get(page)) for page in pages])
    assert counts[0] == counts[1]
