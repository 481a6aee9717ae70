"""What a member of the nämnd fills in: how a list is cut, which meetings are shown, and a question; and the
officer's answer. What cuts a list stands in the address, so that it can be kept and gone back to."""

from datetime import UTC, datetime
from math import ceil
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from decisions.member_queries import NO_AREA, Choices, Wanted
from decisions.models import Committee
from decisions.models.question import LONGEST_ANSWER, LONGEST_QUESTION
from s3portal.common.forms import CleanCharField, CleanTextField, KronorField
from s3portal.common.swedish import format_kronor
from s3portal.common.text import read_whole

#: What the address says → whether it is read.
READ = {"olasta": False, "lasta": True}
#: Milliseconds since 1970: the moment when the list that somebody walks through was shown.
MOMENT = "sedan"
_CHOOSE = {"invalid_choice": _("Välj något i listan.")}


class ListForm(forms.Form):
    """Cutting one meeting's list; ``urval`` keeps to what is (not) read. A field that cannot be read does not
    cut, and says why."""

    show_optional = False
    urval = forms.CharField(required=False, widget=forms.HiddenInput)
    q = CleanCharField(
        label=_("Sök i listan"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    omrade = forms.ChoiceField(label=_("Styrkeområde"), required=False, error_messages=_CHOOSE)
    slag = forms.ChoiceField(label=_("Slag av beslut"), required=False, error_messages=_CHOOSE)
    punkt = forms.ChoiceField(label=_("Punkt i delegationsordningen"), required=False, error_messages=_CHOOSE)
    minst = KronorField(label=_("Lägsta belopp, kronor"), required=False)
    hogst = KronorField(label=_("Högsta belopp, kronor"), required=False)
    fragor = forms.ChoiceField(
        label=_("Frågor"),
        required=False,
        choices=[("", _("Alla")), ("med", _("Med frågor")), ("vantar", _("Med frågor som väntar på svar"))],
        error_messages=_CHOOSE,
    )

    def __init__(self, data: QueryDict, *, choices: Choices) -> None:
        super().__init__(data)
        areas = [*choices.areas.items(), *([(NO_AREA, "Utan styrkeområde")] if choices.without_area else [])]
        self._offer("omrade", areas)
        self._offer("slag", list(choices.kinds.items()))
        self._offer("punkt", [(clause, clause) for clause in choices.clauses])
        self.full_clean()

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", "Alla"), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        least, most = cleaned.get("minst"), cleaned.get("hogst")
        if least is not None and most is not None and least > most:
            self.add_error("hogst", f"Ange minst {format_kronor(least)}, eller sänk det minsta beloppet.")
        return cleaned

    @property
    def filters(self) -> list[forms.BoundField]:
        """The fields beside the search."""
        return [field for field in self.visible_fields() if field.name != "q"]

    @property
    def has_filters(self) -> bool:
        """Whether one of them is filled in, rightly or not."""
        return any(field.value() or field.errors for field in self.filters)

    def wanted(self, moment: datetime) -> Wanted:
        typed = self.cleaned_data
        return Wanted(
            moment=moment,
            read=READ.get(typed.get("urval", "")),
            text=typed.get("q", ""),
            area=typed.get("omrade", ""),
            kind=typed.get("slag", ""),
            clause=typed.get("punkt", ""),
            at_least=typed.get("minst"),
            at_most=typed.get("hogst"),
            asked=typed.get("fragor", ""),
        )

    def address(self, **changed: str) -> str:
        """What cuts the list now, as the end of an address: "?urval=olasta", or nothing."""
        kept = {name: self.data.get(name, "") for name in self.fields} | changed
        return f"?{urlencode(left)}" if (left := {key: text for key, text in kept.items() if text}) else ""

    def way(self, moment: datetime, *, cut: bool = True) -> str:
        """The end of a decision's address, so that the way from it is through the list as it was then."""
        kept = {} if cut else dict.fromkeys(self.fields, "")
        return self.address(**kept, **{MOMENT: as_moment(moment)})

    def everything(self) -> str:
        """The same without what cuts it, but read and unread."""
        return self.address(**{name: "" for name in self.fields if name != "urval"}) or "?"


def moment_in(data: QueryDict) -> datetime:
    """The moment that the address says, or now; never a coming one."""
    now, typed = timezone.now(), read_whole(data.get(MOMENT), digits=13)
    if typed is None or typed >= 4e12:
        return now
    return min(now, datetime.fromtimestamp(typed / 1000, UTC))


def as_moment(moment: datetime) -> str:
    """Rounded up, so that what was read just before is read; the same again of what was read from it."""
    return str(ceil(round(moment.timestamp() * 1000, 3)))


class PastMeetingsForm(forms.Form):
    """Which of the meetings that have been are shown."""

    show_optional = False
    namnd = forms.ModelChoiceField(
        label=_("Nämnd"),
        queryset=Committee.objects.none(),
        required=False,
        empty_label=_("Alla"),
        to_field_name="slug",
        error_messages=_CHOOSE,
    )
    ar = forms.TypedChoiceField(
        label=_("År"), required=False, coerce=int, empty_value=None, error_messages=_CHOOSE
    )

    def __init__(self, data: QueryDict, *, committees: Any, years: list[int]) -> None:
        super().__init__(data)
        committee: Any = self.fields["namnd"]
        committee.queryset = committees
        year: Any = self.fields["ar"]
        year.choices = [("", "Alla"), *((str(one), str(one)) for one in years)]
        self.full_clean()

    @property
    def offers(self) -> bool:
        """Whether there is anything to choose between."""
        committee, year = (cast(Any, self.fields[name]) for name in ("namnd", "ar"))
        return len(committee.choices) > 2 or len(year.choices) > 2 or self.cuts

    @property
    def cuts(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)


class AskForm(forms.Form):
    text = CleanTextField(
        label=_("Din fråga"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Skriv din fråga.")},
    )


class AnswerForm(forms.Form):
    """``seen``: how many answers the page showed."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    text = CleanTextField(
        label=_("Ditt svar"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Skriv ett svar.")},
    )
