"""Cuts text into the terms that likeness is measured by: words without endings, and identifiers whole and in parts."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"[A-Za-z_$][\w$]*|\d[\w.]*\w|\d|[^\W\d_]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W_]+")
_ENDINGS = ("ations", "ation", "ingly", "edly", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "s")
_SHORTEST_STEM, _LONGEST = 3, 40
SILENT = frozenset(
    re.findall(
        r"\w+",
        "a about after again all also am an and any are as at be because been being but by can cannot "
        "could did do does for from get got had has have he hello her here hi him his how i if in into "
        "is it its just may me my no not of on only or other our out over please same she should so some "
        "such than thank thanks that the their them then there these they this to too up us use used "
        "using very was we were what when where which while who why will with would you your",
    )
)


def stems(text: str) -> list[str]:
    """The terms in their order, with repetitions: `parseHTMLTable` is itself, `pars`, `html` and `tabl`."""
    return [term for token in _TOKEN.findall(text) for term in _terms(token)]


@lru_cache(maxsize=200_000)
def _terms(token: str) -> tuple[str, ...]:
    whole = token.lower()
    if whole in SILENT or len(whole) > _LONGEST:
        return ()
    parts = [part.lower() for part in _PART.findall(token)]
    if len(parts) > 1:
        return (whole, *(_stem(part) for part in parts if part not in SILENT and len(part) > 1))
    return (_stem(whole),) if len(whole) > 1 else ()


def _stem(word: str) -> str:
    if word.endswith("ss"):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending) + ("y" if ending in {"ies", "ied"} else "")
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word
