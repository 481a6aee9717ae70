import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.swedish import format_phone


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("063147500", "063-14 75 00"),
        ("063-146530", "063-14 65 30"),
        ("+46 63 14 75 00", "063-14 75 00"),
        ("+46 (0)63-14 75 00", "063-14 75 00"),
        ("0046 63 147500", "063-14 75 00"),
        ("+46 8 505 218 69", "08-505 218 69"),
        ("070-1234567", "070-123 45 67"),
        ("0771-123456", "0771-12 34 56"),
        ("0640-123 45", "0640-123 45"),
        ("", ""),
        (" 112 ", "112"),
        ("063-14", "063-14"),
        ("+47 22 33 44 55", "+47 22 33 44 55"),
        ("063-14 75 00 (växel)", "063-14 75 00 (växel)"),
        ("\u0660631475", "\u0660631475"),
    ],
)
def test_format_phone(typed, shown):
    assert format_phone(typed) == shown


@given(st.one_of(st.text(), st.text(alphabet="0123456789+-() ")))
def test_formatting_twice_changes_nothing_more(typed):
    assert format_phone(format_phone(typed)) == format_phone(typed)
