"""Searching Swedish text as people do: in any form of the word.

PostgreSQL's Swedish stemmer leaves "projektet" and "innovationsklustret" as they are, so a question is also
put with the usual endings taken away, and for what begins with the word.
"""

import re

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery

from s3portal.common.text import normalize_text

#: Longer questions are cut here: nobody means more, and each word costs.
MOST_WORDS = 20
_TOKEN = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"|(?P<words>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
# Endings of nouns, adjectives and verbs in their forms, with the genitive s; "ansökan" becomes "ansökningar".
_ENDINGS = (
    *("ningarnas", "ningarna", "ningar", "ningens", "ningen", "ning"),
    *("arnas", "ernas", "ornas", "arna", "erna", "orna", "ande", "ende", "ens", "ets", "ans"),
    *("ar", "er", "or", "en", "et", "an", "na", "as", "de", "s", "t", "n", "a", "e"),
)
_SHORTEST_STEM = 4
# "klustr(et)" is "kluster" with its e left out.
_LOST_VOWEL = re.compile(r"[bcdfgjkmnpstv]r$")

Query = SearchQuery | CombinedSearchQuery


def swedish_query(text: str) -> Query:
    """The question to put to a search vector made with the configuration "swedish".

    All words must answer, in any of their forms or as the beginning of a longer word; "within quotes" as they
    stand beside each other; a minus before what must not. Never raises; no words find nothing.
    """
    query: Query | None = None
    for match in list(_TOKEN.finditer(normalize_text(text)))[:MOST_WORDS]:
        ways = _phrase(match["phrase"]) if match["words"] is None else _words(match["words"])
        for part in [~way for way in ways] if match["no"] else _any(ways):
            query = part if query is None else query & part
    return query if query is not None else SearchQuery("", config="swedish")


def _any(ways: list[SearchQuery]) -> list[Query]:
    if len(ways) < 2:
        return [*ways]
    return [ways[0] | ways[1]]


def _phrase(text: str) -> list[SearchQuery]:
    words = " ".join(_WORD.findall(text))
    return [SearchQuery(words, config="swedish", search_type="phrase")] if words else []


def _words(token: str) -> list[SearchQuery]:
    """The ways in which a document may answer to what was typed between two blanks."""
    words = _WORD.findall(token)
    if not words:
        return []
    forms = " & ".join(f"({' | '.join(_forms(word))})" for word in words)
    ways = [SearchQuery(forms, config="swedish", search_type="raw")]
    if words != [token]:
        # PostgreSQL keeps "2021/2027" and an e-mail address as one word, so they are asked for whole too.
        ways.append(SearchQuery(token, config="swedish", search_type="plain"))
    return ways


def _forms(word: str) -> list[str]:
    """The word and what is left of it without its endings, in the raw syntax of to_tsquery."""
    if word.isdecimal() or len(word) < _SHORTEST_STEM:
        return [f"'{word}'"]
    lower = word.lower()
    stems = [lower] + [lower[: -len(ending)] for ending in _ENDINGS if lower.endswith(ending)]
    stems += [stem[:-1] for stem in stems if _LOST_VOWEL.search(stem)]
    return [f"'{stem}':*" for stem in dict.fromkeys(stems) if len(stem) >= _SHORTEST_STEM]
