"""Forms of the notice board, of who got a decision when, and of appeals."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from decisions.enums import AppealAction, AppealOutcome, AppealRoute
from decisions.finality import route_of
from decisions.models import Appeal, BoardNotice
from s3portal.common.forms import CleanCharField, CleanTextField, SwedishDateField


class PostForm(forms.Form):
    """A notice that goes up today, or that has stood on the region's earlier board."""

    kept_at = CleanCharField(
        label=_("Var protokollet förvaras"),
        max_length=200,
        help_text=_("Till exempel Regionens hus, Kyrkgatan 12, Östersund"),
    )
    posted_on = SwedishDateField(
        label=_("Uppsatt på regionens tidigare anslagstavla"),
        required=False,
        help_text=_(
            "Fyll bara i om anslaget satt någon annanstans än här i portalen. Annars räknas det från i dag."
        ),
    )

    def __init__(self, *args: Any, what: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if what:
            self.fields["kept_at"].label = f"Var {what.lower()} förvaras"


class TakeDownForm(forms.Form):
    """``early_reason`` is asked for only while the time to appeal runs; the day only of an earlier board."""

    taken_down_on = SwedishDateField(label=_("Nedtaget"), required=False)
    confirmed = forms.BooleanField(
        label=_("Jag vet att tiden att överklaga inte löper ut och att ett nytt anslag behövs"),
        error_messages={"required": _("Bekräfta att du vet att tiden inte löper ut.")},
    )
    early_reason = CleanTextField(
        label=_("Varför tas anslaget ned innan tiden har gått ut?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, notice: BoardNotice, early: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not notice.posted_elsewhere:
            del self.fields["taken_down_on"]
        if not early:
            del self.fields["confirmed"]
            # One from an earlier board may have come down early there; the day decides.
            if not notice.posted_elsewhere:
                del self.fields["early_reason"]
        else:
            self.fields["early_reason"].required = not notice.posted_elsewhere


class ReceiptForm(forms.Form):
    """``waiting``: the parties whose day is not registered. One of them is chosen, so that it is the same
    name; another is written."""

    chosen = forms.ChoiceField(label=_("Part"), required=False)
    party = CleanCharField(label=_("Part"), max_length=200)
    received_on = SwedishDateField(label=_("När parten fick del av beslutet"))
    proved_by = CleanCharField(
        label=_("Hur det är visat"),
        max_length=200,
        help_text=_("Till exempel delgivningskvitto eller mottagningsbevis"),
    )

    def __init__(self, *args: Any, waiting: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not waiting:
            del self.fields["chosen"]
            return
        chosen: Any = self.fields["chosen"]
        chosen.choices = [*((name, name) for name in waiting), ("", _("Någon annan"))]
        self.fields["party"].label = _("Namn, om det är någon annan")
        self.fields["party"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.pop("chosen", "")
        if chosen and cleaned.get("party", chosen) not in ("", chosen):
            self.add_error("party", _("Välj en part eller skriv ett namn, inte båda."))
        elif "party" in cleaned and not (chosen or cleaned["party"]):
            self.add_error("party", _("Skriv vem det är."))
        return cleaned | {"party": chosen or cleaned.get("party", "")}


class AppealForm(forms.Form):
    """What came in. ``parties``: those that each have a time of their own, to choose from."""

    #: Somebody who is none of the parties.
    NONE = "-"

    party = forms.ChoiceField(
        label=_("För vilken part"),
        help_text=_("Varje part har sin egen tid. Den avgör om överklagandet kom in i tid."),
        error_messages={"required": _("Välj part, eller att det är någon annan.")},
    )
    appellant = CleanCharField(label=_("Vem som överklagar"), max_length=200)
    appellant_protected = forms.BooleanField(
        label=_("Visa inte namnet i det offentliga diariet"), required=False
    )
    received_on = SwedishDateField(
        label=_("När överklagandet kom in"),
        help_text=_("Den första dagen det kom in till regionen eller till domstolen. Båda räknas."),
    )
    received_at_court = forms.BooleanField(label=_("Det kom in till domstolen"), required=False)
    court_case_number = CleanCharField(
        label=_("Domstolens målnummer"),
        max_length=50,
        required=False,
        help_text=_("Bara om det kom in till domstolen. Annars anges det när det är överlämnat."),
    )

    def __init__(self, *args: Any, parties: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not parties:
            del self.fields["party"]
            return
        party: Any = self.fields["party"]
        named = [(name, name) for name in parties]
        party.choices = [("", _("Välj")), *named, (self.NONE, _("Någon annan"))]

    def clean_party(self) -> str:
        chosen: str = self.cleaned_data["party"]
        return "" if chosen == self.NONE else chosen


# --- The steps of an appeal -------------------------------------------------------------------------------
class _HandOverForm(forms.Form):
    handed_over_on = SwedishDateField(label=_("När det överlämnades"))
    court = CleanCharField(label=_("Domstol"), max_length=150)
    court_case_number = CleanCharField(label=_("Domstolens målnummer"), max_length=50, required=False)


class _NumberForm(forms.Form):
    court_case_number = CleanCharField(label=_("Domstolens målnummer"), max_length=50)


class _DismissForm(forms.Form):
    dismissed_on = SwedishDateField(
        label=_("När det avvisades"),
        help_text=_(
            "Avvisningen är ett eget beslut (45 § förvaltningslagen) med skäl och upplysning om hur det "
            "överklagas. Den som har delegation för det fattar det först. Här antecknas det i diariet."
        ),
    )


class _DecideForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Utgång"),
        choices=[("", _("Välj")), *((each.value, each.label) for each in AppealOutcome.by_court())],
        error_messages={"required": _("Välj hur domstolen avgjorde målet.")},
    )
    outcome_on = SwedishDateField(label=_("När målet avgjordes"))
    court = CleanCharField(
        label=_("Domstol"), max_length=150, required=False, help_text=_("Om det är en annan än förut")
    )
    court_case_number = CleanCharField(
        label=_("Målnummer"), max_length=50, required=False, help_text=_("Om det är ett annat än förut")
    )


class _CloseForm(forms.Form):
    final_on = SwedishDateField(label=_("Avgörandet fick laga kraft"))


class _CancelForm(forms.Form):
    """Only a button."""


_STEP_FORMS: dict[AppealAction, type[forms.Form]] = {
    AppealAction.HAND_OVER: _HandOverForm,
    AppealAction.NUMBER: _NumberForm,
    AppealAction.DISMISS: _DismissForm,
    AppealAction.DECIDE: _DecideForm,
    AppealAction.CLOSE: _CloseForm,
    AppealAction.CANCEL: _CancelForm,
}


def step_form(action: AppealAction, appeal: Appeal, data: Any = None) -> forms.Form:
    """The form of one step, with what is known already."""
    initial = {
        "court": settings.REGION["court"] if action == AppealAction.HAND_OVER else "",
        "court_case_number": appeal.court_case_number if action == AppealAction.NUMBER else "",
    }
    form = _STEP_FORMS[action](data, initial=initial)
    if action == AppealAction.DECIDE and route_of(appeal.decision) == AppealRoute.BOARD:
        field: Any = form.fields["outcome"]
        field.choices = [choice for choice in field.choices if choice[0] != AppealOutcome.CHANGED]
    return form
