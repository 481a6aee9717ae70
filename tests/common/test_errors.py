import pickle

import pytest
from django.utils.translation import gettext_lazy

from s3portal.common.errors import Conflict, Refusal


def test_a_refusal_is_its_sentence():
    refusal = Refusal("Utlysningen är stängd.")
    assert refusal.message == "Utlysningen är stängd."
    assert str(refusal) == "Utlysningen är stängd."
    assert refusal.field is None


def test_a_refusal_may_name_its_field():
    assert Refusal("Ange ett belopp.", field="amount").field == "amount"


def test_a_lazy_sentence_becomes_text():
    assert Refusal(gettext_lazy("Ange ett belopp.")).message == "Ange ett belopp."


def test_a_conflict_is_a_refusal():
    with pytest.raises(Refusal, match=r"^Någon annan hann före\.$"):
        raise Conflict("Någon annan hann före.")


@pytest.mark.parametrize("kind", [Refusal, Conflict])
def test_survives_the_way_to_another_process(kind):
    copy = pickle.loads(pickle.dumps(kind("Nej.", field="amount")))
    assert (type(copy), copy.message, copy.field) == (kind, "Nej.", "amount")
