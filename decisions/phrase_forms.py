"""Forms of the standard phrases."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from decisions.enums import DecisionKind, PhraseSection, Relation
from decisions.models import StandardPhrase
from decisions.phrase_queries import basis_names
from decisions.phrases import fault_in
from decisions.services.phrasing import PhraseData, data_of
from s3portal.common.forms import CleanCharField, CleanTextField

#: Characters, all the codes of a phrase's legal bases together; the column holds no more.
MOST_OF_CODES: Final = 300


class PhraseForm(forms.Form):
    """``data_typed`` after ``is_valid``. Carries the revision that the page showed; 0, which none has, when
    it cannot be read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = CleanCharField(
        label=_("Namn"),
        max_length=80,
        help_text=_("Så heter frasen i listan som handläggaren väljer ur."),
        error_messages={"required": _("Ange ett namn.")},
    )
    text = CleanTextField(
        label=_("Text"),
        max_length=5000,
        help_text=_(
            "Uppgifter ur ärendet skrivs inom klammer, till exempel {belopp}. De räknas upp nedanför."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Skriv frasens text.")},
    )
    in_drafts = forms.BooleanField(
        label=_("Skrivs i nya utkast"),
        required=False,
        help_text=_("Annars väljer handläggaren frasen när den behövs."),
    )
    only_under = forms.MultipleChoiceField(
        label=_("Bara under rättslig grund"),
        required=False,
        help_text=_("Välj ingen om frasen ska stå i nya utkast oavsett grund."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Välj bland de grunder som finns.")},
    )
    relation = forms.ChoiceField(
        label=_("Bara i beslut som"),
        required=False,
        choices=[
            ("", _("Alla beslut av slaget")),
            (Relation.AMENDS, _("Ändrar ett tidigare beslut")),
            (Relation.REVOKES, _("Upphäver ett tidigare beslut")),
        ],
        help_text=_("Skiljer ändringar från upphävanden, som är samma slag av beslut."),
        error_messages={"invalid_choice": _("Välj ett av alternativen.")},
    )
    place = forms.IntegerField(
        label=_("Plats"),
        min_value=1,
        max_value=99,
        help_text=_("Fraserna står i den ordningen, från 1."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Ange en plats från 1 till 99."),
            "invalid": _("Ange en plats från 1 till 99."),
            "min_value": _("Ange en plats från 1 till 99."),
            "max_value": _("Ange en plats från 1 till 99."),
        },
    )

    def __init__(self, data: Any = None, *, phrase: StandardPhrase | None = None) -> None:
        self.phrase = phrase
        super().__init__(data, initial={"place": 1} if phrase is None else _stored(phrase))
        if phrase is not None and phrase.kind != DecisionKind.AMENDMENT:
            del self.fields["relation"]
        under: Any = self.fields["only_under"]
        under.choices = _bases([] if phrase is None else phrase.codes)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        fault = fault_in(text)
        if fault:
            raise forms.ValidationError(fault)
        return text

    def clean_only_under(self) -> str:
        joined = " ".join(self.cleaned_data["only_under"])
        if len(joined) > MOST_OF_CODES:
            raise forms.ValidationError(_("Välj färre grunder, eller ingen om frasen ska stå oavsett grund."))
        return joined

    def data_typed(self) -> PhraseData:
        names = ("name", "text", "in_drafts", "only_under", "place", "relation")
        return PhraseData(**{name: self.cleaned_data[name] for name in names if name in self.cleaned_data})

    def seen_revision(self) -> int:
        return self.cleaned_data.get("revision") or 0

    def show_latest(self) -> None:
        """After a conflict: what is typed stays, and saving it again is then done knowingly."""
        found = StandardPhrase.objects.filter(pk=self.phrase.pk).first() if self.phrase else None
        data: Any = cast(QueryDict, self.data).copy()
        data["revision"] = found.revision if found else 0
        self.data = data


class NewPhraseForm(PhraseForm):
    kind = forms.ChoiceField(
        label=_("Slag av beslut"),
        choices=DecisionKind.choices,
        error_messages={"required": _("Välj slag av beslut."), "invalid_choice": _("Välj ett av slagen.")},
    )
    section = forms.ChoiceField(
        label=_("Del av beslutet"),
        choices=PhraseSection.choices,
        initial=PhraseSection.POINT,
        error_messages={"required": _("Välj en del."), "invalid_choice": _("Välj en av delarna.")},
    )
    field_order = ("revision", "kind", "section")


def _stored(phrase: StandardPhrase) -> dict[str, Any]:
    stored = vars(data_of(phrase, phrase.versions.latest("number")))
    return stored | {"only_under": phrase.codes, "revision": phrase.revision}


def _bases(stored: Sequence[str]) -> list[tuple[str, str]]:
    """One for each code, by the name of its latest row, and what the phrase has that is no row's code. The
    code tells apart those of the same name."""
    named = basis_names()
    times = Counter(named.values())
    return [(code, f"{name} ({code})" if times[name] > 1 else name) for code, name in named.items()] + [
        (code, f"Alla grunder vars kod slutar på {code}") for code in stored if code not in named
    ]


class ExampleForm(forms.Form):
    """The case that a phrase is shown filled from; without one, an example."""

    show_optional = False
    diarienummer = CleanCharField(label=_("Fyll från ärende"), max_length=40, required=False)
