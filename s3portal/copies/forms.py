"""Forms of requests for copies: for anybody, and for those who answer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from s3portal.common.forms import CleanCharField, CleanTextField, FilesField
from s3portal.common.visitors import VisitorForm
from s3portal.copies import queries
from s3portal.copies.authority import Authority
from s3portal.copies.enums import Way
from s3portal.diary.keeping_forms import ACCEPT
from s3portal.diary.models import Case, RecordFile
from s3portal.diary.queries import public_records
from s3portal.diary.secrecy import Provision

CHOOSE = _("Välj")


class RequestForm(VisitorForm):
    record = forms.TypedChoiceField(label=_("Handling"), required=False, coerce=int, empty_value=None)
    wish = CleanTextField(
        label=_("Vad vill du läsa?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Behövs bara om du inte har valt en handling, eller om du vill ha en viss del av den."),
    )
    way = forms.ChoiceField(
        label=_("Hur vill du få kopiorna?"),
        choices=Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj hur du vill få kopiorna.")},
    )
    email = forms.EmailField(
        label=_("E-post"),
        required=False,
        max_length=254,
        help_text=_("Behövs bara om du vill ha besked med e-post."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": _("Skriv e-postadressen som namn@exempel.se."),
            "max_length": _("E-postadressen får ha högst 254 tecken."),
        },
    )
    name = CleanCharField(
        label=_("Namn"),
        required=False,
        max_length=150,
        help_text=_("Du behöver inte säga vem du är eller varför du frågar."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record: Any = self.fields["record"]
        record.choices = [
            ("", _("Hela ärendet, eller det jag skriver här under")),
            *(
                (str(one.number), f"{one.number}. {one.title}")
                for one in public_records(case)
                if not one.disposed
            ),
        ]

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = dict(self.cleaned_data)
        return {"record_number": cleaned.pop("record"), "way": Way(cleaned.pop("way")), **cleaned}


class _AnswerForm(forms.Form):
    """``tried`` is asked for each time: a mark is only a reminder (OSL 5:5)."""

    tried = forms.BooleanField(
        label=_("Jag har prövat sekretessen för det som lämnas ut och det som hålls inne"),
        error_messages={"required": _("Pröva sekretessen först, och kryssa sedan i rutan.")},
    )

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = dict(self.cleaned_data)
        del cleaned["tried"]
        return cleaned


class _MessageForm(_AnswerForm):
    message = CleanTextField(
        label=_("Meddelande till den som frågar"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class _FilesForm(_MessageForm):
    chosen = forms.TypedMultipleChoiceField(
        label=_("Filer ur ärendet"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Välj bland filerna i ärendet.")},
    )

    def __init__(self, *args: Any, case: Case, record_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marked = queries.covering(case)
        field: Any = self.fields["chosen"]
        found = queries.files_in(case)
        field.choices = [(file.pk, _named_file(file, case, marked=file.pk in marked)) for file in found]
        # What was asked for, unless something in it is marked: a hurried press gives out nothing secret.
        field.initial = [file.pk for file in found if file.record_id == record_id and file.pk not in marked]

    def content(self) -> dict[str, Any]:
        cleaned = super().content()
        return {"files": cleaned.pop("chosen"), **cleaned}


def _named_file(file: RecordFile, case: Case, *, marked: bool) -> str:
    """With the number of its case when that is merged with the one that is asked about."""
    name = f"Handling {file.record.number}: {file.filename}"
    if file.record.case_id != case.pk:
        name = f"{file.record.case}, {name[:1].lower()}{name[1:]}"
    return f"{name}, märkt som hemligt" if marked else name


def _motive_field() -> CleanTextField:
    return CleanTextField(
        label=_("Varför det som är märkt ändå lämnas ut"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Bara om du har valt något som är märkt. Läses av dem som handlägger."),
    )


class ReleaseForm(_FilesForm):
    motive = _motive_field()
    field_order = ("chosen", "motive", "message", "tried")


class _WithProvision(forms.Form):
    provision = forms.ChoiceField(
        label=_("Bestämmelse"),
        choices=[("", CHOOSE), *Provision.choices],
        error_messages={"required": _("Välj den bestämmelse som uppgifterna är hemliga enligt.")},
    )
    provision_text = CleanCharField(
        label=_("Vilken annan bestämmelse"),
        max_length=150,
        required=False,
        help_text=_("Bara om du har valt Annan bestämmelse. Till exempel OSL 19 kap. 3 §."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("provision") == Provision.OTHER and not cleaned.get("provision_text"):
            self.add_error("provision_text", "Skriv vilken bestämmelse, till exempel OSL 19 kap. 3 §.")
        return cleaned


def _named(cleaned: dict[str, Any]) -> dict[str, Any]:
    """With the provision as it is written in a decision: "OSL 30 kap. 27 §"."""
    chosen, text = cleaned.pop("provision"), cleaned.pop("provision_text")
    label = text if chosen == Provision.OTHER else str(Provision(chosen).label).partition(",")[0]
    return {**cleaned, "provision": label}


class MaskForm(_WithProvision, _FilesForm):
    motive = _motive_field()
    uploads = FilesField(
        label=_("Maskade filer"),
        required=False,
        widget=FilesField.widget(attrs={"accept": ACCEPT}),
        help_text=_(
            "Högst tio. Det hemliga ska vara borttaget, inte bara övertäckt: skriv ut den maskade sidan och "
            "läs in den, eller ta bort texten innan du gör pdf. Ett beslut maskar du på beslutets egen sida."
        ),
    )
    reason = CleanTextField(
        label=_("Varför uppgifterna är hemliga"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Läses av den som frågar. Skriv inte ut det som är hemligt."),
    )
    field_order = (
        "chosen", "motive", "uploads", "provision", "provision_text", "reason", "message", "tried",
    )  # fmt: skip

    def content(self) -> dict[str, Any]:
        return _named(super().content())


class RefuseForm(_WithProvision, _MessageForm):
    reason = CleanTextField(
        label=_("Skäl för beslutet"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Står i beslutet. Skriv inte ut det som är hemligt."),
    )
    authority = forms.ChoiceField(
        label=_("Delegationsbestämmelse"),
        help_text=_("De punkter för andra beslut som du har i dag. Välj den som omfattar utlämnande."),
        error_messages={
            "required": _("Välj vilken punkt i delegationsordningen du beslutar enligt."),
            "invalid_choice": _("Du har inte den punkten i dag. Välj en i listan."),
        },
    )
    field_order = ("provision", "provision_text", "reason", "authority", "message", "tried")

    def __init__(self, *args: Any, authorities: Sequence[Authority], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["authority"]
        field.choices = [("", CHOOSE), *((one.key, f"{one.label}: {one.text}") for one in authorities)]

    def content(self) -> dict[str, Any]:
        return _named(super().content())


class CloseForm(forms.Form):
    message = CleanTextField(
        label=_("Varför begäran avslutas"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Läses av den som frågade."),
    )

    def content(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
