"""The forms of a batch of decisions: how it begins, and the question of jäv in many of them at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from applications.enums import RecusalGround
from decisions.enums import DecisionKind
from decisions.models import BatchItem, Delegate
from decisions.services.batch_recusing import Answer
from s3portal.common.forms import CleanCharField

MOST_WORDS = 2000


class _DelegateField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user.full_name}, {obj.title_in_text} (punkt {obj.clause.number})"


class StartBatchForm(forms.Form):
    """Who the drafts are made out to, and whether those on the reserve list get a decision now."""

    grants_by = _DelegateField(
        label="Undertecknare av bifall",
        queryset=Delegate.objects.none(),
        required=False,
        empty_label="Välj i vart och ett",
        help_text="Kontrollen prövar varje belopp mot punktens tak.",
    )
    rejections_by = _DelegateField(
        label="Undertecknare av avslag",
        queryset=Delegate.objects.none(),
        required=False,
        empty_label="Välj i vart och ett",
    )
    with_reserves = forms.BooleanField(
        label="Avslå också ansökningarna på reservplats",
        required=False,
        help_text="Annars väntar de. Besluten går att skapa senare.",
    )

    def __init__(self, data: QueryDict | None = None, *, reserves: int) -> None:
        super().__init__(data)
        for name, kind in (("grants_by", DecisionKind.GRANT), ("rejections_by", DecisionKind.REJECTION)):
            holders = _holders(kind)
            self.fields[name].queryset = holders  # type: ignore[attr-defined]
            only = holders[:2]
            if len(only) == 1:
                self.initial[name] = only[0].pk
        if not reserves:
            del self.fields["with_reserves"]


def _holders(kind: DecisionKind) -> QuerySet[Delegate]:
    """Who may decide such things today."""
    found = Delegate.objects.valid_on(timezone.localdate()).filter(
        clause__kinds__contains=[kind], user__is_active=True
    )
    return found.select_related("user", "clause__order", "delegated_by__user").order_by(
        "user__full_name", "clause__number", "pk"
    )


class BatchImpartialityForm(forms.Form):
    """One answer for each application, and one's word that all have been gone through."""

    all_seen = forms.BooleanField(
        label="Jag har gått igenom listan. Där jag inte har valt något annat finns inget jäv.",
        error_messages={"required": "Intyga att du har gått igenom hela listan."},
    )

    def __init__(self, data: QueryDict | None = None, *, items: Sequence[BatchItem]) -> None:
        super().__init__(data)
        self.items = items
        certify = self.fields.pop("all_seen")
        for item in items:
            about = f"{item.application.case}, {item.application.organisation.name}"
            self.fields[f"ground-{item.application_id}"] = forms.ChoiceField(
                label=f"Jäv: {about}",
                choices=RecusalGround.choices,
                initial=RecusalGround.NONE,
                error_messages={
                    "required": f"Svara för {item.application.case}.",
                    "invalid_choice": f"Välj ett av svaren för {item.application.case}.",
                },
            )
            self.fields[f"text-{item.application_id}"] = CleanCharField(
                label=f"Beskrivning: {about}", required=False, max_length=MOST_WORDS
            )
        # Last on the page, and so last among the errors.
        self.fields["all_seen"] = certify

    def rows(self) -> Iterator[tuple[BatchItem, Any, Any]]:
        for item in self.items:
            yield item, self[f"ground-{item.application_id}"], self[f"text-{item.application_id}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for item in self.items:
            pk = item.application_id
            if cleaned.get(f"ground-{pk}") == RecusalGround.OTHER and not cleaned.get(f"text-{pk}"):
                case = item.application.case
                self.add_error(f"text-{pk}", f"Beskriv vad som kan rubba förtroendet i {case}.")
        return cleaned

    def answers(self) -> dict[int, Answer]:
        """By the application."""
        found = {}
        for item in self.items:
            pk = item.application_id
            ground = RecusalGround(self.cleaned_data[f"ground-{pk}"])
            found[pk] = Answer(ground, self.cleaned_data[f"text-{pk}"])
        return found
