"""The crispy template pack: Designsystemet's markup, wired for keyboard and screen reader."""

import re
from xml.etree import ElementTree

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import (
    HTML,
    Button,
    ButtonHolder,
    Column,
    Div,
    Field,
    Fieldset,
    Layout,
    MultiField,
    Reset,
    Row,
    Submit,
)
from django import forms
from django.template import Context, RequestContext, Template


class Sample(forms.Form):
    title = forms.CharField(label="Rubrik", help_text="Högst 300 tecken.")
    text = forms.CharField(label="Beskrivning", widget=forms.Textarea, required=False)
    amount = forms.IntegerField(
        label="Belopp", widget=forms.TextInput(attrs={"inputmode": "numeric", "data-affix": "kr"})
    )
    kind = forms.ChoiceField(label="Slag", choices=[("a", "Arbetad tid"), ("k", "Kontant")])
    day = forms.DateField(label="Startdatum", widget=forms.DateInput(attrs={"type": "date"}))
    areas = forms.MultipleChoiceField(
        label="Styrkeområden",
        help_text="Välj ett eller flera.",
        choices=[("1", "Jord"), ("2", "Energi")],
        widget=forms.CheckboxSelectMultiple,
    )
    form_of = forms.ChoiceField(
        label="Typ", choices=[("f", "Förening"), ("b", "Bolag")], widget=forms.RadioSelect
    )
    sure = forms.BooleanField(label="Jag intygar", help_text="För organisationen.")
    paper = forms.FileField(label="Bilaga", required=False)
    moment = forms.SplitDateTimeField(label="Tidpunkt", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, initial="x")


def pack(form, source="{{ form|crispy }}"):
    return Template("{% load crispy_forms_tags %}" + source).render(Context({"form": form}))


def tree(html):
    """The markup as a tree; void elements and bare attributes made XML first."""
    html = re.sub(r"<(input|br|hr|img)\b([^>]*?)/?>", r"<\1\2/>", html)
    html = re.sub(
        r"(<[^>]*?)\s(required|checked|selected|multiple|hidden|novalidate)(?=[\s/>])", r'\1 \2=""', html
    )
    html = re.sub(
        r"(<[^>]*?)\s(required|checked|selected|multiple|hidden|novalidate)(?=[\s/>])", r'\1 \2=""', html
    )
    return ElementTree.fromstring(f"<div>{html}</div>")


def test_every_control_has_a_label_of_its_own():
    root = tree(pack(Sample()))
    labelled = {label.get("for") for label in root.iter("label")}
    controls = [
        e for tag in ("input", "select", "textarea") for e in root.iter(tag) if e.get("type") != "hidden"
    ]
    outside_groups = [e.get("id") for e in controls if not e.get("id").startswith("id_moment_")]
    assert len(outside_groups) == 11
    assert set(outside_groups) <= labelled
    assert all("ds-input" in e.get("class") for e in controls if not e.get("id").startswith("id_moment_"))


def test_ids_are_used_once():
    ids = [e.get("id") for e in tree(pack(Sample({}))).iter() if e.get("id")]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("form", [Sample(), Sample({})], ids=["unsent", "refused"])
def test_what_describes_a_control_exists(form):
    root = tree(pack(form))
    ids = {e.get("id") for e in root.iter()}
    described = [e.get("aria-describedby") for e in root.iter() if e.get("aria-describedby")]
    assert described
    assert {one for many in described for one in many.split()} <= ids


def test_a_refused_field_says_so_and_how_to_put_it_right():
    root = tree(pack(Sample({})))
    title = next(e for e in root.iter("input") if e.get("id") == "id_title")
    assert title.get("aria-invalid") == "true"
    assert title.get("aria-describedby") == "id_title_helptext id_title_error"
    error = next(e for e in root.iter("div") if e.get("id") == "id_title_error")
    assert [p.get("class") for p in error] == ["ds-validation-message"]
    assert error[0].text == "Fyll i det här fältet."


def test_what_was_typed_is_escaped_and_stays():
    shown = pack(Sample({"title": "<script>alert(1)</script> {{ 7*7 }}"}))
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}"' in shown


def test_groups_are_fieldsets_with_legends():
    root = tree(pack(Sample()))
    legends = {"".join(f.find("legend").itertext()).strip(): f for f in root.iter("fieldset")}
    assert set(legends) == {"Styrkeområden", "Typ", "Tidpunkt (frivilligt)"}
    assert legends["Styrkeområden"].get("aria-describedby") == "id_areas_helptext"
    boxes = list(legends["Styrkeområden"].iter("input"))
    assert [box.get("type") for box in boxes] == ["checkbox", "checkbox"]
    assert [box.get("required") for box in boxes] == [None, None]
    assert len(list(legends["Styrkeområden"].iter("label"))) == 2


def test_optional_fields_say_so_and_others_do_not():
    root = tree(pack(Sample()))
    texts = {e.get("for"): "".join(e.itertext()).strip() for e in root.iter("label")}
    assert texts["id_text"] == "Beskrivning (frivilligt)"
    assert texts["id_paper"] == "Bilaga (frivilligt)"
    assert texts["id_title"] == "Rubrik"
    assert texts["id_sure"] == "Jag intygar"


def test_a_form_of_filters_does_not_say_optional():
    class Filter(forms.Form):
        show_optional = False
        q = forms.CharField(label="Sök", required=False)

    assert "frivilligt" not in pack(Filter())


def test_one_field_can_be_silent_about_being_optional():
    class Quiet(forms.Form):
        q = forms.CharField(required=False, widget=forms.TextInput(attrs={"data-optional": "nej"}))
        off = forms.CharField(required=False, disabled=True)

    assert "frivilligt" not in pack(Quiet())


def test_the_unit_stands_beside_the_field():
    shown = pack(Sample(), "{{ form.amount|as_crispy_field }}")
    assert 'class="ds-field-affixes"' in shown
    assert '<span class="ds-field-affix">kr</span>' in shown

    class Before(forms.Form):
        site = forms.CharField(widget=forms.TextInput(attrs={"data-prefix": "https://"}))

    root = tree(pack(Before()))
    box = next(e for e in root.iter("div") if e.get("class") == "ds-field-affixes")
    assert [e.tag for e in box] == ["span", "input"]


def test_a_placeholder_that_repeats_the_label_is_left_out():
    class Login(forms.Form):
        login = forms.CharField(
            label="E-postadress", widget=forms.TextInput(attrs={"placeholder": "E-postadress"})
        )
        number = forms.CharField(label="Nummer", widget=forms.TextInput(attrs={"placeholder": "232100-0214"}))

    shown = pack(Login())
    assert 'placeholder="E-postadress"' not in shown
    assert 'placeholder="232100-0214"' in shown


def test_a_bare_control_in_a_table():
    form = Sample({})
    shown = Template('{% s3_widget form.amount aria_labelledby="r k" class="smal" %}').render(
        Context({"form": form})
    )
    assert 'class="ds-input smal"' in shown
    assert 'aria-labelledby="r k"' in shown
    assert 'aria-describedby="id_amount_error"' in shown


def test_a_bare_group_is_described_by_its_error():
    shown = Template("{% s3_widget form.moment %}").render(Context({"form": Sample({"moment_0": "x"})}))
    assert 'aria-describedby="id_moment_error"' in shown


# --- {% crispy %} with a layout -----------------------------------------------------------------------------
def crispy(rf, form):
    context = RequestContext(rf.get("/"), {"form": form})
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(context)


def with_layout(form, *parts):
    form.helper = FormHelper()
    form.helper.form_id = "utkast"
    form.helper.form_class = "bred"
    form.helper.form_action = "/spara/"
    form.helper.attrs = {"data-autosave": "ja"}
    form.helper.layout = Layout(*parts)
    form.helper.add_input(Submit("spara", "Spara utkastet"))
    form.helper.add_input(Reset("rensa", "Rensa"))
    return form


def test_a_whole_form_with_a_layout(rf):
    form = with_layout(
        Sample({}),
        Fieldset("Ärendet", "title", "text", css_id="arendet", css_class="tat"),
        Row(Column("amount", css_class="vanster"), Column("kind"), css_class="rad", css_id="rad"),
        Div(Field("day"), css_id="ruta", css_class="ruta"),
        MultiField("Flera", "sure", css_id="flera", css_class="flera"),
        HTML("<p>Egen text</p>"),
        ButtonHolder(Button("mer", "Mer"), css_id="knappar", css_class="hoger"),
    )
    shown = crispy(rf, form)
    assert shown.count("<form ") == 1
    assert 'class="s3-stack s3-stack--lg bred"' in shown
    assert 'action="/spara/" data-autosave="ja"' in shown
    assert 'id="utkast"' in shown
    assert "novalidate" in shown
    assert 'enctype="multipart/form-data"' in shown
    assert "csrfmiddlewaretoken" in shown
    assert "Rätta 8 uppgifter innan du går vidare" in shown
    assert '<section class="s3-formblock tat" id="arendet"' in shown
    assert '<legend class="ds-heading" data-size="xs">Ärendet</legend>' in shown
    assert 'class="s3-grid s3-grid--2 rad"' in shown
    assert 'class="s3-stack vanster"' in shown
    assert '<div id="ruta" class="ruta"' in shown
    assert '<fieldset class="ds-fieldset flera error" id="flera"' in shown
    assert "<p>Egen text</p>" in shown
    assert '<div class="s3-form-actions hoger" id="knappar">' in shown
    assert re.search(
        r'<button class="ds-button" type="submit" name="spara"[^>]*>Spara utkastet</button>', shown
    )
    assert re.search(
        r'<button class="ds-button" type="reset" name="rensa"[^>]*data-variant="secondary"', shown
    )
    assert "style=" not in shown


def test_a_form_without_its_own_tag(rf):
    form = with_layout(Sample(), "title")
    form.helper.form_tag = False
    form.helper.disable_csrf = True
    shown = crispy(rf, form)
    assert "<form" not in shown
    assert "csrfmiddlewaretoken" not in shown
    assert 'id="id_title"' in shown


def test_a_formset(rf):
    class Partner(forms.Form):
        name = forms.CharField(label="Namn")

    partners = forms.formset_factory(Partner, extra=2)
    shown = crispy(rf, partners(prefix="p"))
    assert 'name="p-TOTAL_FORMS"' in shown
    assert shown.count("s3-formset-row") == 2
    assert shown.count("<form ") == 1
    filtered = pack(partners(prefix="p"))
    assert filtered.count("s3-formset-row") == 2
    assert "<form" not in filtered


def test_a_formset_as_a_table(rf):
    class Partner(forms.Form):
        name = forms.CharField(label="Namn")

    partners = forms.formset_factory(Partner, extra=1)
    formset = partners(
        {"p-TOTAL_FORMS": "1", "p-INITIAL_FORMS": "1", "p-0-name": ""}, prefix="p", initial=[{}]
    )
    formset.helper = FormHelper()
    formset.helper.template = "s3/table_inline_formset.html"
    shown = crispy(rf, formset)
    assert '<th scope="col" id="p-k-name">Namn</th>' in shown
    assert 'aria-label="Namn"' in shown
    assert "Fyll i namn" in shown


def test_errors_alone():
    shown = pack(Sample({}), "{{ form|as_crispy_errors }}")
    assert 'role="group" tabindex="-1" aria-labelledby="fel-rubrik"' in shown
    assert pack(Sample(), "{{ form|as_crispy_errors }}").strip() == ""

    class Partner(forms.Form):
        name = forms.CharField(label="Namn")

    partners = forms.formset_factory(Partner, extra=0)
    formset = partners({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-name": ""}, initial=[{}])
    assert "Rätta 1 uppgift innan du går vidare" in pack(formset, "{{ form|as_crispy_errors }}")


def test_an_addon_tag():
    shown = pack(
        Sample(), '{% load crispy_forms_field %}{% crispy_addon form.amount append="kr" prepend="minst" %}'
    )
    assert shown.count('ds-field-affix"') == 2


# --- In a browser -------------------------------------------------------------------------------------------
def test_the_login_page_is_usable_by_keyboard_and_clean_in_axe(page, live_server, axe, owner):
    page.goto(f"{live_server.url}/konto/login/")
    axe(page)
    page.get_by_role("button", name="Logga in", exact=True).focus()
    page.keyboard.press("Enter")
    summary = page.locator(".ds-error-summary")
    assert summary.evaluate("element => element === document.activeElement")
    assert page.title() == "Rätta: Logga in – S3-portalen"
    axe(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "login"
