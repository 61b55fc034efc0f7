"""Learns what tells a problem from chatter (agents/adapters/chatter.json) from labelled texts, with numpy alone.

    python -m evals.learn_chatter --data DIR --out FILE [--half]

DIR is searched for `dialogs.jsonl` (labelled by their authors) and `messages.jsonl` (chat of developers, all chatter);
besides, the project's own sets teach: what is said in Slack and in people's tickets of the sets of several tools, and
`evals/chat/learnt.jsonl`. With `--half` every second text of DIR, by its hash, and two of the sets are left out: those
are the weights to measure with.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from agents.adapters.chatter import NUMBERS, numbers_of, words_of
from evals.chatter import Dialogue, Message
from evals.learn_grouping import fit
from evals.reading import Arrival, rows

HERE = Path(__file__).parent
KEPT_BACK = ("kilnworks", "lernhaus")  # sets that `--half` leaves out
_OWN, _OWN_CHATTER, _TOLD, _CHAT = 4.0, 3.0, 0.5, 0.7  # what a text counts beside a dialogue
_SEEN = 8  # texts that a word must be in
_RIDGE = 3.0
_PEOPLES = frozenset({"zendesk", "github", "linear"})
_SHORT = 700


class _Lesson(NamedTuple):
    text: str
    is_problem: bool
    weight: float


def main(
    data: Annotated[Path, typer.Option(help="A folder with dialogs.jsonl and messages.jsonl somewhere below it.")],
    out: Annotated[Path, typer.Option(help="Where the weights go.")],
    *,
    half: Annotated[bool, typer.Option(help="Leave out what is to be measured with.")] = False,
) -> None:
    """Learn the weights."""
    lessons = [*_of_others(data, half=half), *_of_ours(half=half)]
    seen = Counter(word for lesson in lessons for word in words_of(lesson.text))
    words = sorted(word for word, count in seen.items() if count >= _SEEN)
    places = {word: place for place, word in enumerate(words)}
    told = np.zeros((len(lessons), len(words) + len(NUMBERS)))
    for row, lesson in enumerate(lessons):
        told[row, [places[word] for word in words_of(lesson.text) if word in places]] = 1.0
        told[row, len(words) :] = numbers_of(lesson.text)
    right, weights = (np.array([lesson[at] for lesson in lessons], float) for at in (1, 2))
    # Standardised, a word that few texts have would count for more than one that many have.
    line = fit(told, right, weights, _RIDGE, as_they_are=True)
    slopes = line.weights
    learnt = {
        "learnt_on": f"{len(lessons)} texts{', every second one' if half else ''}",
        "bias": round(line.bias, 4),
        "numbers": [round(slope, 4) for slope in slopes[len(words) :]],
        "words": {word: round(slope, 3) for word, slope in zip(words, slopes, strict=False)},
    }
    out.write_text(json.dumps(learnt, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def is_kept_back(text: str) -> bool:
    """Whether `--half` leaves a text of others out."""
    return zlib.crc32(text.encode()) % 2 == 1


def _of_others(data: Path, *, half: bool) -> Iterator[_Lesson]:
    for path in sorted(data.rglob("dialogs.jsonl")):
        for dialogue in rows(path, Dialogue):
            if not (half and is_kept_back(dialogue.first)):
                yield _Lesson(dialogue.first, dialogue.label == 1, 1.0)
    for path in sorted(data.rglob("messages.jsonl")):
        for message in rows(path, Message):
            if not (half and is_kept_back(message.text)):
                yield _Lesson(message.text, is_problem=False, weight=_CHAT)


def _of_ours(*, half: bool) -> Iterator[_Lesson]:
    for path in sorted([HERE / "mixed/stream.jsonl", *HERE.glob("several/*/stream.jsonl")]):
        if half and path.parent.name in KEPT_BACK:
            continue
        for arrival in rows(path, Arrival):
            text = f"{arrival.title}\n{arrival.body}"[:_SHORT]
            if arrival.source == "slack" or arrival.source in _PEOPLES:
                yield _Lesson(text, is_problem=True, weight=_OWN if arrival.source == "slack" else _TOLD)
    for message in rows(HERE / "chat/learnt.jsonl", Message):
        yield _Lesson(message.text, is_problem=False, weight=_OWN_CHATTER)


if __name__ == "__main__":
    typer.run(main)
