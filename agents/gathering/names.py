"""What a signal calls other signals in its own words: ENG-431, SHOP-1F2, ticket 7153, acme/shop#12, SB-12, #77. Pure.

Most of what is named so is only related, so a name makes a report a candidate, and never an exact key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agents.terms import Policy
from storage.raw import SLACK
from storage.records import Signal
from storage.searching.named import Name

MOST = 40  # names of one signal that are looked up: the first
_NUMBER = r"(?P<number>\d{1,12})(?![\w.]\w|\w)"
_OURS = re.compile(r"\bSB-(?P<number>\d{1,9})\b", re.IGNORECASE)
_KEY = re.compile(r"(?<![\w-])(?P<key>[A-Za-z]\w{0,30}(?:-\w{1,30}){0,4}-(?:\d{1,9}|[0-9A-Z]{1,9}))(?![\w-])")
_ISSUE = re.compile(rf"(?<![\w./-])(?P<place>[\w-][\w.-]{{0,60}}/[\w.-]{{1,100}}|[\w.-]{{2,100}}) ?#{_NUMBER}")
_ISSUE_IN = re.compile(rf"(?<![\w&])#{_NUMBER} (?:in|of|on|at|from) (?:the )?(?P<place>[\w./-]{{2,160}})")
_TICKET = re.compile(rf"\b(?:tickets?|zendesk|zd)\b[\s:/#-]{{0,3}}{_NUMBER}", re.IGNORECASE)
_OWN = re.compile(rf"(?:(?<![\w&/])#|\b(?:tickets?|bugs?|issues?)\b[\s:/#-]{{1,3}}){_NUMBER}", re.IGNORECASE)
_FRAME = re.compile(r"^[ \t]*#\d{1,2}\s", re.MULTILINE)  # of a stack trace
_LINK = re.compile(
    r"/archives/(?P<channel>[A-Z0-9]{3,20})/p(?P<at>\d{10})(?P<rest>\d{6})(?:\?thread_ts=(?P<thread>[\d.]+))?"
)
_NUMBERED = re.compile(r"(?P<before>(?:.*[^0-9A-Za-z])?)\d+")
_TRACKER = re.compile(r"[A-Z][A-Z0-9_-]*-")  # whose items people name in full
_SAME_BEFORE = re.compile(
    r"(?:\bsame(?: \w+)? as(?: (?:reported |described )?in)?|\bdup(?:e|licate)?s?(?: of|:)|\brecurrence of)"
    r"[\s<(*_`]*(?:the )?(?:(?:ticket|bug|issue|zendesk)\b[\s:]*)?(?:https?://[^\s<>|]*)?$",
    re.IGNORECASE,
)
_SAME_AFTER = re.compile(
    r"[>)*_`'\u2019]{0,3}\s*(?:s |is |has |comes |came |seems )*"
    r"(?:back\b|again\b|returned\b|still (?:happen|there|broken|count))",
    re.IGNORECASE,
)  # fmt: skip
_DOUBT = re.compile(
    r"\b(?:not|no|never|unlike|nor|unsure|maybe|might|may|whether|if|closed as)\b|n['\u2019]t\b", re.IGNORECASE
)
_NEAR = 60  # characters on either side that say what a name is to the signal


@dataclass(frozen=True)
class _Said:
    """A name, and where it stands."""

    name: Name
    start: int
    end: int


def names_in(signal: Signal, policy: Policy) -> tuple[Name, ...]:
    """What it names, each once, in the order of its words."""
    text = f"{signal.title}\n{signal.body}"
    everywhere = (*policy.sources, SLACK)
    said = [
        *_ours(text),
        *_unmistakable(text, everywhere),
        *_issues(text, _repositories(policy), everywhere),
        *_of_its_own(text, signal),
    ]
    said.sort(key=lambda each: each.start)
    names: dict[Name, bool] = {}
    for each in said:
        names[each.name] = names.get(each.name, False) or _is_same(text, each)
    own = [name for name in names if signal.external_id not in name.items]
    return tuple(replace(name, same=names[name]) for name in own[:MOST])


def _ours(text: str) -> Iterator[_Said]:
    for found in _OURS.finditer(text):
        yield _Said(Name(report=int(found["number"])), *found.span())


def _unmistakable(text: str, sources: tuple[str, ...]) -> Iterator[_Said]:
    """Names by whose form alone they are known: a tracker's key, a ticket, a message in Slack."""
    for found in _KEY.finditer(text):
        yield _Said(Name(tuple(dict.fromkeys((found["key"].upper(), found["key"]))), sources), *found.span())
    for found in _TICKET.finditer(text):
        yield _Said(Name((f"ticket-{found['number']}",), sources), *found.span())
    for found in _LINK.finditer(text):
        at = found["thread"] or f"{found['at']}.{found['rest']}"
        yield _Said(Name((f"{found['channel']}/{at}",), (SLACK,)), *found.span())


def _issues(text: str, repositories: tuple[str, ...], sources: tuple[str, ...]) -> Iterator[_Said]:
    """Issues of a repository: of any by its full name, of those in the policy by what stands after the slash."""
    for pattern in (_ISSUE, _ISSUE_IN):
        for found in pattern.finditer(text):
            place = found["place"].rstrip(".").lower()
            known = [each for each in repositories if place in (each.lower(), each.lower().partition("/")[2])]
            full = known or ([found["place"].rstrip(".")] if place.count("/") == 1 else [])
            if full:
                items = tuple(f"{each}#{found['number']}" for each in full)
                yield _Said(Name(items, sources), *found.span())


def _of_its_own(text: str, signal: Signal) -> Iterator[_Said]:
    """Numbers alone, where its source numbers its items as the signal itself is numbered."""
    numbered = _NUMBERED.fullmatch(signal.external_id)
    if numbered is None or signal.source == SLACK or _TRACKER.fullmatch(numbered["before"]):
        return
    frames = {found.end() for found in _FRAME.finditer(text)}
    for found in _OWN.finditer(text):
        if not frames & {found.end(), found.end() + 1}:
            yield _Said(Name((f"{numbered['before']}{found['number']}",), (signal.source,)), *found.span())


def _repositories(policy: Policy) -> tuple[str, ...]:
    pulled = (terms.options.get("repository", "") for terms in policy.sources.values())
    return tuple(dict.fromkeys(filter(None, (*(each.name for each in policy.repositories), *pulled))))


def _is_same(text: str, said: _Said) -> bool:
    """Whether the sentence says right beside the name that it is the same problem, without a doubt."""
    before, after = text[max(0, said.start - _NEAR) : said.start], text[said.end : said.end + _NEAR]
    sentence = re.split(r"[.!?;]\s|\n", before)[-1]
    if _DOUBT.search(sentence):
        return False
    return _SAME_BEFORE.search(sentence) is not None or _SAME_AFTER.match(after) is not None
