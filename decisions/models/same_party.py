"""Which recipients of a decision are one party, and of whom it is known that they have got it (FL 44 §).

Asked of the database alone, so that a list and the page of one decision say the same."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf, StrIndex, Trim
from django.db.models.lookups import GreaterThan

from decisions.enums import AddresseeKind
from decisions.models.appeal import PartyReceipt

if TYPE_CHECKING:
    from decisions.models.dispatch import AddresseeQuerySet

#: A name is the same however its form of association is written, with its number or without.
_SPELT: Final = (
    (r"(\S)[\s,(]+(org\.?\s*-?nr\.?:?\s*)?[0-9]{6}-?[0-9]{4}\)?", r"\1"),
    (r"\m(ekonomisk\s+förening|ek\.?\s*för)\M", "ekför"),
    (r"\maktiebolag(et)?\M", "ab"),
    (r"[\s.,]+", " "),
)


def _plain(name: "str | Coalesce") -> Func:
    """As it is compared."""
    plain: Func = Lower(name)
    for spelt, instead in _SPELT:
        plain = Func(
            plain,
            Value(spelt),
            Value(instead),
            Value("g"),
            function="regexp_replace",
            output_field=CharField(),
        )
    return Trim(plain)


def unserved(addressees: "AddresseeQuerySet") -> "AddresseeQuerySet":
    """The parties among ``addressees`` of whom no day is registered, neither by their own name nor by that of
    another recipient that is the same party: of the same name, with the same e-mail address when one name is
    a part of the other (two parties may have one representative, and each has a time of its own), or both the
    applicant (the counterpart, in a case without an application).

    With ``of_applicant``: whether it is the applicant, by name or by an address in the application."""
    parties = _with_names(addressees.filter(kind=AddresseeKind.PARTY))
    receipts = PartyReceipt.objects.annotate(plain=_plain("party")).filter(decision=OuterRef("decision"))
    told = receipts.filter(Q(plain=OuterRef("plain")) | Q(party__iexact=OuterRef("email")))
    told_applicant = receipts.filter(plain=OuterRef("applicant"))
    served = _with_names(addressees.model.objects.filter(kind=AddresseeKind.PARTY)).filter(
        Exists(told) | Q(of_applicant=True) & Exists(told_applicant)
    )
    within = Q(GreaterThan(StrIndex("plain", OuterRef("plain")), 0)) | Q(
        GreaterThan(StrIndex(OuterRef("plain"), "plain"), 0)
    )
    same = Q(plain=OuterRef("plain")) | (~Q(email="") & Q(email__iexact=OuterRef("email")) & within)
    both_applicant = Q(of_applicant=True) & Q(of_applicant=OuterRef("of_applicant"))
    return parties.exclude(Exists(served.filter(same | both_applicant, decision=OuterRef("decision"))))


def one_of_each(waiting: Iterable[Any]) -> list[str]:
    """The names of those from ``unserved``, the first one of each party."""
    kept: list[Any] = []
    for one in waiting:
        if not any(_are_same(one, other) for other in kept):
            kept.append(one)
    return [one.name for one in kept]


def _are_same(one: Any, other: Any) -> bool:
    """As ``unserved`` says it."""
    if one.plain == other.plain or (one.of_applicant and other.of_applicant):
        return True
    same_address = one.email != "" and one.email.lower() == other.email.lower()
    return same_address and (one.plain in other.plain or other.plain in one.plain)


def _with_names(addressees: "AddresseeQuerySet") -> "AddresseeQuerySet":
    organisation = F("decision__application__organisation__name")
    counterpart = NullIf(F("decision__case__counterpart"), Value(""))
    by_address = Q(email__iexact=F("decision__application__organisation__email")) | Q(
        email__iexact=F("decision__application__contact_email")
    )
    return addressees.annotate(
        plain=_plain("name"), applicant=_plain(Coalesce(organisation, counterpart))
    ).annotate(
        of_applicant=ExpressionWrapper(
            Q(plain=F("applicant")) | (~Q(email="") & by_address), output_field=BooleanField()
        )
    )
