"""A repository's template of pull requests, filled in with what is known. Pure.

Its headings are kept, in their order. Under them stands what code knows, else what the agent said, else that it is left
to a person. A box is ticked only where code has seen that it is true.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agents.pull_requests.outward import plain

_LEFT = "_Left to a person: nothing is known of this here._"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_HEADING = re.compile(r"#{1,6}\s+\S.*|\*\*[^*]+\*\*:?|[^\s\-*+>|`].{0,80}[^:]:")
_BOX = re.compile(r"(\s*[-*+] )\[[ xX]\]\s+(.*)")
_FIXES = re.compile(r"(?:fix(?:es)?|close[sd]?|resolve[sd]?)\b[:\s]*#\S*", re.IGNORECASE)
_MOST_SECTIONS = 30


class Part(StrEnum):
    """What there is to tell of a fix, in the order in which it is told."""

    PROBLEM = "What was wrong"
    ISSUES = "Issues"
    CHANGE = "What this changes"
    PROOF = "Proof"
    RISK = "Risk"
    UNDO = "How to undo"


_ABOUT = (  # the first that fits; the words of a heading
    (Part.PROOF, r"\btest|\bproof|verif|\bqa\b"),
    (Part.UNDO, r"roll ?back|revert|\bundo"),
    (Part.RISK, r"\brisk|impact|breaking|compatib|side effect"),
    (Part.ISSUES, r"\bissues?\b|ticket|\bfixes\b|\bcloses\b|\blinks?\b|\blinked\b|related"),
    (Part.PROBLEM, r"problem|motivation|context|background|\bwhy\b|\bbug\b"),
    (Part.CHANGE, r"descri|summary|\bwhat\b|change|solution|overview|proposed|detail|implementation"),
)
_KIND = (
    r"(?:(?:a|any|some|the|new|more|unit|regression|automated|necessary|needed|relevant|appropriate|corresponding)\s+)*"
)
_FOR = r"(?:\s+(?:that|to|for|which|covering)\b(?:(?!\band\b).)*)?[.!]?"
_NEW_TESTS = re.compile(
    rf"(?:(?:i|we)(?:['\u2019]ve|\s+have)?\s+)?(?:add(?:ed|s)?|wrote|written|include[sd]?)\s+{_KIND}tests?{_FOR}"
    rf"|{_KIND}tests?\s+(?:(?:have|has)\s+been\s+|(?:are|is|was|were)\s+)?(?:added|included|written)"
    rf"(?:\s*(?:/|or|and)\s*updated)?{_FOR}",
    re.IGNORECASE,
)  # the whole line, or it says more than that
_SUITE = re.compile(r"\btests?\b.*\bpass", re.IGNORECASE)
_ENTRY = re.compile(r"\bchange ?log\b|\bchangeset\b|\bnews ?fragment\b", re.IGNORECASE)
_MORE = re.compile(
    r"manual|e2e|end.to.end|integration|visual|screenshot|performance|benchmark|docs?\b|documentation|lint|format|\bif\b"
    r"|\bno\b|\bnot\b|n/a|\bor\b(?!.*\bfeature works\b)|review|coverage|platform|browser|device",
    re.IGNORECASE,
)  # says more than code has seen


@dataclass(frozen=True)
class Seen:
    """What code has seen to be true of a fix."""

    suite_green: bool = False  # without any exception
    changelog_entry: bool = False


@dataclass
class _Section:
    heading: str
    lines: list[str] = field(default_factory=list)

    @property
    def boxes(self) -> list[re.Match[str]]:
        return [found for line in self.lines if (found := _BOX.match(line))]


def arranged(parts: Mapping[Part, str], template: str, answers: Mapping[str, str], seen: Seen) -> str:
    """The parts under their headings; with a template under its headings, and what it has no place for after those.

    `answers` are the agent's, by heading.
    """
    sections = _sections(template)
    left = _joined(parts, {_part(section) for section in sections if not section.boxes})
    if not any(section.heading for section in sections):
        return "\n\n".join(_own(left))
    said = {_words(heading): text for heading, text in answers.items()}
    told = [(section, _known(section, left) or said.get(_words(section.heading), "")) for section in sections]
    ends = max((at + 1 for at, (_, text) in enumerate(told) if text), default=0)
    lines = [_filled(section, text, seen) for section, text in told]
    return "\n\n".join(filter(None, (*lines[:ends], *_own(left), *lines[ends:])))


def unfilled(template: str, parts: Container[Part]) -> tuple[str, ...]:
    """Headings under which nothing stands by itself when there are these parts; boxes are seen to by code."""
    left = {part: "told" for part in Part if part in parts}
    sections = [section for section in _sections(template) if section.heading and not section.boxes]
    return tuple(section.heading.lstrip("# ") for section in sections if not _known(section, left))


def _joined(parts: Mapping[Part, str], homes: Container[Part | None]) -> dict[Part, str]:
    """Those that there are. Issues belong to what was wrong, and that before what changes, unless it has a heading."""
    left = dict(parts)
    for part, into in ((Part.ISSUES, Part.PROBLEM), (Part.PROBLEM, Part.CHANGE)):
        if part not in homes and (into in homes or part is Part.ISSUES):
            pair = (left.get(into, ""), left.pop(part, ""))
            left[into] = "\n\n".join(filter(None, pair if part is Part.ISSUES else reversed(pair)))
    return {part: left[part] for part in Part if left.get(part)}


def _own(left: Mapping[Part, str]) -> Iterator[str]:
    return (f"## {part}\n\n{text}" for part, text in left.items())


def _sections(template: str) -> list[_Section]:
    found = [_Section("")]
    for line in _COMMENT.sub("", _FRONT.sub("", template.replace("\r\n", "\n"))).split("\n"):
        if _HEADING.fullmatch(line.strip()) and not _FIXES.match(line.strip()):
            found.append(_Section(line.strip()))
        else:
            found[-1].lines.append(line.rstrip())
    return found[:_MOST_SECTIONS]


def _known(section: _Section, left: dict[Part, str]) -> str:
    """What code knows of it, taken from what is left."""
    part = _part(section)
    return left.pop(part, "") if part is not None and not section.boxes else ""


def _part(section: _Section) -> Part | None:
    return next((part for part, words in _ABOUT if re.search(words, _words(section.heading))), None)


def _words(heading: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", heading.lower()))


def _filled(section: _Section, text: str, seen: Seen) -> str:
    boxes = "\n".join(_box(box, seen) for box in section.boxes)
    if not section.heading:
        return boxes  # words before the first heading tell the author what to do
    below = "\n\n".join(filter(None, (text, boxes))) or _LEFT
    return f"{plain(section.heading)}\n\n{below}"


def _box(box: re.Match[str], seen: Seen) -> str:
    return f"{box[1]}[{'x' if _is_true(box[2], seen) else ' '}] {plain(box[2])}"


def _is_true(words: str, seen: Seen) -> bool:
    if _MORE.search(words):
        return False
    if _ENTRY.search(words):
        return seen.changelog_entry and not re.search(r"\btests?\b", words, re.IGNORECASE)
    if _SUITE.search(words):
        return seen.suite_green
    return _NEW_TESTS.fullmatch(words.strip()) is not None
