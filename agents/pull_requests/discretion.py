"""Whether what goes to a repository repeats what not all of its readers may see. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agents.cases import FixCase, SeenSignal
from agents.patches.patch import read_patch
from agents.pull_requests.particulars import Particulars, particulars_of
from storage.submissions import FixSubmission

_RUN = 8  # words one after the other that nobody writes twice by chance
_WORD = re.compile(r"\w+")
_PRINTED = re.compile(  # what a program wrote is the code's own
    r'\s*at \S.*[(:]|\s*File "|Traceback|\S*(?:Error|Exception)\b'
)
_QUOTED = re.compile(r'(?m)^([^\S\n]*File "[^\n]*)\n[ \t]+[^\n]*')  # a frame of Python, and the line of code below it

_MOST_WORDS, _LONGEST = 30, 100  # that people are asked about
_REPEATS = "{} repeats words of a report that not everybody who reads the repository may see: tell of the code."

Knowing = Callable[[Sequence[str]], Container[str]]  # which of the words the repository holds


def _nothing(_: Sequence[str]) -> Container[str]:
    return ()


@dataclass(frozen=True)
class Indiscretions:
    """What is told that should not be: the places that repeat sentences, and the words that each place names."""

    repeated: tuple[str, ...] = ()
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One for each place, for agent and people."""
        return (*(_REPEATS.format(place) for place in self.repeated), *_names(self.named))

    @property
    def words(self) -> tuple[str, ...]:
        """All that are named, if nothing else is wrong, and people can look through them: none may go unseen."""
        found = tuple(dict.fromkeys(word for words in self.named.values() for word in words))
        fit = len(found) <= _MOST_WORDS and all(len(word) <= _LONGEST for word in found)
        return found if fit and not self.repeated else ()


def indiscretions(submission: FixSubmission, patch: str, case: FixCase, knows: Knowing = _nothing) -> Indiscretions:
    """What repeats what a signal or a person in the report's thread said.

    Neither their sentences nor the names in them may be there, but for names that the repository `knows`, and words
    that people let through. Its own issues are read by whoever reads it, so they are no secret.
    """
    prose = (*(line for signal in case.unshared for line in _prose(signal)), *(one.words for one in case.guidance))
    told = {
        "title": submission.title,
        "summary": submission.summary,
        "risk": submission.risk,
        "undo": submission.undo,
        "answer": "\n".join((submission.answer, *(reply.text for reply in submission.replies))),
        "sections": "\n".join(section.text for section in submission.sections),
    }
    added = {change.path: "\n".join(line for _, line in change.added) for change in read_patch(patch)}
    there = "\n".join(line[1:] for line in patch.split("\n") if re.match(r" |-(?!-- )", line))
    held = particulars_of((*map(_said, case.unshared), *(one.words for one in case.guidance)))
    held = held.but([word for word in held.words if word in there.lower()])  # what is there already may be moved
    held = held.but(case.permitted)
    if held.words:
        held = held.but(knows(held.words))
    return Indiscretions(
        tuple(_repeated(told | added, prose, there)), dict(_named(told, _shown(submission) | added, held))
    )


def _repeated(places: Mapping[str, str], prose: Sequence[str], there: str) -> Iterator[str]:
    said = {run for line in prose for run in _runs(line)} - set(_runs(there))
    for place, text in places.items():
        if not said.isdisjoint(_runs(text)):
            yield place


def _shown(submission: FixSubmission) -> dict[str, str]:
    """What of the tests stands in the pull request and in the commit."""
    return {"test_ids": "\n".join(submission.test_ids), "expected_failure": submission.expected_failure}


def _named(told: Mapping[str, str], code: Mapping[str, str], held: Particulars) -> Iterator[tuple[str, Sequence[str]]]:
    """Each place that names something, and what."""
    found = {place: held.in_prose(text) for place, text in told.items()}
    found |= {place: held.in_code(f"{place}\n{text}") for place, text in code.items()}
    return ((place, names) for place, names in found.items() if names)


def _names(named: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for place, names in named.items():
        listed = ", ".join(f"\u201c{name}\u201d" for name in names)
        yield (
            f"{place} names {listed} of a report that not everybody who reads the repository may see: tell of the"
            " code, and make up what a test needs of the kind."
        )


def _prose(signal: SeenSignal) -> Iterator[str]:
    """Each paragraph that a person wrote, on one line."""
    for block in re.split(r"\n\s*\n|```", _said(signal)):
        yield " ".join(block.split("\n"))


def _said(signal: SeenSignal) -> str:
    """What people wrote of it, without the lines that programs printed."""
    lines = (signal.title, "", *_QUOTED.sub(r"\1", signal.body).split("\n"))
    return "\n".join(line for line in lines if not _PRINTED.match(line))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
