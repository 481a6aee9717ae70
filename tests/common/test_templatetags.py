"""The tags and filters of the house look."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError

NBSP = "\N{NO-BREAK SPACE}"
STATIC = Path(__file__).resolve().parents[2] / "static"


def render(source, **context):
    return Template(source).render(Context(context))


# --- Formatting -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ x|amount }}", 150000, f"150{NBSP}000"),
        ("{{ x|amount }}", 0, "0"),
        ("{{ x|amount }}", None, ""),
        ("{{ x|amount }}", -5, "\N{MINUS SIGN}5"),
        ("{{ x|kr }}", 10**12, f"1{NBSP}000{NBSP}000{NBSP}000{NBSP}000{NBSP}kr"),
        ("{{ x|kr }}", None, ""),
        ("{{ x|percent }}", Decimal("52.8"), f"52,8{NBSP}%"),
        ("{{ x|percent }}", Fraction(105, 2), f"52,5{NBSP}%"),
        ("{{ x|percent }}", 50, f"50{NBSP}%"),
        ("{{ x|percent:2 }}", Fraction(100, 3), f"33,33{NBSP}%"),
        ("{{ x|percent }}", None, ""),
        ("{{ x|dag }}", date(2013, 12, 13), "13 december 2013"),
        ("{{ x|dag }}", None, ""),
        ("{{ x|isodag }}", date(2022, 3, 10), "2022-03-10"),
        ("{{ x|isodag }}", None, ""),
        ("{{ x|klockslag }}", datetime(2022, 7, 1, 12, 32, tzinfo=UTC), "14.32"),
        ("{{ x|klockslag }}", None, ""),
        ("{{ x|filesize_sv }}", 999, f"999{NBSP}byte"),
        ("{{ x|filesize_sv }}", 210_400, f"210{NBSP}kB"),
        ("{{ x|filesize_sv }}", 1_234_567, f"1,2{NBSP}MB"),
        ("{{ x|phone_href }}", "063-14 75 00", "+4663147500"),
        ("{{ x|phone_href }}", "+46 8 505 218 69", "+46850521869"),
    ],
)
def test_filters(source, value, shown):
    assert render(source, x=value) == shown


def test_a_moment_is_shown_on_its_swedish_day():
    just_after_midnight_in_sweden = datetime(2021, 11, 29, 23, 30, tzinfo=UTC)
    assert render("{{ x|dag }} {{ x|isodag }}", x=just_after_midnight_in_sweden) == (
        "30 november 2021 2021-11-30"
    )


def test_markdown_is_rendered_and_scripts_are_not():
    shown = render("{{ x|md }}", x="**Mål**\n\n<script>alert(1)</script> {{ 7*7 }}")
    assert "<strong>Mål</strong>" in shown
    assert "<script>" not in shown
    assert "{{ 7*7 }}" in shown


# --- Drawn things -----------------------------------------------------------------------------------------
def test_an_icon_is_taken_from_the_sprite_and_hidden_from_screen_readers():
    assert render('{% icon "bock" %}') == (
        '<svg class="s3-icon" aria-hidden="true"><use href="/static/icons.svg#i-bock"></use></svg>'
    )
    assert 'class="s3-icon stor"' in render('{% icon "bock" class="stor" %}')


def test_every_icon_that_a_template_names_is_in_the_sprite():
    import re

    root = Path(__file__).resolve().parents[2] / "templates"
    sprite = ElementTree.parse(STATIC / "icons.svg").getroot()
    drawn = {symbol.get("id") for symbol in sprite}
    named = {
        f"i-{name}"
        for template in root.rglob("*.html")
        for name in re.findall(r'{% icon "([a-z-]+)"', template.read_text(encoding="utf-8"))
    }
    assert len(named) > 5
    assert named - drawn == set()


def test_a_bar_below_its_limit():
    assert render("{% bar 30 limit=50 %}") == (
        '<svg class="s3-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="s3-bar__track" x="0" width="100" height="10"></rect>'
        '<rect class="s3-bar__ok" x="0" width="30" height="10"></rect>'
        '<rect class="s3-bar__limit" x="49.7" width="0.6" height="10"></rect></svg>'
    )


@pytest.mark.parametrize(
    ("value", "ok", "over"),
    [(Decimal("52.8"), "50", "2.8"), (250, "50", "50"), (-3, "0", None), (50, "50", None)],
)
def test_what_lies_above_the_limit_is_its_own_part(value, ok, over):
    shown = render("{% bar x limit=50 %}", x=value)
    assert f'<rect class="s3-bar__ok" x="0" width="{ok}"' in shown
    if over is None:
        assert "s3-bar__over" not in shown
    else:
        assert f'<rect class="s3-bar__over" x="{ok}" width="{over}"' in shown


def test_a_bar_with_a_label_is_an_image():
    shown = render('{% bar 30 label="30 procent" tall=True %}')
    assert 'role="img" aria-label="30 procent"' in shown
    assert 'class="s3-bar s3-bar--tall"' in shown
    assert "s3-bar__limit" not in shown


def test_the_frame_never_draws_more_than_the_whole():
    assert render("{% frame_bar 80 50 %}").count("<rect") == 3
    assert 'x="80.3" width="19.7"' in render("{% frame_bar 80 50 %}")
    assert "s3-bar__b" not in render("{% frame_bar 100 50 %}")
    assert 'class="s3-bar__b" x="0" width="18"' in render("{% frame_bar 0 18 %}")


# --- The way back -----------------------------------------------------------------------------------------
def test_crumbs_lead_back_and_name_this_page(rf):
    request = rf.get("/konto/login/")
    template = Template('{% crumbs "Start" "/" "Lösenord" "account_reset_password" title %}')
    shown = template.render(RequestContext(request, {"title": "<b>Här</b>"}))
    assert '<a class="ds-link" href="/">Start</a>' in shown
    assert '<a class="ds-link" href="/konto/password/reset/">Lösenord</a>' in shown
    assert '<a class="ds-link" href="/konto/login/" aria-current="page">&lt;b&gt;Här&lt;/b&gt;</a>' in shown


def test_crumbs_without_a_last_label_are_refused(rf):
    with pytest.raises(TemplateSyntaxError, match="etikett och adress"):
        Template('{% crumbs "Start" "/" %}').render(RequestContext(rf.get("/")))


@pytest.mark.parametrize(
    ("pages", "here", "offered"),
    [
        (50, 7, [1, None, 6, 7, 8, None, 50]),
        (3, 1, [1, 2, 3]),
        (50, 1, [1, 2, None, 50]),
        (50, 50, [1, None, 49, 50]),
    ],
)
def test_page_numbers(pages, here, offered):
    page = Paginator(range(pages), 1).page(here)
    template = Template("{% page_numbers page as n %}{% for x in n %}{{ x }},{% endfor %}")
    assert template.render(Context({"page": page})) == "".join(f"{number}," for number in offered)


def test_pagination_keeps_the_query_string(rf):
    request = rf.get("/beslut/", {"q": "kluster & skog", "page": "2"})
    request.user = AnonymousUser()
    page = Paginator(range(30), 10).page(2)
    shown = Template('{% include "components/pagination.html" %}').render(
        RequestContext(request, {"page": page})
    )
    assert 'rel="prev" href="?q=kluster+%26+skog&amp;page=1"' in shown
    assert 'rel="next" href="?q=kluster+%26+skog&amp;page=3"' in shown
    assert shown.count('aria-current="true"') == 1


def test_one_page_needs_no_pagination(rf):
    page = Paginator(range(3), 10).page(1)
    shown = Template('{% include "components/pagination.html" %}').render(
        RequestContext(rf.get("/"), {"page": page})
    )
    assert shown.strip() == ""


# --- Errors of forms --------------------------------------------------------------------------------------
class Sample(forms.Form):
    title = forms.CharField(label="Rubrik")
    eu = forms.CharField(label="EU-program")
    kind = forms.ChoiceField(label="Slag", choices=[("a", "A")])
    areas = forms.MultipleChoiceField(
        label="Styrkeområden", choices=[("1", "Jord"), ("2", "Energi")], widget=forms.CheckboxSelectMultiple
    )
    sure = forms.BooleanField(label="Jag intygar")
    paper = forms.FileField(label="Budgetbilaga")
    end = forms.DateField(label="Slutdatum", required=False)
    secret = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Summan stämmer inte.")


def errors_of(source):
    template = Template("{% form_errors x as e %}{% for i in e %}{{ i.text }}|{{ i.target }}\n{% endfor %}")
    return template.render(Context({"x": source})).splitlines()


def test_the_summary_says_what_to_do_and_where():
    assert errors_of(Sample({"end": "i går"})) == [
        "Summan stämmer inte.|",
        "Fyll i rubrik|id_title",
        "Fyll i EU-program|id_eu",
        "Välj slag|id_kind",
        "Välj styrkeområden|id_areas_0",
        "Kryssa i ”Jag intygar”|id_sure",
        "Lägg till budgetbilaga|id_paper",
        "Slutdatum: Fyll i ett giltigt datum.|id_end",
        "Fyll i det här fältet.|",
    ]


def test_a_question_is_answered_not_filled_in():
    class Question(forms.Form):
        why = forms.CharField(label="Varför då?")
        how = forms.CharField(label="Hur då?", error_messages={"required": "Skriv hur."})

        when = forms.DateField(label="När då?", required=False)

    assert errors_of(Question({"when": "i går"})) == [
        "Svara på frågan ”Varför då?”|id_why",
        "Skriv hur.|id_how",
        "När då? Fyll i ett giltigt datum.|id_when",
    ]


def test_an_unsent_form_has_no_errors():
    assert errors_of(Sample()) == []


def test_formsets_and_lists_are_gathered_in_order():
    row_set = forms.formset_factory(forms.Form, extra=0, min_num=2, validate_min=True)
    rows = row_set({"r-TOTAL_FORMS": "1", "r-INITIAL_FORMS": "0"}, prefix="r")

    class Row(forms.Form):
        name = forms.CharField(label="Namn")

    named_set = forms.formset_factory(Row)
    named = named_set(
        {"n-TOTAL_FORMS": "1", "n-INITIAL_FORMS": "1", "n-0-name": ""}, prefix="n", initial=[{"name": "x"}]
    )
    unsent = named_set(prefix="u")
    assert errors_of([rows, unsent, named]) == ["Skicka minst 2 formulär.|", "Fyll i namn|id_n-0-name"]
