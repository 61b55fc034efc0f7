"""Who says it to whom: whether a fragment gives an order to its reader, or only tells of one."""

from __future__ import annotations

import re

from agents.screening.attack_patterns import any_of

_TOLD = any_of(
    r"""\b(?:i|we|they|it|users?|customers?|people|somebody|someone|attackers?|clients?|who|which|that
        |does|did|don't|doesn't|didn't|can|can't|cannot|could|would|will|won't|never|not|when|whenever|if|after
        |before|by
        |while|tried|trying|failed|fails|unable)(?:\s{1,3}(?:to|just|then|also|already|had|have|has|always|only
        |even)){0,3}\s{1,3}\Z""",
    r"""(?<!\byou\s)(?<!\bai\s)(?<!\bagent\s)(?<!\bagents\s)(?<!\bassistant\s)(?<!\bbot\s)(?<!\bmodel\s)\b(?:should
        |must|may|might|to)\s{1,3}\Z""",
)
"""Just before an order, these make it something that is told and not asked of the reader."""
_DONE = any_of(
    r"""\b(?:it|he|she|they|i|we|agents?|bot|script|job|runner|somebody|someone|users?)\ (?:executed|ran|tried|called
        |attempted
        |issued|typed|entered|started)\b[^\n]{0,120}\Z""",
    r"\b(?:got|made|tricked|convinced|caused|had|let)\ (?:\S{1,20}\ ){1,4}(?:to\ |into\ )?\Z",
)
"""Before a command: it was given already."""
_REPORTED = any_of(
    r"""prompt[-\ ]?injection|jailbreak|injection\ (?:attempt|attack|payload)|pen-?test|red[-\ ]?team|\bwaf\b
        |\battack(?:er|s)?\b|malicious""",
    r"""\b(?:typed|writes?|wrote|said|says|tells?|told|asked|asks?|sent|sends|submitted|entered|contain(?:s|ed
        |ing)?|like
        |such\ as|e\.g\.|payload|string|phrase|text|message|review|comment)\s{0,3}[:,]?\s{0,3}\Z""",
)
_LOGGED = any_of(r"\b(?:GET|POST|PUT|HEAD)\s{1,3}/|\bHTTP/\d|user-?agent")
"""Before a fragment, these say that somebody reports it, or that it stands in a log of requests."""

_ASKING = re.compile(
    r"(?:[,(]|\b(?:please|and|then|also|first|just|now|you|agents?|assistant|bot|model|ai))\s+\Z", re.IGNORECASE
)
_LONGEST_SENTENCE = 240  # characters before a fragment that are looked at
_OPENED, _CLOSED = re.compile(r"(?<!\w)['\u2018](?=\w|\Z)"), re.compile(r"\w[.!?]?['\u2019](?!\w)")
_OPENING = re.compile(
    r"(?:^|[.!?:;>)\]}\"”»*_#|-])\s*(?:\d{1,2}[.)]\s*)?"
    r"(?:(?:please|also|then|and|now|next|finally|instead|always|just|only|simply|kindly|you\s+(?:must|should|shall|will"
    r"|need\s+to|have\s+to|are\s+to)|be\s+sure\s+to|make\s+sure\s+to|remember\s+to|do\s+not|don't|never)\s+){0,3}\Z",
    re.IGNORECASE | re.MULTILINE,
)


def is_told(text: str, start: int) -> bool:
    """Whether the words just before make it somebody's doing, not an order to the reader."""
    return _TOLD.search(sentence_before(text, start)) is not None


def is_done(text: str, start: int) -> bool:
    """Whether its sentence tells that somebody gave this command already."""
    return _DONE.search(sentence_before(text, start)) is not None


def is_reported(text: str, start: int) -> bool:
    """Whether it is quoted, shown as code or a log, or spoken of as an attack."""
    before = sentence_before(text, start)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    in_quotes = (
        before.count('"') % 2 == 1
        or before.count("`") % 2 == 1
        or before.count("“") > before.count("”")
        or len(_OPENED.findall(before)) > len(_CLOSED.findall(before))
    )
    in_block = text.count("```", 0, start) % 2 == 1 or line.lstrip().startswith((">", "&gt;"))
    spoken_of = _REPORTED.search(before) or _LOGGED.search(line)
    return in_quotes or in_block or spoken_of is not None


def is_order(text: str, start: int) -> bool:
    """Whether it is said to the reader: neither told of nor reported."""
    return not is_told(text, start) and not is_reported(text, start)


def opens_sentence(text: str, start: int) -> bool:
    """Whether nothing but a polite word or two stands between it and the beginning of its sentence or line."""
    return _OPENING.search(text, max(0, start - 60), start) is not None


def is_asked(text: str, start: int) -> bool:
    """Whether a verb stands where an order has it: first in its sentence or clause, or after “please”, “and”, “you”."""
    return opens_sentence(text, start) or _ASKING.search(text, max(0, start - 40), start) is not None


def sentence_before(text: str, start: int) -> str:
    """What of its sentence stands before it."""
    before = text[max(0, start - _LONGEST_SENTENCE) : start]
    return re.split(r"(?<=[.!?])\s|\n\s*\n", before)[-1]
