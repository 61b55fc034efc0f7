"""How well a proven fix is reviewed: flawed changes sent back, good ones let through.

Each file of the data folder is a problem with its plan, its code, a good change and a flawed one. Both are proven:
their new tests fail before and pass after, and the suite is green (a test of ours runs them). So only a reader can
tell them apart. A model is asked as the bot asks it, of each change by itself, in an order that tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from agents.errors import BadSettings
from agents.exchange import About, Turn, TurnRequest
from agents.ports import Model
from agents.stages.review import review
from evals.engines import Variation, bench
from evals.review_cases import (
    Change,
    Flawed,
    Problem,
    problems_of,
    proven_of,
    subject_of,
)
from evals.runs import Engine, Score, spread
from storage.judgments import Judgment, Stage
from storage.reviews import NOT_REVIEWED, Review

J = TypeVar("J", bound=Judgment)

AT_ONCE = 4  # reviews that are asked for side by side
_USUAL = Variation()


@dataclass(frozen=True)
class _Asked:
    """A change that is to be reviewed, and what it goes by."""

    subject: str
    problem: Problem
    change: Change


@dataclass(frozen=True)
class Reviewed:
    """A change and what was said of it."""

    change: Change
    review: Review

    @property
    def sent_back(self) -> bool:
        """Whether the fix would have to be mended."""
        return bool(self.review.refusals)

    @property
    def missing(self) -> bool:
        """Whether no valid answer could be had, which lets it through."""
        return self.review.reason.startswith(NOT_REVIEWED)

    @property
    def is_right_place(self) -> bool:
        """Whether one of the refusals is about the flawed file."""
        where = self.change.where if isinstance(self.change, Flawed) else ""
        return any(each.refuses and each.where == where for each in self.review.objections)


@dataclass(frozen=True)
class _OfNoReport:
    """A model whose calls are booked on no report, since there is none here."""

    model: Model
    can_research: bool = False

    def judge(self, stage: Stage, about: About, returns: type[J]) -> J:
        """The model's answer."""
        return self.model.judge(stage, about.model_copy(update={"report_id": None}), returns)

    def turn(self, request: TurnRequest) -> Turn:
        """The model's turn."""
        return self.model.turn(request)


def evaluate(data: Path, engine: Engine, runs: int, variation: Variation = _USUAL) -> list[Score]:
    """Scores of a model. Raises BadSettings without one, and for a folder without problems.

    A variation's replies are a folder with a file `review.jsonl`.
    """
    if engine is Engine.OFFLINE:
        raise BadSettings("Without a model nothing is reviewed: name one with --engine claude, or --engine kept.")
    problems = problems_of(data)
    each_run: list[dict[str, float]] = []
    last: list[Reviewed] = []
    with bench(engine, (), trusted=False, variation=variation.of("review")) as there:
        for _ in range(runs):
            before = there.store.spending.total()
            last = _all(problems, _OfNoReport(there.pipeline.means.model))
            spent = there.store.spending.total()
            cost = {
                "calls a review": (spent.calls - before.calls) / len(last),
                "usd a review": (spent.usd - before.usd) / len(last),
            }
            each_run.append({**rates(last), **cost})
    return [Score(name=f"reviews of {len(last)} proven fixes", figures=spread(each_run)), *_by_angle(last)]


def rates(reviewed: Sequence[Reviewed]) -> dict[str, float]:
    """Of the flawed, how many are sent back, and for the right file; of the good, how many all the same."""
    flawed = [one for one in reviewed if isinstance(one.change, Flawed)]
    good = [one for one in reviewed if not isinstance(one.change, Flawed)]
    figures: dict[str, float] = {"without a valid answer": sum(one.missing for one in reviewed)}
    if flawed:
        back = sum(one.sent_back for one in flawed)
        placed = sum(one.is_right_place for one in flawed)
        figures |= {"flawed": len(flawed), "flawed sent back": back, "of them for the flawed file": placed}
    if good:
        figures |= {"good": len(good), "good sent back": sum(one.sent_back for one in good)}
        figures["remarks on good ones"] = sum(len(one.review.remarks) for one in good)
    return figures


def _all(problems: Mapping[str, Problem], model: Model) -> list[Reviewed]:
    asked = [
        _Asked(subject_of(name, change), problem, change)
        for name, problem in problems.items()
        for change in (problem.good, problem.flawed)
        if change is not None
    ]
    asked.sort(key=lambda each: each.subject)
    with ThreadPoolExecutor(AT_ONCE) as reviewers:
        return list(reviewers.map(lambda each: _reviewed(each, model), asked))


def _reviewed(asked: _Asked, model: Model) -> Reviewed:
    return Reviewed(asked.change, review(proven_of(asked.subject, asked.problem, asked.change), model))


def _by_angle(reviewed: Sequence[Reviewed]) -> list[Score]:
    """The flawed changes one by one: which was seen under which angle."""
    figures: dict[str, float | int | str] = {}
    for one in reviewed:
        if isinstance(one.change, Flawed):
            angles = sorted({each.angle.value for each in one.review.objections if each.refuses})
            figures[f"{one.change.angle}: {one.change.flaw[:60]}"] = ", ".join(angles) or "let through"
    return [Score(name="the flawed ones, and under which angle they were sent back", figures=figures)]
