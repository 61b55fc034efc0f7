"""Whether what goes to a repository repeats what not all of its readers may see. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.cases import FixCase, SeenSignal
from agents.patches import read_patch
from storage.judgments import FixSubmission

_RUN = 8  # words one after the other that nobody writes twice by chance
_WORD = re.compile(r"\w+")
_PRINTED = re.compile(  # what a program wrote is the code's own
    r'\s*at \S.*[(:]|\s*File "|Traceback|\S*(?:Error|Exception)\b'
)
_QUOTED = re.compile(r'(?m)^(\s*File "[^\n]*)\n[ \t]+[^\n]*')  # a frame of Python, and the line of code below it


def indiscretions(submission: FixSubmission, patch: str, case: FixCase) -> tuple[str, ...]:
    """One sentence for each place that repeats what a signal or a person in the report's thread said, else none."""
    prose = (*(line for signal in case.signals for line in _prose(signal)), *(one.words for one in case.guidance))
    known = "\n".join(line[1:] for line in patch.split("\n") if line.startswith((" ", "-")))
    said = {run for line in prose for run in _runs(line)} - set(_runs(known))  # what is there already may be moved
    places = {
        "title": submission.title,
        "summary": submission.summary,
        "risk": submission.risk,
        "undo": submission.undo,
        "answer": submission.answer,
        "sections": "\n".join(section.text for section in submission.sections),
    }
    places |= {change.path: "\n".join(line for _, line in change.added) for change in read_patch(patch)}
    return tuple(
        f"{place} repeats words of a report that not everybody who reads the repository may see: tell of the code."
        for place, text in places.items()
        if not said.isdisjoint(_runs(text))
    )


def _prose(signal: SeenSignal) -> Iterator[str]:
    yield "" if _PRINTED.match(signal.title) else signal.title
    for block in re.split(r"\n\s*\n|```", _QUOTED.sub(r"\1", signal.body)):
        yield " ".join(line for line in block.split("\n") if not _PRINTED.match(line))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
