"""Template tags and filters of the house look; a builtin library, so templates need no ``{% load %}``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, Field, Select
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from s3portal.common import swedish, text
from s3portal.common.forms import REQUIRED

register = template.Library()

ICON_SPRITE = "icons.svg"


# --- Formatting: Swedish, with hard spaces ----------------------------------------------------------------
@register.filter
def amount(value: int | None) -> str:
    """Whole kronor as "150 000"; nothing for None."""
    return "" if value is None else swedish.format_amount(value)


@register.filter
def kr(value: int | None) -> str:
    """Whole kronor as "150 000 kr"; nothing for None."""
    return "" if value is None else swedish.format_kr(value)


@register.filter
def percent(value: Decimal | Fraction | int | None, decimals: int = 1) -> str:
    """A number of percent as "52,8 %"; nothing for None."""
    if value is None:
        return ""
    exact = value if isinstance(value, Decimal | Fraction) else Fraction(value)
    return swedish.format_percent(exact, decimals)


@register.filter
def tenths(value: Fraction | int | None) -> str:
    """A number with one decimal, as "72,5"; nothing for None."""
    return "" if value is None else swedish.format_tenths(value)


@register.filter
def with_years(values: Sequence[int], years: Sequence[int]) -> list[tuple[int, int]]:
    """The amounts of a row, each with its year: ``{% for year, value in row.amounts|with_years:years %}``."""
    return list(zip(years, values, strict=True))


def _local_day(value: date) -> date:
    """The Swedish calendar day of a moment; a plain date is its own."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def dag(value: date | None) -> str:
    """A day in running text: "13 december 2013"."""
    return "" if value is None else swedish.format_day(_local_day(value))


@register.filter
def isodag(value: date | None) -> str:
    """A day in cases and lists: "2013-12-13"."""
    return "" if value is None else swedish.format_isodate(_local_day(value))


@register.filter
def klockslag(value: datetime | None) -> str:
    """The Swedish time of a moment: "14.32"."""
    return "" if value is None else swedish.format_time(timezone.localtime(value))


@register.filter
def md(value: str) -> SafeString:
    """Restricted Markdown, written by an officer or an applicant, as safe HTML."""
    return text.render_markdown(value)


@register.filter
def filesize_sv(size: int) -> str:
    """A number of bytes as "210 kB" or "1,2 MB" (decimal prefixes, as on the region's own site)."""
    if size < 1000:
        return f"{size}\N{NO-BREAK SPACE}byte"
    if size < 1_000_000:
        return f"{round(size / 1000)}\N{NO-BREAK SPACE}kB"
    return f"{size / 1_000_000:.1f}".replace(".", ",") + "\N{NO-BREAK SPACE}MB"


@register.filter
def phone_href(number: str) -> str:
    """A number as printed ("063-14 75 00") in the form a telephone dials: "+4663147500"."""
    digits = "".join(sign for sign in str(number) if sign.isdigit() or sign == "+")
    return f"+46{digits[1:]}" if digits.startswith("0") else digits


# --- Drawn things -----------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, **attrs: str) -> SafeString:
    """A decorative icon from the sprite; the text beside it carries the meaning."""
    classes = " ".join(filter(None, ["s3-icon", attrs.get("class", "")]))
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        classes,
        static(ICON_SPRITE),
        name,
    )


def _clamp(value: Any) -> float:
    return min(100.0, max(0.0, float(value)))


def _rect(part: str, x: float, width: float) -> SafeString:
    # CSP forbids inline style, so the width is an attribute; always with a decimal point, never a comma.
    return format_html(
        '<rect class="s3-bar__{}" x="{}" width="{}" height="10"></rect>', part, f"{x:g}", f"{width:g}"
    )


def _svg_bar(rects: Iterable[SafeString], label: str, tall: bool) -> SafeString:
    described = (
        format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="s3-bar{}" viewBox="0 0 100 10" preserveAspectRatio="none" {}>{}</svg>',
        " s3-bar--tall" if tall else "",
        described,
        format_html_join("", "{}", ((rect,) for rect in rects)),
    )


@register.simple_tag
def bar(value: Any, limit: Any = None, label: str = "", tall: bool = False) -> SafeString:
    """A bar of ``value`` percent (0–100). What lies above ``limit`` is red, and the limit is marked."""
    total = _clamp(value)
    ok = total if limit is None else min(total, _clamp(limit))
    rects = [_rect("track", 0, 100), _rect("ok", 0, ok)]
    if total > ok:
        rects.append(_rect("over", ok, round(total - ok, 4)))
    if limit is not None:
        rects.append(_rect("limit", max(0.0, _clamp(limit) - 0.3), 0.6))
    return _svg_bar(rects, label, tall)


@register.simple_tag
def frame_bar(first: Any, second: Any, label: str = "", tall: bool = True) -> SafeString:
    """How much of a frame two parts take, in percent of it (0–100 each): decided, and proposed after it."""
    a = _clamp(first)
    b = min(_clamp(second), 100.0 - a)
    rects = [_rect("track", 0, 100), _rect("a", 0, a)]
    if b > 0:
        gap = 0.3 if b > 0.3 and a > 0 else 0.0
        rects.append(_rect("b", round(a + gap, 4), round(b - gap, 4)))
    return _svg_bar(rects, label, tall)


# --- The way back -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Crumb:
    label: str
    url: str


@register.inclusion_tag("components/breadcrumbs.html", takes_context=True)
def crumbs(context: template.RequestContext, *parts: str) -> dict[str, object]:
    """``{% crumbs "Start" "home:start" call.title %}``: label and address in turn, last this page's label.

    An address is a URL name without arguments, or a path that begins with a slash.
    """
    if len(parts) % 2 == 0:
        raise template.TemplateSyntaxError(
            "crumbs: etikett och adress i tur och ordning, sist sidans etikett."
        )
    request: HttpRequest = context["request"]
    trail = [
        Crumb(str(label), str(address) if str(address).startswith("/") else reverse(str(address)))
        for label, address in zip(parts[:-1:2], parts[1::2], strict=True)
    ]
    return {"crumbs": [*trail, Crumb(str(parts[-1]), request.path)]}


@register.simple_tag(takes_context=True)
def page_address(context: template.RequestContext, page: Page[Any], number: int) -> str:
    """The same address with another page of the list. Where a page shows two lists, ``page.parameter`` is
    what the second is called in the address."""
    query = context["request"].GET.copy()
    query[getattr(page, "parameter", "page")] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | None]:
    """The pages to offer: the first, the last and those about this one; None where some are left out."""
    return [
        int(number) if str(number).isdigit() else None
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]


# --- Forms ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class FormError:
    """One line of an error summary; ``target`` is the id to go to, empty for the form as a whole."""

    text: str
    target: str


def _first_control_id(field: BoundField) -> str:
    """The id of what gets focus: the first choice in a group, otherwise the control itself."""
    if field.use_fieldset:
        for option in field.subwidgets:
            if option.id_for_label:
                return str(option.id_for_label)
    return str(field.id_for_label or field.auto_id)


_VERBS = {"checkbox": "Kryssa i", "group": "Välj", "file": "Lägg till"}


_GENERAL = (Field.default_error_messages["required"], REQUIRED)


def _label(field: BoundField) -> str:
    """In words alone: a label may hold a part that is only heard."""
    return strip_tags(str(field.label))


def _ask_for(field: BoundField, message: str) -> str:
    """What to do about an empty field, verb first: "Fyll i resor och logi för 2024" (tokens: Ton)."""
    kind = widget_kind(field)
    label = _label(field)
    if label.endswith("?"):
        # "Fyll i varför återkallar ni ansökan?" is no Swedish: the field's own sentence is, if it has one.
        return f"Svara på frågan ”{label}”" if message in map(str, _GENERAL) else message
    if kind == "checkbox":
        return f"{_VERBS[kind]} ”{label}”"
    verb = "Välj" if isinstance(field.field.widget, Select) else _VERBS.get(kind, "Fyll i")
    # An abbreviation keeps its capitals.
    return f"{verb} {label if label[1:2].isupper() else label[:1].lower() + label[1:]}"


def _form_errors(form: BaseForm) -> Iterator[FormError]:
    for message in form.non_field_errors():
        yield FormError(str(message), "")
    for field in form:
        target = "" if field.is_hidden else _first_control_id(field)
        for error in field.errors.as_data():
            for message in error.messages:
                if field.is_hidden:
                    yield FormError(message, target)
                elif error.code == "required":
                    yield FormError(_ask_for(field, message), target)
                else:
                    label = _label(field)
                    yield FormError(f"{label}{'' if label.endswith('?') else ':'} {message}", target)


def _errors(source: BaseForm | BaseFormSet[Any] | Sequence[Any]) -> Iterator[FormError]:
    if isinstance(source, BaseForm):
        yield from _form_errors(source) if source.is_bound else ()
    elif isinstance(source, BaseFormSet):
        if source.is_bound:
            yield from (FormError(str(message), "") for message in source.non_form_errors())
            for form in source.forms:
                yield from _form_errors(form)
    else:
        for part in source:
            yield from _errors(part)


@register.simple_tag
def form_errors(source: BaseForm | BaseFormSet[Any] | Sequence[Any]) -> list[FormError]:
    """Every error of a form, a formset, or a list of them, in the order of the page."""
    return list(_errors(source))


@register.simple_tag
def s3_widget(field: BoundField, **attrs: Any) -> SafeString:
    """The bare control with the house class and aria wiring. ``aria_label="x"`` sets ``aria-label``."""
    wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
    own = [str(field.field.widget.attrs.get("class", "")), str(wanted.pop("class", ""))]
    classes = " ".join(dict.fromkeys(" ".join(["ds-input", *own]).split()))
    if field.errors and not wanted.get("aria-describedby") and field.use_fieldset:
        wanted["aria-describedby"] = field.aria_describedby
    if str(field.field.widget.attrs.get("placeholder", "")).casefold() == str(field.label).casefold():
        # Libraries repeat the label in the field, where it looks like something already filled in.
        wanted["placeholder"] = False
    return field.as_widget(attrs={**wanted, "class": classes})


@register.filter
def s3_options(field: BoundField) -> list[Any]:
    """The choices of a radio or checkbox group, each with the house class on its control."""
    options = field.subwidgets
    for option in options:
        option.data["attrs"]["class"] = "ds-input"
        option.data["wrap_label"] = False
        # "required" on every box of a checkbox group would ask for all of them.
        if option.data["type"] == "checkbox":
            option.data["attrs"].pop("required", None)
    return options


class Hiding(Protocol):
    """A case with marks of secrecy (``diary.models.Case``)."""

    def hide_words(self, text: str) -> str: ...


@register.filter
def open_in(text: str, case: Hiding | None) -> str:
    """What somebody has written in a case, as a mail may tell it: without the words that are marked there."""
    return text if case is None else case.hide_words(text)


@register.filter
def widget_kind(field: BoundField) -> str:
    """Which of the pack's shapes the field has: hidden, checkbox, group, file, multi or plain."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    input_type = getattr(widget, "input_type", "")
    if input_type == "checkbox" and not field.use_fieldset:
        return "checkbox"
    if input_type in {"checkbox", "radio"}:
        return "group"
    if input_type == "file":
        return "file"
    return "multi" if field.use_fieldset else "plain"


@register.filter
def widget_attr(field: BoundField, name: str) -> str:
    """An attribute of the field's widget, or nothing: ``field|widget_attr:"data-affix"``."""
    return str(field.field.widget.attrs.get(name, ""))


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether the label says "(frivilligt)": a field is required unless it says otherwise."""
    return (
        not field.field.required
        and getattr(field.form, "show_optional", True)
        and not field.field.disabled
        and field.field.widget.attrs.get("data-optional") != "nej"
    )
