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


def word_pattern(text: str) -> re.Pattern[str] | None:
    """Finds in a text the words that answer to the question, in any of their forms, to be marked for who
    reads. None when the question holds no word. What must not be there is nothing to mark."""
    found: list[str] = []
    for match in list(_TOKEN.finditer(normalize_text(text)))[:MOST_WORDS]:
        if match["no"]:
            continue
        for word in _WORD.findall(match["words"] or match["phrase"] or ""):
            found += _stems(word)
    if not found:
        return None
    stems = "|".join(sorted(map(re.escape, dict.fromkeys(found)), key=len, reverse=True))
    return re.compile(rf"\b(?:{stems})\w*", re.IGNORECASE)


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
    if _is_whole(word):
        return [f"'{word}'"]
    # How common a word is PostgreSQL knows, but of a beginning it only guesses when it knows few words: with
    # both it reads what is common in order, and looks up what is rare, also then.
    return [form for stem in _stems(word) for form in (f"'{stem}'", f"'{stem}':*")]


def _is_whole(word: str) -> bool:
    """Figures and short words are asked for as they are."""
    return word.isdecimal() or len(word) < _SHORTEST_STEM


def _stems(word: str) -> list[str]:
    """The beginnings that the word is searched by, in small letters."""
    lower = word.lower()
    if _is_whole(word):
        return [lower]
    stems = [lower] + [lower[: -len(ending)] for ending in _ENDINGS if lower.endswith(ending)]
    stems += [stem[:-1] for stem in stems if _LOST_VOWEL.search(stem)]
    return [stem for stem in dict.fromkeys(stems) if len(stem) >= _SHORTEST_STEM]
