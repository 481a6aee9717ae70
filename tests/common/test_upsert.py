import pytest

from calls.models import Strategy
from s3portal.common.errors import Refusal
from s3portal.common.upsert import validate

pytestmark = pytest.mark.django_db


def test_the_first_fault_is_a_refusal_that_names_its_field():
    with pytest.raises(Refusal) as refused:
        validate(Strategy(name="", first_year=2021, last_year=2027))
    assert (refused.value.field, refused.value.message) == ("name", "Detta fält får inte vara tomt.")


def test_a_fault_of_the_whole_row_names_no_field():
    with pytest.raises(Refusal) as refused:
        validate(Strategy(name="Bakvänd", first_year=2027, last_year=2021))
    assert refused.value.field is None


def test_what_is_left_out_is_not_asked():
    validate(Strategy(name="", first_year=2021, last_year=2027), exclude=["name"])
