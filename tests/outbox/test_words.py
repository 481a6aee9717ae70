import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.errors import Refusal
from s3portal.common.text import normalize_text
from s3portal.outbox.words import check_placeholders, fill_line, fill_markdown, rendered


def html(text, **values):
    return str(rendered(fill_markdown(text, values))[0]).strip()


@pytest.mark.parametrize(
    "value",
    [
        "[klicka](https://ont.example)",
        "**fet**",
        "# Rubrik",
        "1. ett",
        "- punkt",
        "<https://ont.example>",
        "&amp;",
        "a\\*b*",
    ],
)
def test_a_value_is_the_text_it_is(value):
    page = html("{namn}", namn=value)
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert page == f"<p>{escaped}</p>"


@given(value=st.text())
def test_no_value_makes_markup(value):
    page = html("Om {namn}.", namn=value)
    assert page.startswith("<p>")
    assert not {"<a", "<strong", "<em", "<h3", "<ul", "<ol"} & set(page.replace(">", " ").split())
    assert page.count("<") == 2 + page.count("<br>")


def test_lines_stay_lines():
    assert html("{lista}", lista="ett\n\n  två") == "<p>ett<br>\ntvå</p>"


def test_an_address_becomes_a_link_only_where_an_address_is_held():
    link = '<a href="https://s3.example/a_b_c?x=1" rel="noopener noreferrer">{}</a>'
    values = {"länk": "https://s3.example/a_b_c?x=1", "namn": "https://s3.example/a_b_c?x=1"}
    assert html("{länk}", **values) == f"<p>{link.format('https://s3.example/a_b_c?x=1')}</p>"
    assert html("<{länk}>", **values) == f"<p>{link.format('https://s3.example/a_b_c?x=1')}</p>"
    assert html("[Öppna]({länk})", **values) == f"<p>{link.format('Öppna')}</p>"
    assert html("{namn}", **values) == "<p>https://s3.example/a_b_c?x=1</p>"
    assert "<a" not in html("{länk}", länk="javascript:alert(1)")
    assert "<a" not in html("{länk}", länk="https://x [y](https://ont.example)")


def test_the_plain_text_has_the_address():
    assert (
        rendered(fill_markdown("[Öppna]({länk})", {"länk": "https://s3.example/a"}))[1]
        == "Öppna (https://s3.example/a)"
    )


def test_the_subject_is_one_line():
    assert fill_line("Om {namn}", {"namn": "ett\r\nBcc: två"}) == "Om ett Bcc: två"


@pytest.mark.parametrize("text", ["{namn", "namn}", "{}", "{okänd} {namn}", "{ namn }"])
def test_unknown_placeholders_are_refused(text):
    if text in {"{namn", "namn}"}:
        check_placeholders(text, {"namn"}, field="body")
        return
    with pytest.raises(Refusal) as refused:
        check_placeholders(text, {"namn", "länk"}, field="body")
    assert refused.value.field == "body"
    assert refused.value.message.endswith("går inte att använda här. Det som går är {länk}, {namn}.")


@given(text=st.text())
def test_text_without_placeholders_is_left_as_it_is(text):
    kept = text.replace("{", "").replace("}", "")
    assert fill_markdown(kept, {}) == kept
    assert normalize_text(fill_line(kept, {})) == normalize_text(" ".join(kept.split()))
