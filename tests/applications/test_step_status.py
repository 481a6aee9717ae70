"""How far each page of the form has come, in words."""

import pytest

from applications.checks import Step
from applications.models import Application
from applications.views.loading import step_list
from tests import factories

pytestmark = pytest.mark.django_db


def states(application):
    application = Application.objects.select_related("call__legal_basis").get(pk=application.pk)
    return {str(one["label"]): (one["state"], one["status"]) for one in step_list(application, Step.REVIEW)}


def test_of_an_empty_draft(owner):
    found = states(factories.make_application(user=owner, empty=True))
    assert found["Projektet"] == ("", "Inte påbörjad")
    assert found["Samverkansparter"] == ("", "Inget ifyllt, frivilligt")
    assert found["Granska och skicka in"] == ("", "Inte klar att skicka in")


def test_begun_complete_and_with_faults(owner):
    draft = factories.make_application(user=owner, risks="")
    factories.make_partner(application=draft)
    found = states(draft)
    assert found["Organisation och kontakter"] == ("klar", "Klar")
    assert found["Samverkansparter"] == ("klar", "Klar")
    assert found["Projektet"] == ("paborjad", "Påbörjad, 1 kvar")
    draft.areas.add(factories.make_area())
    assert states(draft)["Projektet"] == ("fel", "1 uppgift att rätta")


def test_each_state_has_its_icon(client_for, owner):
    draft = factories.make_application(user=owner, risks="")
    page = client_for(owner).get(f"/mina-ansokningar/{draft.pk}/projekt/").content.decode()
    assert 'data-state="paborjad"' in page
    assert "#i-penna" in page.partition('data-state="paborjad"')[2].partition("</li>")[0]
