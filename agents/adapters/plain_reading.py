"""Reading a signal without a model: its first words, its errors and names."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\s])|\n+")
_ERROR_NAME = re.compile(r"\b(?:[A-Za-z_]\w*\.){0,6}[A-Z]\w{2,60}(?:Error|Exception|Warning|Fault|Timeout|Failure)\b")
_ERROR_LINE = re.compile(
    r"^\s{0,20}(?:[A-Za-z_][\w.]{0,120}(?:Error|Exception|Fault|Warning|Timeout)|panic|fatal|error|[A-Z]\w{3,60}): ?"
    r"(\S.{2,200})$",
    re.MULTILINE,
)
_NAME = re.compile(
    r"`([^`\n]{2,60})`"  # in code marks
    r"|\b([A-Za-z_]\w{1,40}\(\))"  # a call
    r"|\b([a-z]\w{0,30}(?:\.[a-z_]\w{1,40}){1,5})\b"  # dotted
    r"|\b([a-z]{1,30}(?:_[a-z0-9]{1,30}){1,6})\b"  # snake case
    r"|\b([a-z]{2,30}(?:[A-Z][a-z0-9]{1,30}){1,6})\b"  # camel case
    r"|, in (\w{2,60})$"  # a frame's function
    r"|\b([A-Z]{2,12}-\d{1,6}|[45]\d{2})\b",  # an issue, a status code
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W_]{3,40}")
_COMMON = frozenset(
    word
    for line in (
        "about after again all also and any are because been before being but can could did does doing done for from",
        "get gets got had has have hello help her here him his how into its just like made make many may might more",
        "most much need not now off one only other our out over please same see seen she should since some still",
        "such than thank thanks that the their them then there these they this those through too two use used using",
        "very was way were what when where which while who why will with would yes yet you your team kind regards",
        "morning everybody somebody",
    )
    for word in line.split()
)


_TITLE_LIMIT, _GIST_LIMIT, _QUERY_LIMIT = 120, 600, 200
_TERMS_IN_TITLE, _TERMS_IN_QUERY = 3, 10


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that hold words."""
    return [part.strip() for part in _SENTENCE.split(text) if _WORD.search(part)]


def errors(text: str) -> list[str]:
    """The names of errors and the messages that stand on an error's line, each once, first come first."""
    found = [match[0].rpartition(".")[2] for match in _ERROR_NAME.finditer(text)]
    return list(dict.fromkeys([*found, *(match[0].strip() for match in _ERROR_LINE.finditer(text))]))


def names_an_error(text: str) -> bool:
    """Whether it has the name of an error in it."""
    return bool(_ERROR_NAME.search(text))


def names(text: str) -> frozenset[str]:
    """What only this problem's code, issues and status codes are called, in lower case."""
    found = (next(group for group in match.groups() if group) for match in _NAME.finditer(text))
    plain = (name.removesuffix("()").rpartition(".")[2].lower() for name in found)
    kinds = (match[0].rpartition(".")[2].lower() for match in _ERROR_NAME.finditer(text))
    return frozenset(name for name in (*plain, *kinds) if len(name) > 2)  # noqa: PLR2004 shorter ones say nothing


def terms(text: str) -> frozenset[str]:
    """The words that say something, without their commonest endings."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_stem(word) for word in words if word not in _COMMON)


def title(text: str) -> str:
    """The first sentence that says something, cut to a line."""
    spoken = sentences(text)
    telling = (sentence for sentence in spoken if len(terms(sentence)) >= _TERMS_IN_TITLE)
    return _line(next(telling, next(iter(spoken), text)), _TITLE_LIMIT)


def gist(text: str) -> str:
    """The first sentences, and the error if they do not name it."""
    lead = _line(" ".join(sentences(text)[:4]), _GIST_LIMIT)
    error = next((line for line in reversed(errors(text)) if line not in lead), "")
    return f"{lead} {error}".strip()


def queries(heading: str, text: str) -> tuple[str, ...]:
    """The heading, the error with the functions it passed, and the most telling words."""
    by_error = " ".join([*errors(text)[:2], *sorted(names(text))[:6]])
    telling = sorted((word for word in terms(text) if not word.isdigit()), key=lambda word: (-len(word), word))
    found = (_line(query, _QUERY_LIMIT) for query in (heading, by_error, " ".join(telling[:_TERMS_IN_QUERY])))
    return tuple(dict.fromkeys(query for query in found if query))


def _line(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rpartition(' ')[0] or line[: limit - 1]}…"


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:  # noqa: PLR2004 shorter stems say nothing
            return word.removesuffix(ending)
    return word
