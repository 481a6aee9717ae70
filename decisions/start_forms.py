"""The forms that a decision begins with: in a case, or from an application."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from decisions.enums import DecisionKind
from decisions.kinds import APPLICATION_KINDS, OWN_KINDS
from s3portal.common.forms import CleanCharField
from s3portal.diary.models import Case
from s3portal.diary.numbers import read_number


class NewDecisionForm(forms.Form):
    """A decision without an application, in a new case or in one that exists."""

    NEW, EXISTING = "nytt", "befintligt"

    kind = forms.ChoiceField(
        label=_("Slag av beslut"),
        choices=[(kind.value, kind.label) for kind in OWN_KINDS],
        initial=DecisionKind.PARTICIPATION,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj slag av beslut.")},
    )
    title = CleanCharField(
        label=_("Rubrik"),
        max_length=300,
        help_text=_("Till exempel: Deltagande i projekt: Designdrivna innovationskluster"),
    )
    case = forms.ChoiceField(
        label=_("Ärende"),
        choices=[(NEW, _("Öppna ett nytt ärende i diariet")), (EXISTING, _("Använd ett ärende som finns"))],
        initial=NEW,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ärende.")},
    )
    counterpart = CleanCharField(
        label=_("Motpart"),
        max_length=300,
        required=False,
        help_text=_("Den som ett nytt ärende rör, till exempel projektägaren."),
    )
    diary_number = CleanCharField(
        label=_("Diarienummer"),
        max_length=40,
        required=False,
        help_text=_("Fyll i om ärendet finns, till exempel RUN/664/2021."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["existing_case"] = None
        if cleaned.get("case") == self.EXISTING:
            typed = cleaned.get("diary_number") or ""
            number = read_number(typed)
            cases = [] if number is None else list(Case.objects.filter(number.condition())[:2])
            if not typed:
                self.add_error("diary_number", "Ange ärendets diarienummer.")
            elif number is None:
                self.add_error("diary_number", "Skriv diarienumret som RUN/664/2021.")
            elif not cases:
                self.add_error("diary_number", "Det finns inget ärende med det numret.")
            elif len(cases) > 1:
                self.add_error("diary_number", "Flera ärenden har det numret. Skriv också bokstäverna före.")
            else:
                cleaned["existing_case"] = cases[0]
        return cleaned


class FromApplicationForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Förslag till beslut"),
        choices=[(kind.value, kind.label) for kind in APPLICATION_KINDS],
        initial=DecisionKind.GRANT,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj förslag till beslut.")},
    )
    anew = forms.BooleanField(
        label=_("Skriv ett utkast till även om det finns ett av samma slag"), required=False
    )

    def __init__(self, *args: Any, any_under_way: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any_under_way:
            del self.fields["anew"]
