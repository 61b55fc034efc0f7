"""Learns the weights of the likeness (agents/grouping/likeness_by_*.json) from labelled streams, with numpy alone.

    python -m evals.learn_grouping --data DIR [--data DIR …] --out FILE [--held-out FOLDER] [--sentences FOLDER]

Each stream (its dense truth where there is one) is played through the real search in the order of arrival and filed as
the truth says; what each candidate has in common with the arriving signal is noted with whether it was the right one.
From this are learnt, by logistic regression, the score that ranks candidates and the chance that the best one is right.
With `--held-out` weights are also learnt without each set in turn: those are the ones to measure that set with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from agents.grouping.likeness import FRAMES
from agents.grouping.opinions import PLACED, Evidence, Line, Weights, foremost, standing
from evals.moments import Moment, moments_of

Floats = NDArray[np.float64]
_MUCH = 400  # right candidates of one set from which on more of them count less
_WRONG_FOR_RIGHT = 6.0  # by weight
_WRONG_KEPT = 4  # one in so many wrong rows is learnt from: there are more than enough
_RIDGE, _RIDGE_JOIN = 20.0, 60.0
_PLAIN = Line(mean=[0.4], scale=[1.0], weights=[6.0], bias=0.0)  # of traces, where there are none to learn from


def main(
    data: Annotated[list[Path], typer.Option(help="A set: a folder with stream.jsonl and truth.jsonl.")],
    out: Annotated[Path, typer.Option(help="Where the weights go.")],
    held_out: Annotated[Path | None, typer.Option(help="A folder for weights learnt without each set.")] = None,
    moments: Annotated[Path | None, typer.Option(help="A folder in which what was played is kept.")] = None,
    sentences: Annotated[str, typer.Option(help='A sentence transformer\'s folder, or "download".')] = "",
) -> None:
    """Learn from these sets."""
    seen = {folder.name: moments_of(folder, moments, sentences) for folder in data}
    traces = {name: [m for m in each if _of_traces(m)] for name, each in seen.items()}
    texts = {name: [_worded(m) for m in each if not _of_traces(m)] for name, each in seen.items()}
    _write(out, learn(texts, traces, " ".join(seen)))
    if held_out is None:
        return
    for name, each in seen.items():
        others = {other: found for other, found in texts.items() if other != name}
        known = {other: found for other, found in traces.items() if other != name}
        said = " ".join(others)
        if (
            len(traces[name]) > len(each) // 2
        ):  # a set of traces: no other is like it, so it is learnt on its first half
            known[name] = traces[name][: len(traces[name]) // 2]
            said = f"{said}, and the first half of {name}"
        _write(held_out / f"{name}.json", learn(others, known, said))


def _write(path: Path, weights: Weights) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = json.loads(weights.model_dump_json(), parse_float=lambda text: round(float(text), 5))
    path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def learn(texts: dict[str, list[Moment]], traces: dict[str, list[Moment]], said: str) -> Weights:
    """All the regressions. Without enough traces to learn from, the likeness of two traces is taken as it is."""
    moments = [moment for each in traces.values() for moment in each]
    trace = _trace(moments) if len(moments) > _MUCH // 2 else _PLAIN
    return _of_texts(texts, trace, said)


def _of_traces(moment: Moment) -> bool:
    return bool(moment.evidence.traced.mean() > 0.5)  # noqa: PLR2004 most


def _worded(moment: Moment) -> Moment:
    """Without the rows that frames decide."""
    told = ~moment.evidence.traced
    return replace(moment, evidence=Evidence(moment.evidence.rows[told], moment.evidence.owners[told]))


def _trace(moments: Sequence[Moment]) -> Line:
    """How likely the trace that is most alike is of the same problem."""
    best = [int(np.argmax(moment.evidence.rows[:, FRAMES])) for moment in moments]
    numbers = [moment.evidence.rows[at, [FRAMES]] for at, moment in zip(best, moments, strict=True)]
    right = [float(moment.evidence.owners[at] == moment.right) for at, moment in zip(best, moments, strict=True)]
    return fit(np.array(numbers, float), np.array(right), np.ones(len(right)), 1.0)


def _of_texts(sets: dict[str, list[Moment]], trace: Line, said: str) -> Weights:
    """The ranking, then the opinions on the first, by the scores of rankings that had not seen the set."""
    sets = {name: moments for name, moments in sets.items() if any(m.right >= 0 for m in moments)}
    scored: list[tuple[Floats, Floats, Floats]] = []
    for name, moments in sets.items():
        for train, test in _folds(name, moments, sets):
            line = _rank(train)
            told = [_stand(moment, line) for moment in test]
            weight = min(1.0, (_MUCH * 1.5 / len(test)) ** 0.7)
            scored.append((np.array([t[0] for t in told]), np.array([t[1] for t in told]), np.full(len(told), weight)))
    numbers, right, weights = (np.concatenate(part) for part in zip(*scored, strict=True))
    stood = numbers.shape[1] - next(iter(sets.values()))[0].evidence.rows.shape[1]
    place, meaning, join = (
        fit(numbers[:, :width], right, weights, _RIDGE_JOIN) for width in (PLACED, stood, numbers.shape[1])
    )
    return Weights(
        learnt_on=said,
        rank=_rank(sets),
        place=place,
        meaning=meaning if stood > PLACED else None,
        join=join,
        trace=trace,
    )


def _folds(
    name: str, moments: list[Moment], sets: dict[str, list[Moment]]
) -> Sequence[tuple[dict[str, list[Moment]], list[Moment]]]:
    if len(sets) > 1:
        return [({other: found for other, found in sets.items() if other != name}, moments)]
    half = len(moments) // 2
    return [({name: moments[:half]}, moments[half:]), ({name: moments[half:]}, moments[:half])]


def _rank(sets: dict[str, list[Moment]]) -> Line:
    parts = []
    for moments in sets.values():
        numbers = np.concatenate([moment.evidence.rows for moment in moments]).astype(float)
        right = np.concatenate([(m.evidence.owners == m.right).astype(float) for m in moments])
        kept = (right > 0) | (np.arange(len(right)) % _WRONG_KEPT == 0)
        numbers, right = numbers[kept], right[kept]
        much = min(1.0, (_MUCH / max(right.sum(), 1.0)) ** 0.7)
        wrong = right.sum() / max((1 - right).sum(), 1.0) * _WRONG_FOR_RIGHT
        parts.append((numbers, right, np.where(right > 0, 1.0, wrong) * much))
    numbers, right, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    return fit(numbers, right, weights, _RIDGE)


def _stand(moment: Moment, line: Line) -> tuple[Floats, float]:
    each = line.scores(moment.evidence.rows)
    scores = np.full(moment.candidates, -30.0)
    np.maximum.at(scores, moment.evidence.owners, each)
    best = int(np.argmax(scores))
    place = standing(moment.evidence, each, scores, best)
    row = moment.evidence.rows[foremost(moment.evidence, each, best)]
    return np.concatenate([place, row]), float(best == moment.right)


def fit(numbers: Floats, right: Floats, weights: Floats, ridge: float, *, as_they_are: bool = False) -> Line:
    """Logistic regression with a ridge, by Newton's method, over standardised numbers or `as_they_are`."""
    mean, scale = numbers.mean(axis=0), numbers.std(axis=0)
    if as_they_are:
        mean, scale = np.zeros_like(mean), np.ones_like(scale)
    scale[scale < 1e-6] = 1.0  # noqa: PLR2004 a number that never differs says nothing
    design = np.concatenate([(numbers - mean) / scale, np.ones((len(numbers), 1))], axis=1)
    penalty = np.full(design.shape[1], ridge)
    penalty[-1] = 1e-6
    line = np.zeros(design.shape[1])
    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ line, -30, 30)))
        slope = design.T @ (weights * (chance - right)) + penalty * line
        bend = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        line -= step
        if float(np.abs(step).max()) < 1e-5:  # noqa: PLR2004 it stands still
            break
    return Line(mean=mean.tolist(), scale=scale.tolist(), weights=line[:-1].tolist(), bias=float(line[-1]))


if __name__ == "__main__":
    typer.run(main)
