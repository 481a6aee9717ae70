"""The first words of a decision's reasons (FL 32 §), from the ranking as it was locked and what the assessors
wrote. An officer reads and completes them before the decision is sent for signature."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from applications.enums import Proposal
from applications.models import Application, Assessment, Score, TradeSecret
from s3portal.common.swedish import format_kronor, format_tenths

#: Longer texts are cut: the reasons are the region's own words, not a copy of the assessments.
LONGEST_RATIONALE: Final = 600

Rationales = Mapping[int, Sequence[tuple[str, Sequence[str]]]]


def rationales_of(application_ids: Collection[int]) -> Rationales:
    """By application, each criterion with what the assessors wrote of it; two queries.

    An application with marked trade secrets is left out: a rationale may repeat what is marked (OSL 30:27),
    and decisions are public."""
    secret = TradeSecret.objects.filter(application__in=application_ids).values_list("application_id")
    counted = Assessment.objects.counted().filter(application__in=application_ids)
    rows = (
        Score.objects.filter(assessment__in=counted.exclude(application__in=secret))
        .exclude(rationale="")
        .order_by("criterion__order", "assessment_id")
        .values_list("assessment__application_id", "criterion__title", "rationale")
    )
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for application, criterion, rationale in rows:
        words = _one_line(rationale)
        if words and words not in found[application][criterion]:
            found[application][criterion].append(words)
    return {pk: list(criteria.items()) for pk, criteria in found.items()}


def belongs_to(application: Application) -> str:
    """What the project has to do with the regional strategy, as 9 § förordningen (2003:596) asks: the areas
    it applies for, in the region's own words and never in the applicant's. Empty without areas."""
    by_strategy: dict[str, list[str]] = defaultdict(list)
    for area in application.areas.select_related("strategy").order_by("order", "name"):
        by_strategy[area.strategy.name].append(area.name)
    return " ".join(_of_strategy(name, areas) for name, areas in by_strategy.items())


def _of_strategy(name: str, areas: Sequence[str]) -> str:
    *firsts, last = areas
    named = f"styrkeområdena {', '.join(firsts)} och {last}" if firsts else f"styrkeområdet {last}"
    return f"Projektet hör till {named} i {name}."


def reasons_for(
    application_id: int, content: Mapping[str, Any], rationales: Rationales, *, strategy: str = ""
) -> str:
    """Restricted Markdown. ``content``: what the locking froze (``applications.ranking.frozen``).
    ``strategy``: as ``belongs_to`` gives it, for the reasons of a grant."""
    row = next(one for one in content["rows"] if one["application"] == application_id)
    paragraphs = [_place(row, content), _outcome(row, content)]
    if strategy and row["proposal"] == Proposal.GRANT:
        paragraphs.append(strategy)
    if row["reason"]:
        paragraphs.append(f"Skäl för platsen i rangordningen: {_one_line(row['reason'])}")
    written = rationales.get(application_id, ())
    if written:
        paragraphs.append("Bedömningen mot utlysningens kriterier:")
        paragraphs.append("\n".join(f"- {criterion}: {' '.join(words)}" for criterion, words in written))
    return "\n\n".join(paragraphs)


def _place(row: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    among = f"plats {row['place']} av {len(content['rows'])} i rangordningen av ansökningarna i utlysningen"
    call = content["call"]["title"]
    if row["points"] is None:
        return f"Ansökan står på {among} {call}."
    points = format_tenths(Fraction(row["points"]["mean"]))
    return f"Ansökan har fått {points} av 100 poäng i den samlade bedömningen. Den står på {among} {call}."


def _outcome(row: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    return " ".join(_sentences(row, content["frame"]["left"] - content["frame"]["proposed"]))


def _sentences(row: Mapping[str, Any], rest: int) -> Iterator[str]:
    """``rest``: kronor of the frame that the ranking leaves over."""
    if row["proposal"] == Proposal.GRANT:
        yield f"Den ryms inom utlysningens ram med {format_kronor(row['proposed'])}."
        if row["proposed"] < row["applied"]:
            yield f"Ansökan gällde {format_kronor(row['applied'])}."
    elif row["applied"] > rest:
        yield (
            "Utlysningens medel fördelas till de ansökningar som bäst motsvarar utlysningens syfte. Det som "
            "sedan återstår av ramen räcker inte till den här ansökan."
        )
    else:
        yield "Vid en samlad bedömning motsvarar ansökan inte utlysningens syfte tillräckligt väl för bidrag."


def _one_line(text: str) -> str:
    """Without line breaks, which would begin lists and headings, and not longer than the most."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_RATIONALE else f"{words[: LONGEST_RATIONALE - 1]}…"
