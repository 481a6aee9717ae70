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
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision, Delegate, DelegationClause
from decisions.services.drafting import OWN_KINDS, kinds_for
from s3portal.common.forms import CleanCharField, CleanTextField, KronorField, SwedishDateField
from s3portal.diary.models import Case, Record
from s3portal.diary.numbers import read_number

MOST_ROWS = 50
TEXT_LENGTH = 20_000


class ClauseField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        today = timezone.localdate()
        over = "" if obj.order.is_valid_on(today) else " (gäller inte i dag)"
        return f"{obj.number} {obj.text}{over}"


class DelegateField(forms.ModelChoiceField):
    """Names the clause too when there are several, since one person may hold some and not others."""

    shows_clause = False

    def label_from_instance(self, obj: Any) -> str:
        clause = f" (punkt {obj.clause.number})" if self.shows_clause else ""
        over = "" if obj.is_valid_on(timezone.localdate()) else ", får inte besluta i dag"
        return f"{obj.user.full_name}, {obj.title_in_text}{clause}{over}"


class DraftForm(forms.Form):
    """What is written in a draft, but for its rows. Nothing is required: a draft may be half done, and
    ``checks`` says what is missing. What is offered is what is in force today, and what was chosen before."""

    show_optional = False

    kind = forms.ChoiceField(label=_("Slag av beslut"))
    title = CleanCharField(label=_("Rubrik"), max_length=300, required=False)
    unit = CleanCharField(label=_("Enhet"), max_length=150, required=False)
    case_officer_name = CleanCharField(label=_("Handläggare"), max_length=150, required=False)
    case_officer_phone = CleanCharField(label=_("Telefon"), max_length=30, required=False)
    case_officer_email = forms.EmailField(label=_("E-post"), required=False)
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

    def __init__(self, data: QueryDict | None = None, *, decision: Decision) -> None:
        initial = {name: getattr(decision, name) for name in COLUMNS}
        initial["records"] = [d.record_id for d in decision.basis_documents.all() if d.record_id]
        super().__init__(data, initial=initial)
        today = timezone.localdate()
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.value, kind.label) for kind in kinds_for(decision)]
        fields["records"].queryset = decision.case.records.order_by("number")
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
            return holders[0] if len(holders) == 1 else None
        return next((holder for holder in holders if holder.user_id == delegate.user_id), delegate)


if TYPE_CHECKING:
    _RowBase = BaseFormSet[Any]
else:
    _RowBase = BaseFormSet


class PointForm(forms.Form):
    show_optional = False
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
        for name in ("punkt", "mottagare"):
            rows[name] = rows[name] or [{}]
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
        points = [row["text"] for row in self._cleaned("punkt")]
        records = [BasisRow(record.title, record.pk) for record in cleaned["records"]]
        free = [BasisRow(row["title"]) for row in self._cleaned("handling") if row["title"]]
        recipients = [
            RecipientRow(row["name"], row["email"]) for row in self._cleaned("mottagare") if row["name"]
        ]
        return DraftContent(
            **{name: cleaned[name] for name in COLUMNS},
            points=tuple(points),
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
        "punkt": [{"text": text} for text in content.points],
        "handling": [{"title": row.title} for row in content.basis_documents if row.record_id is None],
        "mottagare": [{"name": row.name, "email": row.email} for row in content.recipients],
    }


def change_rows(data: QueryDict, command: str) -> QueryDict:
    """The same data after one of the row buttons: ``lagg-till:punkt``, ``ta-bort:punkt:1``, ``upp:punkt:1``.

    A command that makes no sense changes nothing."""
    verb, _colon, rest = command.partition(":")
    name, _colon, place = rest.partition(":")
    total = data.get(f"{name}-TOTAL_FORMS", "")
    if name not in ROWS or not (total.isascii() and total.isdecimal() and len(total) < 4):
        return data
    fields = list(ROWS[name].form.base_fields)
    rows = [
        [data.get(f"{name}-{n}-{field}", "") for field in fields] for n in range(min(int(total), MOST_ROWS))
    ]
    at = int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else -1
    if verb == "lagg-till" and len(rows) < MOST_ROWS:
        rows.append(["" for _field in fields])
    elif verb == "ta-bort" and 0 <= at < len(rows):
        del rows[at]
    elif verb == "upp" and 1 <= at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    else:
        return data
    changed = data.copy()
    for key in [key for key in changed if key.startswith(f"{name}-") and not key.endswith("_FORMS")]:
        del changed[key]
    changed[f"{name}-TOTAL_FORMS"] = str(len(rows))
    for number, row in enumerate(rows):
        for field, value in zip(fields, row, strict=True):
            changed[f"{name}-{number}-{field}"] = value
    return changed


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
        choices=[
            (DecisionKind.GRANT.value, DecisionKind.GRANT.label),
            (DecisionKind.REJECTION.value, DecisionKind.REJECTION.label),
            (DecisionKind.OTHER.value, DecisionKind.OTHER.label),
        ],
        initial=DecisionKind.GRANT,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj förslag till beslut.")},
    )


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
