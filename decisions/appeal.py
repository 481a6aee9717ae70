"""How a decision may be appealed: the text follows the legal basis (KL 13 ch., FL 40–45 §§,
förordning (2003:596) 14 §).

The portal never guesses: for a decision whose right text it does not know, ``appeal_text`` is empty and
``checks`` stops the decision.
"""

from typing import assert_never

from django.conf import settings

from calls.enums import AppealRule
from calls.models import LegalBasis
from decisions.enums import DecisionKind
from decisions.finality import NOT_APPEALABLE_KINDS
from decisions.models import Decision
from s3portal.common.swedish import HARD_SPACE

HEADING = "Hur man överklagar"

# 14 § förordningen (2003:596): decisions under it may not be appealed.
_PARAGRAPHS = {"2003:596": f"14{HARD_SPACE}§ förordningen (2003:596)"}


def appeal_text(decision: Decision) -> str:
    """The section as paragraphs with an empty line between; empty while the right one is not known."""
    basis = decision.legal_basis
    if basis is None:
        return ""
    rule = AppealRule(basis.appeal_rule)
    match rule:
        case AppealRule.LEGALITY_REVIEW:
            return _legality_review(decision)
        case AppealRule.NOT_APPEALABLE:
            return _not_appealable(basis)
        case AppealRule.STOP_AND_RECOVERY_ONLY:
            return _stop_and_recovery_only(basis, decision)
        case _ as unreachable:
            assert_never(unreachable)


def _legality_review(decision: Decision) -> str:
    """KL 13 kap. 1, 4–8 §§. A reported decision's clock runs from the notice about the minutes of the meeting
    where it was reported; an unreported one's from its own notice."""
    region, court = settings.REGION["name"], settings.REGION["court"]
    reported = decision.clause is None or decision.clause.reportable
    notice = (
        "det på regionens anslagstavla tillkännages att protokollet är justerat från det sammanträde "
        "där beslutet anmäls till nämnden"
        if reported
        else "beslutet tillkännages på regionens anslagstavla"
    )
    who = (
        f"Den som är medlem i {region} kan överklaga beslutet och få lagligheten prövad enligt "
        f"13{HARD_SPACE}kap. kommunallagen (2017:725). Medlem är den som är folkbokförd, äger en fastighet "
        "eller ska betala kommunalskatt i någon av kommunerna i regionen."
    )
    where_and_when = (
        f"Skriv till {court}. Överklagandet ska ha kommit in till förvaltningsrätten inom tre veckor från "
        f"den dag då {notice}."
    )
    how = (
        "Skriv vilket beslut du överklagar och ange diarienumret. Beskriv varför du anser att beslutet är "
        "olagligt: att det inte har kommit till på rätt sätt, att det rör något som inte är regionens sak, "
        "att den som fattade det inte hade rätt att göra det eller att det strider mot lag. Det som inte "
        "kommer in inom de tre veckorna får du inte lägga till senare."
    )
    outcome = (
        "Domstolen prövar bara om beslutet är lagligt. Den kan upphäva beslutet men inte ersätta det med "
        "ett annat."
    )
    return f"{who}\n\n{where_and_when}\n\n{how}\n\n{outcome}"


def _not_appealable(basis: LegalBasis) -> str:
    where = next((text for number, text in _PARAGRAPHS.items() if number in basis.name), basis.name)
    return f"Beslutet får inte överklagas. Det följer av {where}."


def _stop_and_recovery_only(basis: LegalBasis, decision: Decision) -> str:
    """Förordning (2022:1468): only stopped payment and recovery (28, 29, 32 and 33 §§) may be appealed."""
    number = "förordningen (2022:1468)" if "2022:1468" in basis.name else basis.name
    stopped = {DecisionKind.PAYMENT_STOP, DecisionKind.RECOVERY}
    if decision.kind != DecisionKind.CORRECTION and stopped & decision.kinds_of_matter():
        # The sections of an older ordinance are others.
        return _by_the_party(number) if "2022:1468" in basis.name else ""
    if not decision.kinds_of_matter() <= set(NOT_APPEALABLE_KINDS):
        # May be just such a decision, and then this would be wrong.
        return ""
    return (
        f"Beslutet får inte överklagas. Enligt {number} får bara beslut om att stoppa en utbetalning eller "
        f"att kräva tillbaka stöd överklagas (28, 29, 32 och 33{HARD_SPACE}§§)."
    )


def _by_the_party(number: str) -> str:
    """FL 40–45 §§. The clock runs from when the party got the decision, and the appeal is given in to us."""
    region, court = settings.REGION["name"], settings.REGION["court"]
    section = f"{HARD_SPACE}§§"
    who = (
        f"Den som beslutet gäller kan överklaga det hos {court} om beslutet har gått den emot. Det följer av "
        f"28, 29, 32 och 33{section} {number} och av 40–42{section} förvaltningslagen (2017:900)."
    )
    where_and_when = (
        f"Skriv till {court}, men skicka överklagandet till {region}, {settings.REGION['email']} eller "
        f"{settings.REGION['address']}. Det ska ha kommit in till oss inom tre veckor från den dag då du "
        "fick del av beslutet."
    )
    how = (
        "Skriv vilket beslut du överklagar och ange diarienumret. Skriv hur du vill att beslutet ska ändras "
        "och varför. Bifoga det som du vill åberopa."
    )
    then = (
        "Kommer överklagandet in i tid, och ändrar vi inte själva beslutet så som du vill, lämnar vi det "
        "vidare till domstolen."
    )
    return f"{who}\n\n{where_and_when}\n\n{how}\n\n{then}"
