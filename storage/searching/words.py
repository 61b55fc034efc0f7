"""Words for full text search: the same on both databases, and never more than words."""

from __future__ import annotations

import re

from storage.judgments import Summary

WORDS_LIMIT = 20_000  # characters a signal that are searched
QUERY_TERMS = 60  # terms of a query that are considered; the rarest of them are searched for
_WORD = re.compile(r"[^\W_]{2,40}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by can cannot could did do does for from get got had has have he her his how i "
        "if in into is it its just may me my no not of on or our out she should so some than that the their them then "
        "there these they this to too up us was we were what when where which while who why will with would you your",
    )
)


def words_for_search(title: str, body: str, summary: Summary) -> str:
    """What full text search reads of a signal: what was made of it, then its own words."""
    text = "\n".join((summary.title, summary.gist, *summary.queries, title, body))
    return " ".join(_WORD.findall(text[:WORDS_LIMIT].lower()))


def terms_of(queries: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the queries that say something, each once."""
    words = (word for query in queries for word in _WORD.findall(query[:1000].lower()))
    return tuple(dict.fromkeys(word for word in words if word not in _COMMON))[:QUERY_TERMS]
