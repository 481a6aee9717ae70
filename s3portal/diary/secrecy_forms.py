"""Forms that set and lift secrecy marks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from s3portal.common.forms import CleanCharField, CleanTextField, SwedishDateField
from s3portal.diary import queries
from s3portal.diary.models import Case
from s3portal.diary.secrecy import Part, Provision, shared_words
from s3portal.diary.services.marking import Target

CHOOSE = _("Välj")


class ProvisionForm(forms.Form):
    """By what something is secret, why and for how long."""

    provision = forms.ChoiceField(
        label=_("Bestämmelse"),
        choices=[("", CHOOSE), *Provision.choices],
        error_messages={"required": _("Välj den bestämmelse som uppgiften kan vara hemlig enligt.")},
    )
    provision_text = CleanCharField(
        label=_("Vilken annan bestämmelse"),
        max_length=200,
        required=False,
        help_text=_("Bara om du har valt Annan bestämmelse. Till exempel OSL 19 kap. 3 §."),
    )
    reason = CleanTextField(
        label=_("Varför uppgiften kan vara hemlig"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Läses av dem som handlägger. Skriv inte ut själva uppgiften."),
    )
    until = SwedishDateField(
        label=_("Till och med"),
        required=False,
        help_text=_("Den sista dagen som sekretessen gäller, om du vet den."),
    )

    def by(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = self.cleaned_data
        return {
            "provision": Provision(cleaned["provision"]),
            "provision_text": cleaned["provision_text"],
            "reason": cleaned["reason"],
            "until": cleaned["until"],
        }


class MarkForm(ProvisionForm):
    """``target`` is a part of the case, or of one of its records: "record_title-2" is the title of handling
    2, "file-17" a file by its id. ``case_title`` is asked when the title of a record is marked and the
    case's, which is in the public diary, in lists and in mails, has some of its words."""

    PROTECT, OPEN = "skydda", "visa"

    target = forms.ChoiceField(
        label=_("Det som är hemligt"),
        error_messages={"required": _("Välj vad som är hemligt.")},
    )
    passage = CleanTextField(
        label=_("Ord eller stycke"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Bara om du har valt Ord eller stycke i texten. Skriv det precis som det står. "
            "Det döljs överallt i ärendet."
        ),
    )
    field_order = ("target", "passage", "provision", "provision_text", "reason", "until")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._targets: dict[str, Target] = {part.value: Target(part) for part in Part.of_case()}
        self._titles: dict[int, str] = {}
        groups: list[tuple[Any, Any]] = [
            ("", CHOOSE),
            (_("Ärendet"), [(part.value, part.label) for part in Part.of_case()]),
        ]
        groups += [self._of_record(record) for record in queries.records_with_files(case)]
        field: Any = self.fields["target"]
        field.choices = groups
        self._ask_of_title(case)

    def _ask_of_title(self, case: Case) -> None:
        chosen = self._targets.get(self.data.get("target", "")) if self.is_bound else None
        if chosen is None or case.title_protected or chosen.part not in (Part.RECORD, Part.RECORD_TITLE):
            return
        same = shared_words(case.title, self._titles[chosen.record_id or 0])
        if not same:
            return
        self.fields["case_title"] = forms.ChoiceField(
            label=_("Skydd av ärendets rubrik"),
            choices=[
                (self.PROTECT, _("Skydda också ärendets och handlingarnas rubriker")),
                (self.OPEN, _("Ärendets rubrik berättar inget hemligt")),
            ],
            widget=forms.RadioSelect,
            help_text=f"Ärendet heter ”{case.title}”. Där står också: {', '.join(same)}.",
            error_messages={
                "required": _("Ärendets rubrik har samma ord som handlingens. Välj om den också ska skyddas.")
            },
        )
        self.order_fields(["target", "case_title"])

    def _of_record(self, record: Any) -> tuple[str, list[tuple[str, Any]]]:
        choices: list[tuple[str, Any]] = []
        self._titles[record.pk] = record.title
        for part in Part.of_record():
            key = f"{part.value}-{record.number}"
            self._targets[key] = Target(part, record_id=record.pk)
            choices.append((key, part.label))
        for file in record.files.all():
            key = f"{Part.FILE.value}-{file.pk}"
            self._targets[key] = Target(Part.FILE, record_id=record.pk, file_id=file.pk)
            choices.append((key, f"Filen {file.filename}"))
        return f"Handling {record.number}: {record.title}", choices

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        chosen = self._targets[self.cleaned_data["target"]]
        if chosen.part == Part.PASSAGE:
            chosen = Target(Part.PASSAGE, passage=self.cleaned_data["passage"])
        return {"target": chosen, "also_title": self.protects_title, **self.by()}

    @property
    def protects_title(self) -> bool:
        return bool(self.cleaned_data.get("case_title") == self.PROTECT)


class LiftForm(forms.Form):
    reason = CleanTextField(
        label=_("Varför markeringen hävs"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Läses av dem som handlägger."),
    )
