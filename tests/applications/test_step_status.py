"""How far each page of the form has come, in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

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


def test_a_fault_is_told_apart_from_what_is_left_in_every_step(owner):
    """What is written and cannot stand is to be put right; what is not written yet is left to do."""
    call = factories.make_call(legal_basis=factories.make_legal_basis(de_minimis_ceiling_eur=300_000))
    question = factories.make_question(call=call, kind="choice", choices=["Ja", "Nej"], required=True)
    draft = factories.make_application(user=owner, call=call)
    assert states(draft)["Utlysningens frågor"] == ("", "Inte påbörjad")
    draft.answers.create(question=question, value="Kanske")
    draft.has_de_minimis_aid = draft.has_other_aid = False
    draft.applied_amount = 1
    draft.save(update_fields=["has_de_minimis_aid", "has_other_aid", "applied_amount"])
    assert states(draft)["Finansiering"] == ("paborjad", "Påbörjad, 1 kvar")
    draft.applied_amount = 500_000
    draft.save(update_fields=["applied_amount"])
    assert states(draft)["Finansiering"] == ("fel", "2 uppgifter att rätta")
    draft.other_aid.create(order=1, giver="Kommunen", purpose="Resor", amount=5)
    tomorrow = timezone.localdate() + timedelta(days=1)
    draft.de_minimis_aid.create(order=1, giver="Kommunen", amount=5, granted_on=tomorrow)
    factories.make_budget_line(application=draft, category="travel", amounts={2050: 1})
    factories.make_budget_line(
        application=draft, category="income", amounts={draft.starts_on.year: 9_000_000}
    )
    activity = draft.activity_rows.first()
    draft.activity_rows.filter(pk=activity.pk).update(starts_on=draft.starts_on - timedelta(days=1))
    found = states(draft)
    assert found["Utlysningens frågor"] == ("fel", "1 uppgift att rätta")
    assert found["Projektet"] == ("fel", "1 uppgift att rätta")
    assert found["Budget"] == ("fel", "2 uppgifter att rätta")
    assert found["Statligt stöd och intyganden"] == ("fel", "3 uppgifter att rätta")


def test_each_state_has_its_icon(client_for, owner):
    draft = factories.make_application(user=owner, risks="")
    page = client_for(owner).get(f"/mina-ansokningar/{draft.pk}/projekt/").content.decode()
    assert 'data-state="paborjad"' in page
    assert "#i-penna" in page.partition('data-state="paborjad"')[2].partition("</li>")[0]
