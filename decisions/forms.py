"""The forms of drafting and signing: a draft with its rows, and the steps round it."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import Q
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models import LegalBasis
from decisions.content import COLUMNS, BasisRow, DraftContent, RecipientRow, content_of
from decisions.enums import AmountKind
from decisions.kinds import kinds_for
from decisions.models import Decision, Delegate, DelegationClause
from decisions.offers import offer_for, the_one
from decisions.point_keys import new_key
from s3portal.common import form_rows
from s3portal.common.forms import CleanCharField, CleanTextField, KronorField, SwedishDateField
from s3portal.common.text import read_whole
from s3portal.diary.models import Record

MOST_ROWS = 50
TEXT_LENGTH = 20_000


class OfferedField(forms.ModelChoiceField):
    """Any row in force may be sent in, for the amount and the clause may change in one go. The list shows
    what can decide the draft as it is stored, and what is chosen already."""

    offered: tuple[int, ...] = ()

    def show(self, offered: list[int], chosen: set[int]) -> None:
        self.offered = tuple(offered)
        rows = [row for row in self.queryset or () if row.pk in {*offered, *chosen}]
        self.choices = [
            ("", self.empty_label),
            *((row.pk, self.label_from_instance(row)) for row in rows),
        ]


class ClauseField(OfferedField):
    def label_from_instance(self, obj: Any) -> str:
        label = f"{obj.number} {obj.text}"
        if not obj.order.is_valid_on(timezone.localdate()):
            return f"{label} (gäller inte i dag)"
        return label if obj.pk in self.offered else f"{label} (kan inte användas för det här beslutet)"


class DelegateField(OfferedField):
    """Names the clause too when there are several, since one person may hold some and not others."""

    shows_clause = False

    def label_from_instance(self, obj: Any) -> str:
        clause = f" (punkt {obj.clause.number})" if self.shows_clause else ""
        label = f"{obj.user.full_name}, {obj.title_in_text}{clause}"
        if not obj.is_valid_on(timezone.localdate()):
            return f"{label}, får inte besluta i dag"
        return label if obj.pk in self.offered else f"{label}, får inte fatta det här beslutet"


class DraftForm(forms.Form):
    """What is written in a draft, but for its rows. Nothing is required: a draft may be half done, and
    ``checks`` says what is missing. Clauses and signatories come from ``offer``: who can decide it today."""

    show_optional = False

    kind = forms.ChoiceField(label=_("Slag av beslut"))
    title = CleanCharField(label=_("Rubrik"), max_length=300, required=False)
    unit = CleanCharField(label=_("Enhet"), max_length=150, required=False)
    case_officer_name = CleanCharField(label=_("Handläggare"), max_length=150, required=False)
    case_officer_phone = CleanCharField(label=_("Telefon"), max_length=30, required=False)
    case_officer_email = forms.EmailField(label=_("E-post"), required=False, max_length=254)
    background = CleanTextField(
        label=_("Ärendebeskrivning"),
        max_length=TEXT_LENGTH,
        required=False,
        help_text=_("Vad ärendet gäller, vem som söker och hur det knyter an till S3-strategin."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    records = forms.ModelMultipleChoiceField(
        label=_("Handlingar i ärendet"),
        queryset=Record.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reasons = CleanTextField(
        label=_("Skäl för beslutet"),
        max_length=TEXT_LENGTH,
        required=False,
        help_text=_(
            "Varför beslutet blir som det blir, och hur det hänger ihop med den regionala strategin."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    amount_kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[(AmountKind.CASH, "Pengar"), (AmountKind.IN_KIND, "Arbetstid"), (AmountKind.NONE, "Inget")],
    )
    amount = KronorField(
        label=_("Belopp"),
        required=False,
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
    )
    amount_is_ceiling = forms.BooleanField(label=_("Beloppet är ett högsta belopp"), required=False)
    starts_on = SwedishDateField(label=_("Från och med"), required=False)
    ends_on = SwedishDateField(label=_("Till och med"), required=False)
    legal_basis = forms.ModelChoiceField(
        label=_("Rättslig grund"),
        queryset=LegalBasis.objects.none(),
        required=False,
        empty_label="Välj",
        help_text=_("Bestämmer hur beslutet får överklagas."),
    )
    clause = ClauseField(
        label=_("Delegationspunkt"),
        queryset=DelegationClause.objects.none(),
        required=False,
        empty_label="Välj",
    )
    delegate = DelegateField(
        label=_("Undertecknare"), queryset=Delegate.objects.none(), required=False, empty_label="Välj"
    )
    presenter_name = CleanCharField(label=_("Föredragande"), max_length=150, required=False)
    presenter_title = CleanCharField(label=_("Föredragandens titel"), max_length=150, required=False)
    also_present = CleanTextField(
        label=_("Deltog också i den slutliga handläggningen"),
        max_length=2000,
        required=False,
        help_text=_("De som var med utan att besluta. En person per rad: namn, titel."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict | None = None, *, decision: Decision) -> None:
        initial = {name: getattr(decision, name) for name in COLUMNS}
        initial["records"] = [d.record_id for d in decision.basis_documents.all() if d.record_id]
        super().__init__(data, initial=initial)
        today = timezone.localdate()
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.value, kind.label) for kind in kinds_for(decision)]
        fields["records"].queryset = decision.case.records.standing().order_by("number")
        fields["records"].label_from_instance = lambda record: record.title
        fields["legal_basis"].queryset = LegalBasis.objects.filter(
            Q(pk__in=LegalBasis.objects.valid_on(today)) | Q(pk=decision.legal_basis_id)
        )
        clauses = DelegationClause.objects.filter(
            Q(pk__in=DelegationClause.objects.valid_on(today)) | Q(pk=decision.clause_id)
        )
        fields["clause"].queryset = clauses.select_related("order")
        fields["delegate"].queryset = Delegate.objects.filter(
            Q(pk__in=Delegate.objects.valid_on(today)) | Q(pk=decision.delegate_id)
        ).select_related("user", "clause__order")
        fields["delegate"].shows_clause = len(fields["clause"].queryset) > 1
        self.offer = offer_for(decision, on=today)
        fields["clause"].show(self.offer.clause_ids, _chosen(data, "clause", decision.clause_id))
        fields["delegate"].show(self.offer.delegate_ids, _chosen(data, "delegate", decision.delegate_id))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "Slutdatumet ligger före startdatumet.")
        if cleaned.get("amount") and cleaned.get("amount_kind") == AmountKind.NONE:
            self.add_error("amount_kind", "Välj pengar eller arbetstid, eller ta bort beloppet.")
        cleaned["delegate"] = self._fitting_delegate(cleaned.get("clause"), cleaned.get("delegate"))
        return cleaned

    def _fitting_delegate(
        self, clause: DelegationClause | None, delegate: Delegate | None
    ) -> Delegate | None:
        """The same person's right to the chosen clause; with nobody chosen, the only one who holds it."""
        if clause is None or (delegate is not None and delegate.clause_id == clause.pk):
            return delegate
        holders = list(
            Delegate.objects.valid_on(timezone.localdate()).filter(clause=clause).select_related("user")
        )
        if delegate is None:
            return the_one(holders)
        return next((holder for holder in holders if holder.user_id == delegate.user_id), delegate)


def _chosen(data: QueryDict | None, name: str, stored: int | None) -> set[int]:
    """What is stored and what was sent in, so that a page shown again has lost nothing."""
    sent = None if data is None else read_whole(data.get(name))
    return {number for number in (sent, stored) if number}


if TYPE_CHECKING:
    _RowBase = BaseFormSet[Any]
else:
    _RowBase = BaseFormSet


class PointForm(forms.Form):
    """``key`` is the point itself, wherever it is moved (``point_keys``)."""

    show_optional = False
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    text = CleanTextField(
        label=_("Beslutspunkt"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class BasisForm(forms.Form):
    show_optional = False
    title = CleanCharField(label=_("Handling"), max_length=300, required=False)


class RecipientForm(forms.Form):
    show_optional = False
    name = CleanCharField(label=_("Mottagare"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("E-post"),
        required=False,
        max_length=254,
        error_messages={"invalid": _("Skriv adressen som namn@example.se.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("email") and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", "Ange mottagarens namn.")
        return cleaned


class RowFormSet(_RowBase):
    default_error_messages = {
        "missing_management_form": _("Något gick fel när raderna skickades. Ladda om sidan och försök igen."),
        "too_many_forms": _("Högst %(num)d rader får plats."),
    }


def _row_formset(form: type[forms.Form]) -> Any:
    return forms.formset_factory(
        form, formset=RowFormSet, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 10, validate_max=True
    )


#: The prefix is also what the page's buttons and addresses call the rows.
ROWS: dict[str, Any] = {
    "punkt": _row_formset(PointForm),
    "handling": _row_formset(BasisForm),
    "mottagare": _row_formset(RecipientForm),
}
#: Of these an empty row is nothing; an empty point is something that remains to be written.
_EMPTY_IS_NOTHING = ("handling", "mottagare")


class DraftForms:
    """The draft's form and its rows as one. Unbound, it shows ``decision``; ``extra_row`` names the rows that
    end with an empty one to write in."""

    def __init__(self, data: QueryDict | None = None, *, decision: Decision, extra_row: str = "") -> None:
        self.decision = decision
        self.main = DraftForm(data, decision=decision)
        rows = _stored_rows(decision)
        if extra_row in _EMPTY_IS_NOTHING:
            rows[extra_row].append({})
        rows["punkt"] = rows["punkt"] or [{"key": new_key()}]
        rows["mottagare"] = rows["mottagare"] or [{}]
        self.rows = {
            name: formset(data, prefix=name, initial=rows[name])
            if data is None
            else formset(data, prefix=name)
            for name, formset in ROWS.items()
        }

    @property
    def all(self) -> list[Any]:
        """In the order of the page, for the error summary."""
        return [self.main, *self.rows.values()]

    def is_valid(self) -> bool:
        # Every part is asked, so that each shows what is to be put right.
        return min(form.is_valid() for form in self.all)

    def first_error(self) -> str:
        """One sentence for the line that tells whether the draft is saved."""
        for form in self.all:
            for part in getattr(form, "forms", [form]):
                for name, errors in part.errors.items():
                    label = part.fields[name].label if name in part.fields else ""
                    return f"{label}: {errors[0]}" if label else str(errors[0])
            for error in form.non_form_errors() if isinstance(form, BaseFormSet) else ():
                return str(error)
        return ""

    def content(self) -> DraftContent:
        """What was filled in; only after ``is_valid``."""
        cleaned = self.main.cleaned_data
        points = self._cleaned("punkt")
        records = [BasisRow(record.title, record.pk) for record in cleaned["records"]]
        free = [BasisRow(row["title"]) for row in self._cleaned("handling") if row["title"]]
        recipients = [
            RecipientRow(row["name"], row["email"]) for row in self._cleaned("mottagare") if row["name"]
        ]
        return DraftContent(
            **{name: cleaned[name] for name in COLUMNS},
            points=tuple(row["text"] for row in points),
            point_keys=tuple(row["key"] for row in points),
            basis_documents=(*records, *free),
            recipients=tuple(recipients),
        )

    def _cleaned(self, name: str) -> list[dict[str, Any]]:
        """An untouched empty row has no cleaned values of its own."""
        empty = dict.fromkeys(ROWS[name].form.base_fields, "")
        return [empty | form.cleaned_data for form in self.rows[name].forms]


def _stored_rows(decision: Decision) -> dict[str, list[dict[str, Any]]]:
    content = content_of(decision)
    return {
        "punkt": [
            {"text": text, "key": key} for text, key in zip(content.points, content.point_keys, strict=True)
        ],
        "handling": [{"title": row.title} for row in content.basis_documents if row.record_id is None],
        "mottagare": [{"name": row.name, "email": row.email} for row in content.recipients],
    }


def change_rows(data: QueryDict, command: str) -> QueryDict:
    """The same data after a row's button: ``lagg-till:punkt``, ``ta-bort:punkt:1`` or ``upp:punkt:1``."""
    name = command.partition(":")[2].partition(":")[0]
    if name not in ROWS:
        return data
    fields = list(ROWS[name].form.base_fields)
    changed = form_rows.change_rows(data, command, prefix=name, fields=fields, most=MOST_ROWS)
    if name == "punkt" and changed is not data:
        last = f"punkt-{int(str(changed['punkt-TOTAL_FORMS'])) - 1}-key"
        changed[last] = changed.get(last) or new_key()
    return changed


class ReturnForm(forms.Form):
    reason = CleanTextField(
        label=_("Vad ska ändras?"),
        max_length=5000,
        help_text=_("Handläggaren får texten med e-post och ser den i utkastet."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv vad som ska ändras.")},
    )


class DecisionListForm(forms.Form):
    show_optional = False
    q = CleanCharField(
        label=_("Sök"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    visa = forms.CharField(required=False, widget=forms.HiddenInput)

    def text(self) -> str:
        return cast(str, self.cleaned_data.get("q") or "") if self.is_valid() else ""
