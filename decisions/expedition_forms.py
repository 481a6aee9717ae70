"""Forms for sending a decision out: who gets it and how, sending again, letters, and what came back."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import AddresseeKind, DispatchWay
from decisions.expedition import PHRASES, default_text, text_for
from decisions.models import Addressee, Decision
from s3portal.common.forms import CleanCharField, CleanTextField, SwedishDateField

_NO_WAY = _("Välj hur beslutet ska skickas.")


def _ways(*ways: DispatchWay) -> list[tuple[str, Any]]:
    return [(way.value, way.label) for way in ways]


class _MailTextForm(forms.Form):
    """With the text of the mail and sentences to add to it. ``text`` is the whole, sentences and all."""

    text = CleanTextField(
        label=_("Text i mejlet"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Diarienummer, dag, beslutsfattare och kontaktuppgifter läggs till under texten."),
    )
    phrases = forms.MultipleChoiceField(
        label=_("Lägg till i texten"),
        required=False,
        choices=list(PHRASES.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        added = [PHRASES[key] for key in cleaned.pop("phrases", [])]
        text = cleaned.get("text", "")
        cleaned["text"] = "\n\n".join([*([text] if text else []), *(one for one in added if one not in text)])
        return cleaned


class AddresseeForm(_MailTextForm):
    """Who, how and where to. Without ``addressee`` it is somebody new, with a name. No mail goes to who gets
    a letter or is handed the decision, so its text is asked for only once another way is saved."""

    name = CleanCharField(label=_("Mottagare"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Vem mottagaren är"),
        choices=AddresseeKind.choices,
        help_text=_("En part läser hela beslutet. Är något hemligt får andra den maskade versionen."),
    )
    way = forms.ChoiceField(
        label=_("Hur beslutet skickas"),
        choices=_ways(DispatchWay.MAIL, DispatchWay.LINK, DispatchWay.POST, DispatchWay.HAND),
        error_messages={"required": _NO_WAY},
    )
    email = forms.EmailField(max_length=254, label=_("E-postadress"), required=False)
    postal_address = CleanCharField(label=_("Postadress"), max_length=300, required=False)
    field_order = ("name", "kind", "way", "email", "postal_address", "text", "phrases")

    def __init__(self, typed: Any = None, *, decision: Decision, addressee: Addressee | None = None) -> None:
        initial: dict[str, Any] = {"kind": AddresseeKind.OTHER, "way": DispatchWay.MAIL}
        if addressee is not None:
            fields = ("kind", "way", "email", "postal_address")
            initial = {name: getattr(addressee, name) for name in fields} | {"text": text_for(addressee)}
        super().__init__(typed, initial=initial)
        self.decision = decision
        self.by_hand = addressee is not None and not DispatchWay(addressee.way).by_mail
        self._kept_text = "" if addressee is None else addressee.text
        if addressee is not None:
            del self.fields["name"]
        if self.by_hand:
            del self.fields["text"], self.fields["phrases"]
            self.fields["way"].help_text = _(
                "Med ett mejl följer en text. Den kan du ändra när du har valt mejl eller länk och sparat."
            )
        if addressee is None:
            self.fields["text"].help_text = _(
                "Lämna tomt för den vanliga texten. Diarienummer, dag, beslutsfattare och kontaktuppgifter "
                "läggs till under texten."
            )

    def clean(self) -> dict[str, Any]:
        """The default text is kept as none, so that it follows who the recipient is said to be."""
        cleaned = super().clean()
        if self.by_hand:
            return cleaned | {"text": self._kept_text}
        defaults = {default_text(self.decision, kind) for kind in AddresseeKind}
        if cleaned["text"] in defaults:
            cleaned["text"] = ""
        return cleaned


class SendAgainForm(_MailTextForm):
    """The way and the address that this time takes."""

    way = forms.ChoiceField(
        label=_("Hur beslutet skickas"),
        choices=_ways(DispatchWay.MAIL, DispatchWay.LINK),
        error_messages={"required": _NO_WAY},
    )
    email = forms.EmailField(max_length=254, label=_("E-postadress"))
    reason = CleanCharField(
        label=_("Varför beslutet skickas igen"),
        max_length=300,
        help_text=_(
            "Till exempel fel adress, eller att mottagaren har bett om det. Visas inte för mottagaren."
        ),
    )
    field_order = ("way", "email", "reason", "text", "phrases")

    def __init__(self, typed: Any = None, *, addressee: Addressee) -> None:
        way = DispatchWay(addressee.way)
        initial = {
            "way": way if way.by_mail else DispatchWay.MAIL,
            "email": addressee.email,
            "text": text_for(addressee),
        }
        super().__init__(typed, initial=initial)


class NoteSentForm(forms.Form):
    """``reason`` is asked for when it has been sent before."""

    way = forms.ChoiceField(
        label=_("Hur beslutet skickades"),
        choices=_ways(DispatchWay.POST, DispatchWay.HAND),
        error_messages={"required": _NO_WAY},
    )
    sent_on = SwedishDateField(label=_("Vilken dag"))
    postal_address = CleanCharField(
        label=_("Postadress"), max_length=300, required=False, help_text=_("Dit brevet skickades.")
    )
    reason = CleanCharField(label=_("Varför beslutet skickades igen"), max_length=300)

    def __init__(self, typed: Any = None, *, addressee: Addressee, again: bool) -> None:
        way = DispatchWay(addressee.way)
        initial = {
            "way": DispatchWay.POST if way.by_mail else way,
            "sent_on": timezone.localdate(),
            "postal_address": addressee.postal_address,
        }
        super().__init__(typed, initial=initial)
        if not again:
            del self.fields["reason"]


class ReturnedForm(forms.Form):
    on = SwedishDateField(label=_("Vilken dag det kom i retur"))
    text = CleanCharField(
        label=_("Vad som stod i returen"),
        max_length=300,
        help_text=_("Till exempel ”550 okänd mottagare” eller ”adressaten har flyttat”."),
    )
