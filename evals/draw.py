"""`python -m evals.draw --data DIR --out DIR`: six short streams, drawn from public trackers and our own mixed set.

They are what the model's path is measured on: long enough to hold siblings that arrive apart and strangers that look
alike, short enough to be answered by hand. The draw is the same every time. Groups are never cut in two.
"""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer

from evals.reading import Arrival, Truth, rows, truth

TRACKERS = {"a": "grouping_jquery_core", "b": "grouping_titanium_mixed_a", "c": "grouping_hadoop"}
MIXED = Path(__file__).parent / "mixed"
_SEED = 20261121
_GROUPS, _SIBLINGS, _SINGLES = 7, 17, 6  # of each tracker: groups of two to four, their signals at most, strangers
_FEWEST, _MOST = 2, 4

Row = tuple[Arrival, str]


def draw(data: Path) -> dict[str, list[Row]]:
    """The streams by name, each signal with its group, in the order of arrival."""
    chance = random.Random(_SEED)  # noqa: S311 a draw that can be repeated
    own = _groups(MIXED, "truth.jsonl", "mixed")
    names = sorted(own)
    chance.shuffle(names)
    streams: dict[str, list[Row]] = {}
    for place, (letter, tracker) in enumerate(TRACKERS.items()):
        theirs = _drawn(_groups(data / tracker, "truth_dense.jsonl", tracker), chance)
        ours = [row for name in names[place :: len(TRACKERS)] for row in own[name]]
        for half, rows_ in enumerate(_halves(_interleaved(theirs, ours)), 1):
            streams[f"{letter}{half}"] = rows_
    return streams


def _groups(folder: Path, name: str, prefix: str) -> dict[str, list[Row]]:
    arrivals = {arrival.id: arrival for arrival in rows(folder / "stream.jsonl", Arrival)}
    found: dict[str, list[Row]] = defaultdict(list)
    for signal, group in truth(folder / name).items():
        found[group].append((arrivals[signal], f"{prefix}/{group}"))
    return found


def _drawn(groups: dict[str, list[Row]], chance: random.Random) -> list[Row]:
    small = [name for name in sorted(groups) if _FEWEST <= len(groups[name]) <= _MOST]
    single = [name for name in sorted(groups) if len(groups[name]) == 1]
    siblings = [row for name in chance.sample(small, _GROUPS) for row in groups[name]][:_SIBLINGS]
    return siblings + [groups[name][0] for name in chance.sample(single, _SINGLES)]


def _interleaved(*parts: list[Row]) -> list[Row]:
    """Each part in its own order of time, spread evenly over the whole."""
    placed = [
        (number / len(part), which, row)
        for which, part in enumerate(parts)
        for number, row in enumerate(sorted(part, key=lambda row: row[0].created_at))
    ]
    return [row for _, _, row in sorted(placed, key=lambda each: each[:2])]


def _halves(stream: list[Row]) -> tuple[list[Row], list[Row]]:
    names = sorted({group for _, group in stream})
    random.Random(7).shuffle(names)  # noqa: S311 a draw that can be repeated
    first = set(names[::2])
    return [row for row in stream if row[1] in first], [row for row in stream if row[1] not in first]


def main(
    data: Annotated[Path, typer.Option(help="The folder with the public sets.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option(help="Where the streams are written, a folder each.")],
) -> None:
    """Write the six streams as data that `signalbox evals grouping` takes."""
    for name, stream in draw(data).items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(arrival.model_dump_json() + "\n" for arrival, _ in stream)
        (folder / "stream.jsonl").write_text(lines, encoding="utf-8")
        truths = "".join(Truth(id=arrival.id, group=group).model_dump_json() + "\n" for arrival, group in stream)
        (folder / "truth.jsonl").write_text(truths, encoding="utf-8")
        typer.echo(f"{name}: {len(stream)} signals in {len({group for _, group in stream})} groups")


if __name__ == "__main__":
    typer.run(main)
