"""A registrar takes in a delegation order from a file: all or nothing, twice changes nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from decisions.models import DelegationOrder
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/handlaggning/delegation/las-in/"
ORDER = """version: 1
nämnder:
  - {adress: run, namn: regionala utvecklingsnämnden}
delegationsordningar:
  - nämnd: run
    rubrik: Ordningen 2031
    mandatperiod: 2031–2034
    gäller_från: 2031-01-01
    gäller_till: 2034-12-31
    punkter:
      - {nummer: "8.2", ärende: Stöd., slag: [bifall], tak: 500 000}
"""


def send(client, text, **more):
    return client.post(PAGE, {"file": SimpleUploadedFile("o.yaml", text.encode()), **more}, follow=True)


def test_who_may(client_for, officer, delegate_user, admin_user, registrar):
    for user, status in ((officer, 403), (delegate_user, 403), (admin_user, 200), (registrar, 200)):
        assert client_for(user).get(PAGE).status_code == status
    assert client_for(officer).post(PAGE).status_code == 403


def test_all_of_it_and_twice(client_for, registrar):
    client = client_for(registrar)
    tried = send(client, ORDER, dry_run="on").content.decode()
    assert "Filen går att läsa in: 2 nya, 0 ändrade, 0 oförändrade. Inget är sparat." in tried
    assert not DelegationOrder.objects.exists()
    assert "Inläst: 2 nya, 0 ändrade, 0 oförändrade." in send(client, ORDER).content.decode()
    assert "Inläst: 0 nya, 0 ändrade, 2 oförändrade." in send(client, ORDER).content.decode()
    assert DelegationOrder.objects.get().status == "adopted"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ORDER.replace("500 000", "mycket"), "rad 11, delegationsordningar 1, punkter 1, tak: "),
        (
            ORDER + "projekt: []\n",
            "rad 12, projekt: Här läses bara det här in: nämnder, delegationsordningar.",
        ),
        ("version: 1\n" + "#" * 2_000_001, "Filen är större än 2 MB"),
    ],
)
def test_a_fault_takes_in_nothing(client_for, registrar, text, problem):
    response = send(client_for(registrar), text)
    assert response.status_code == 422
    assert problem in response.content.decode()
    assert not DelegationOrder.objects.exists()


def test_without_a_file(client_for, registrar):
    factories.make_committee()
    response = client_for(registrar).post(PAGE)
    assert (response.status_code, "Välj en fil." in response.content.decode()) == (422, True)
