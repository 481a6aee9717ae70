"""What visitors look for among calls and meetings. Nothing of it has to be filled in."""

from typing import Any

from django import forms

from calls.enums import CallPhase, MeetingKind
from calls.models import StrengthArea
from calls.queries.filters import CallFilter
from calls.queries.meetings import MeetingFilter
from s3portal.common.forms import CleanCharField, KronorField

WHEN = [("", "Alla"), ("kommande", "Kommande"), ("tidigare", "Tidigare")]


def area_choices() -> list[tuple[str, str]]:
    """Every strength area by its slug; those of an older strategy say which, as names come back."""
    areas = StrengthArea.objects.select_related("strategy").order_by("-strategy__first_year", "order", "name")
    choices = [("", "Alla")]
    newest: int | None = None
    for area in areas:
        newest = newest or area.strategy_id
        years = f"{area.strategy.first_year}–{area.strategy.last_year}"
        choices.append((area.slug, area.name if area.strategy_id == newest else f"{area.name} ({years})"))
    return choices


class _AreaForm(forms.Form):
    show_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read once: a ChoiceField with a function would ask again for each look at it.
        self.fields["omrade"] = forms.ChoiceField(
            label="Styrkeområde", required=False, choices=area_choices()
        )

    def _found(self) -> dict[str, Any]:
        """What could be read; a field with an error filters nothing and says so itself."""
        self.is_valid()
        return self.cleaned_data if self.is_bound else {}


class CallSearchForm(_AreaForm):
    """Among the published calls."""

    q = CleanCharField(
        label="Sök ord",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    omrade = forms.ChoiceField(label="Styrkeområde", required=False)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Alla"), ("oppen", "Öppna"), ("kommande", "Kommande"), ("stangd", "Stängda")],
    )
    belopp = KronorField(label="Belopp ni vill söka (kr)", required=False)

    PHASES = {"oppen": CallPhase.OPEN, "kommande": CallPhase.COMING, "stangd": CallPhase.CLOSED}

    def wanted(self) -> CallFilter:
        found = self._found()
        return CallFilter(
            text=found.get("q") or "",
            area=found.get("omrade") or "",
            phase=self.PHASES.get(found.get("status") or ""),
            amount=found.get("belopp"),
        )


class MeetingSearchForm(_AreaForm):
    """Among the meetings."""

    omrade = forms.ChoiceField(label="Styrkeområde", required=False)
    slag = forms.ChoiceField(label="Slag", required=False, choices=[("", "Alla"), *MeetingKind.choices])
    nar = forms.ChoiceField(label="När", required=False, choices=WHEN)

    def wanted(self) -> MeetingFilter:
        found = self._found()
        return MeetingFilter(
            area=found.get("omrade") or "", kind=found.get("slag") or "", when=found.get("nar") or ""
        )
