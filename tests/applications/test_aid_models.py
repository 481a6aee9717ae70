"""What the database refuses about other aid and declarations."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from applications.models import Declaration, DeMinimisAid, OtherAid
from calls.models import EuroRate, LegalBasis
from tests import factories
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def breaks(name, work):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        work()
    assert name in str(error.value)


@pytest.mark.parametrize(("model", "name"), [(DeMinimisAid, "de_minimis"), (OtherAid, "other_aid")])
def test_rows_of_aid(draft, model, name):
    row = model.objects.create(application=draft, order=1, amount=5)
    breaks(f"{name}_not_negative", lambda: model.objects.create(application=draft, order=2, amount=-1))
    breaks(f"{name}_key_form", lambda: model.objects.create(application=draft, order=2, key="x"))
    breaks(f"{name}_key_once", lambda: model.objects.create(application=draft, order=2, key=row.key))
    assert str(row).endswith("utan namn")
    row.giver = "Almi"
    assert str(row) == "Almi"


def test_a_declaration_is_given_once_and_is_one_of_those_there_are(draft, owner):
    made, _new = Declaration.objects.get_or_create(
        application=draft, kind="correct", defaults={"declared_by": owner}
    )
    assert str(made) == "Uppgifterna i ansökan är riktiga."
    for name, kind in (("declaration_once", "correct"), ("declaration_kind_known", "other")):
        breaks(
            name,
            lambda kind=kind: Declaration.objects.create(application=draft, kind=kind, declared_by=owner),
        )


def test_what_was_sent_is_frozen(draft, owner):
    DeMinimisAid.objects.create(application=draft, order=1)
    OtherAid.objects.create(application=draft, order=1, giver="Almi", purpose="Löner", amount=5)
    draft.has_other_aid = True
    draft.save()
    send(draft, owner)
    for model in (DeMinimisAid, OtherAid, Declaration):
        row = model.objects.get()
        for work in (row.save, row.delete):
            with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
                work()


def test_the_law_and_the_rate_of_a_day():
    basis = factories.make_legal_basis()
    breaks(
        "legal_basis_de_minimis_ceiling",
        lambda: LegalBasis.objects.filter(pk=basis.pk).update(de_minimis_ceiling_eur=0),
    )
    rate = factories.make_euro_rate()
    assert str(rate) == "2021-01-01: 11"
    breaks("valid_from", factories.make_euro_rate)
    breaks("euro_rate_positive", lambda: EuroRate.objects.update(sek_per_euro=Decimal(0)))
