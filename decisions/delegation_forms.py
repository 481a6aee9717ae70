"""Forms of the delegation: an order and its adoption, a clause, who holds it and until when."""

from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import DecisionKind
from decisions.models import Committee, Delegate, DelegationClause, DelegationOrder
from decisions.services.delegating import ClauseData, OrderFacts
from decisions.services.holding import HolderData
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.forms import CleanCharField, CleanTextField, KronorField, SwedishDateField

TODAY_OR = _("Dagen ut, svensk tid.")


class DayForm(forms.Form):
    """The day that the page on delegation shows. Without one, or with one that cannot be read, today."""

    show_optional = False
    datum = SwedishDateField(label=_("Så här var det den"), required=False)

    def day(self) -> date:
        return (self.cleaned_data.get("datum") if self.is_valid() else None) or timezone.localdate()


class VersionedForm(forms.Form):
    """Carries the version of the draft that the page showed; 0, which none has, when it cannot be read."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    order: DelegationOrder | None = None

    def seen_version(self) -> int:
        return self.cleaned_data.get("version") or 0

    def show_latest(self) -> None:
        """After a conflict: what is typed stays, and saving it again is then done knowingly."""
        found = DelegationOrder.objects.filter(pk=self.order.pk).first() if self.order else None
        data: Any = cast(QueryDict, self.data).copy()
        data["version"] = found.version if found else 0
        self.data = data


class OrderForm(VersionedForm):
    """``facts`` after ``is_valid``. The nämnd is asked for only where a new order begins from nothing."""

    committee = forms.ModelChoiceField(
        label=_("Nämnd"),
        queryset=Committee.objects.order_by("name", "pk"),
        empty_label=None,
        error_messages={"required": _("Välj en nämnd."), "invalid_choice": _("Välj en av nämnderna.")},
    )
    title = CleanCharField(
        label=_("Rubrik"),
        max_length=300,
        help_text=_("Skrivs ut i varje beslut, precis så här. Skriv den som den antas."),
    )
    period = CleanCharField(label=_("Mandatperiod"), max_length=20, help_text=_("Till exempel 2027–2030"))
    valid_from = SwedishDateField(label=_("Från och med"))
    valid_to = SwedishDateField(label=_("Till och med"))

    def __init__(self, data: Any = None, *, order: DelegationOrder | None = None, new: bool = False) -> None:
        initial = {}
        if order is not None:
            names = ("title", "period", "valid_from", "valid_to", "version")
            initial = {name: getattr(order, name) for name in names}
        super().__init__(data, initial=initial)
        self.order = order
        if not new:
            del self.fields["committee"]

    def facts(self) -> OrderFacts:
        wanted = self.cleaned_data
        return OrderFacts(wanted["title"], wanted["period"], wanted["valid_from"], wanted["valid_to"])


class AdoptForm(VersionedForm):
    adopted_on = SwedishDateField(label=_("När ordningen antogs"))
    adopted = CleanCharField(
        label=_("Paragraf i protokollet"), max_length=200, help_text=_("Till exempel § 5")
    )
    ends_previous = forms.BooleanField(label=_("Avsluta den ordning som gäller, dagen före"), required=False)

    def __init__(self, data: Any = None, *, order: DelegationOrder, overlaps: bool) -> None:
        super().__init__(data, initial={"version": order.version})
        self.order = order
        if not overlaps:
            del self.fields["ends_previous"]


class ClauseForm(VersionedForm):
    number = CleanCharField(label=_("Punkt"), max_length=20, help_text=_("Till exempel 8.2"))
    text = CleanTextField(label=_("Ärende"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    kinds = forms.MultipleChoiceField(
        label=_("Slag av beslut"),
        choices=DecisionKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Välj minst ett slag av beslut.")},
    )
    ceiling = KronorField(
        label=_("Tak"),
        required=False,
        min_value=1,
        help_text=_("Gäller pengar och arbetstid. Tomt: inget tak."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
    )
    ceiling_included = forms.BooleanField(
        label=_("Taket ingår"), required=False, help_text=_("”Högst” i stället för ”under”.")
    )
    own_budget = forms.BooleanField(
        label=_("Bara inom egen budget"),
        required=False,
        help_text=_("Beslut om belopp kräver att delegatens budget är angiven. Den skrivs ut i beslutet."),
    )
    sub_delegation = forms.BooleanField(
        label=_("Får vidaredelegeras av förvaltningschef"),
        required=False,
        help_text=_("Ett steg, till en annan anställd (7 kap. 6 § kommunallagen)."),
    )
    reportable = forms.BooleanField(label=_("Anmäls till nämnden"), required=False)
    urgent = forms.BooleanField(
        label=_("Brådskande ärenden"),
        required=False,
        help_text=_(
            "Ordföranden eller en annan ledamot beslutar ensam i det som inte kan vänta (6 kap. 39 § "
            "kommunallagen). Besluten står först på nästa sammanträdes lista."
        ),
    )

    def __init__(
        self, data: Any = None, *, order: DelegationOrder, clause: DelegationClause | None = None
    ) -> None:
        initial: dict[str, Any] = {"version": order.version, "reportable": True}
        if clause is not None:
            names = [name for name in self.base_fields if name != "version"]
            initial |= {name: getattr(clause, name) for name in names}
        super().__init__(data, initial=initial)
        self.order = order

    def clause_data(self) -> ClauseData:
        wanted = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return ClauseData(**wanted | {"kinds": [DecisionKind(kind) for kind in wanted["kinds"]]})


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name}, {obj.title}" if obj.title else str(obj.full_name)


class ChiefField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class HolderForm(forms.Form):
    """Somebody who gets the clause. Who may is told by the portal's role of delegate."""

    user = PersonField(
        label=_("Person"),
        queryset=User.objects.none(),
        empty_label="Välj",
        help_text=_("Här finns de som har rollen delegat."),
        error_messages={"required": _("Välj en person."), "invalid_choice": _("Välj en person i listan.")},
    )
    office = CleanCharField(
        label=_("Befattning"),
        max_length=150,
        help_text=_("Som den står i beslutet, till exempel regional utvecklingsdirektör."),
    )
    acting = forms.BooleanField(
        label=_("Tillförordnad"), required=False, help_text=_("Kräver en sista dag. Skrivs ”Tf.” i beslutet.")
    )
    valid_from = SwedishDateField(label=_("Från och med"))
    valid_to = SwedishDateField(
        label=_("Till och med"), required=False, help_text=_("Tomt: så länge ordningen gäller.")
    )
    is_head = forms.BooleanField(label=_("Är förvaltningschef"), required=False)
    budget = CleanCharField(
        label=_("Egen budget"),
        max_length=200,
        required=False,
        help_text=_("Till exempel verksamhetsområde Hållbar tillväxt"),
    )
    delegated_by = ChiefField(
        label=_("Vidaredelegerad av"),
        queryset=Delegate.objects.none(),
        required=False,
        empty_label="Ingen, nämnden själv har utsett",
        help_text=_("Förvaltningschefen som har gett punkten vidare."),
    )

    def __init__(self, data: Any = None, *, clause: DelegationClause) -> None:
        today = timezone.localdate()
        first = max(today, clause.order.valid_from)
        super().__init__(data, initial={"valid_from": min(first, clause.order.valid_to)})
        fields: dict[str, Any] = self.fields
        fields["user"].queryset = User.objects.filter(
            staff_roles__role=Role.DELEGATE, is_active=True
        ).order_by("full_name", "pk")
        if clause.sub_delegation:
            fields["delegated_by"].queryset = clause.delegates.filter(
                is_head=True, delegated_by__isnull=True
            ).select_related("user")
        else:
            del fields["delegated_by"]
        if not clause.own_budget:
            del fields["budget"]

    def holder(self) -> HolderData:
        return HolderData(**self.cleaned_data)


class LastDayForm(forms.Form):
    last_day = SwedishDateField(label=_("Sista dag som delegat"), help_text=TODAY_OR)

    def __init__(self, data: Any = None, *, delegate: Delegate) -> None:
        super().__init__(data, initial={"last_day": delegate.valid_to or timezone.localdate()})
