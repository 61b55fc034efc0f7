"""Does research name the file that the real fix changed, and does it know how sure it may be?

The stage is the real one, with its sandbox and its tools, on a checkout that ends at the commit before the fix. Nobody
but the scorer sees the truth. Every run is kept: its turns, its tool calls, what it handed in, and what was dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from pydantic import BaseModel

from agents.adapters.claude.claude import ClientOptions
from agents.adapters.git.mirrors import Mirrors
from agents.adapters.sandbox.workspaces import SandboxWorkspaces
from agents.errors import BadSettings
from agents.evidence.strands import Round
from agents.ports import Model
from agents.redaction.redact import Redactor
from agents.stages.research import Researched, Verified, research
from agents.terms import Limits
from agents.trail import TurnTaken
from evals.checkouts import Checkouts
from evals.engines import KEY, Unlimited, claude, note_of
from evals.located import Located, located
from evals.replies import Recording, replaying
from evals.runs import Engine, Score
from storage.errors import SignalboxError
from storage.judgments import Confidence, EvidenceKind, Outcome, Research, Standing

T = TypeVar("T")

_SHOWN = 4_000  # characters of a tool's result that are kept
_FIRST = (1, 3)


@dataclass(frozen=True)
class Course:
    """How the cases are run. `record` keeps the model's replies in a folder, `replay` plays those of one."""

    work: Path  # checkouts, environments, mirrors; may be kept from run to run
    clones: Path
    cases: int = 0  # 0: all
    only: tuple[str, ...] = ()
    record: Path | None = None
    replay: Path | None = None
    timeout: float = 300.0  # seconds for one reply
    at_once: int = 1
    limits: Limits = field(default_factory=Limits)

    @property
    def patient(self) -> Limits:
        """The limits, with minutes enough for every reply to take its time: patience is no fault of the research."""
        minutes = max(self.limits.minutes, self.limits.steps * self.timeout / 60)
        return self.limits.model_copy(update={"minutes": minutes})


class Ran(BaseModel):
    """One case that was run, with its truth, as it is kept."""

    case: str
    subject: str
    repository: str
    commit: str
    gold: tuple[str, ...]
    named: tuple[str, ...] = ()  # files, in the order in which the research names them
    outcome: Outcome
    sentence: str = ""
    confidence: Confidence | None = None
    planned: bool = False
    made: int = 0
    dropped: int = 0
    dropped_before: int = 0  # in submissions that were refused and corrected
    submissions: int = 0
    turns: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    research: Research | None = None
    why_dropped: tuple[str, ...] = ()
    transcript: tuple[dict[str, Any], ...] = ()
    rounds: tuple[tuple[dict[str, Any], ...], ...] = ()  # of strands, each with its turns

    def found_in(self, first: int) -> bool:
        """Whether every file of the truth is among the first that were named."""
        return set(self.gold) <= set(self.named[:first])


def evaluate(data: Path, engine: Engine, course: Course) -> tuple[list[Score], list[Ran]]:
    """The scores, and each case that was run. Raises BadSettings when a case cannot be made or nothing can research."""
    redactor = Redactor(KEY)
    course.work.mkdir(parents=True, exist_ok=True)
    checkouts = Checkouts(course.work / "histories", course.clones)
    cases = list(located(data, checkouts, redactor, course.only))[: course.cases or None]
    if not cases:
        raise BadSettings(f"{data} has no case of research that fits; it needs instances.jsonl or demo.json.")
    with ExitStack() as stack:
        model = _model(engine, course, stack)
        workspaces = SandboxWorkspaces(Mirrors(course.work / "mirrors", "https://code.example"), course.work)
        if why_not := SandboxWorkspaces.examine(course.work):
            raise BadSettings(why_not)

        def run(one: Located) -> Ran:
            return _run(one, model, workspaces, course.patient, redactor)

        with ThreadPoolExecutor(course.at_once) as pool:
            ran = list(pool.map(run, cases))
    return scores(ran, note_of(engine, course.replay)), ran


def _model(engine: Engine, course: Course, stack: ExitStack) -> Model:
    if course.replay is not None:
        return replaying(course.replay)
    if engine is Engine.OFFLINE:
        raise BadSettings("The offline engine does no research: use --engine claude, or --replay DIR.")
    patience = ClientOptions(seconds=course.timeout, pace=0, retries=0, longest_wait=course.timeout)
    model = claude(Unlimited(), patience)
    stack.callback(model.close)
    return Recording(model, course.record, note_of(engine, None)) if course.record else model


@dataclass
class _Watching:
    """A checkpoint that does the work and remembers what came of it, so that a run can be read afterwards."""

    seen: list[object] = field(default_factory=list)

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:  # noqa: ARG002 the port's names
        value = work()
        self.seen.append(value)
        return value


def _run(one: Located, model: Model, workspaces: SandboxWorkspaces, limits: Limits, redactor: Redactor) -> Ran:
    watching = _Watching()
    try:
        done = research(one.case, model, workspaces, limits, watching, redactor)
    except SignalboxError as error:
        done = Researched(outcome=Outcome.FAILED, sentence=str(error))
    turns = [value for value in watching.seen if isinstance(value, TurnTaken)]
    verified = [value for value in watching.seen if isinstance(value, Verified)]
    found = done.research
    return Ran(
        case=one.name,
        subject=one.case.about,
        repository=one.case.repository.name,
        commit=one.case.base_sha,
        gold=one.gold,
        named=named(found) if found else (),
        outcome=done.outcome,
        sentence=done.sentence,
        confidence=found.confidence if found else None,
        planned=found is not None and found.plan is not None,
        made=found.citations_made if found else 0,
        dropped=found.citations_dropped if found else 0,
        dropped_before=sum(value.research.citations_dropped for value in verified[:-1]),
        submissions=len(verified),
        turns=len(turns),
        usd=done.usd,
        seconds=done.seconds,
        research=found,
        why_dropped=done.dropped,
        transcript=tuple(_told(turn) for turn in turns),
        rounds=tuple(
            tuple(_told(turn) for turn in value.turns if turn) for value in watching.seen if isinstance(value, Round)
        ),
    )


def _told(turn: TurnTaken) -> dict[str, Any]:
    """A turn as it can be read: words, calls, and the beginnings of their results."""
    cut = [result.model_copy(update={"text": result.text[:_SHOWN]}) for result in turn.results]
    shown = turn.model_copy(update={"results": tuple(cut)}).model_dump(mode="json", exclude={"patch"})
    return {**shown, "patch_characters": len(turn.patch)}


# ── what is counted ─────────────────────────────────────────────────────────────────────────────────────────────


def named(found: Research) -> tuple[str, ...]:
    """The files that the research holds responsible, most so first.

    Those of the plan, then those cited for a supported hypothesis, for a finding, for an open hypothesis. Tests and
    documents are not candidates, as in the truth.
    """
    paths = list(found.plan.files) if found.plan else []
    for standing in (Standing.SUPPORTED, None, Standing.OPEN):
        if standing is None:
            evidence = [one for finding in found.findings for one in finding.evidence]
        else:
            held = (each for each in found.hypotheses if each.standing is standing)
            evidence = [one for each in held for one in each.evidence_for]
        paths += [one.where for one in evidence if one.kind is EvidenceKind.CODE]
    return tuple(dict.fromkeys(path for path in paths if _is_candidate(path)))


def _is_candidate(path: str) -> bool:
    pure = PurePosixPath(path)
    aside = {"test", "tests", "testing", "doc", "docs", "example", "examples", "changelog", "changelogs"}
    is_test = pure.name.startswith("test_") or pure.name.endswith("_test.py") or pure.name == "conftest.py"
    return pure.suffix == ".py" and not is_test and not aside & set(pure.parts[:-1])


def scores(ran: Sequence[Ran], note: str) -> list[Score]:
    """The headline figures, and how often each confidence is right."""
    count = len(ran)
    figures: dict[str, float | int | str] = {"model": note, "cases": count}
    for first in _FIRST:
        hits = sum(one.found_in(first) for one in ran)
        figures |= {
            f"file named in the first {first}": f"{hits} of {count}",
            f"share in the first {first}": hits / count,
        }
    made, dropped = sum(one.made for one in ran), sum(one.dropped for one in ran)
    figures |= {
        "with a plan": sum(one.planned for one in ran),
        "ended otherwise than finished": sum(one.outcome is not Outcome.FINISHED for one in ran),
        "citations made": made,
        "citations dropped": dropped,
        "share dropped": dropped / made if made else 0.0,
        "dropped before, then corrected or left out": sum(one.dropped_before for one in ran),
        "turns a case": sum(one.turns for one in ran) / count,
        "usd a case": sum(one.usd for one in ran) / count,
        "usd at most": max(one.usd for one in ran),
    }
    return [Score(name="research", figures=figures), _calibration(ran), _each(ran)]


def _calibration(ran: Sequence[Ran]) -> Score:
    figures: dict[str, float | int | str] = {}
    for confidence in Confidence:
        here = [one for one in ran if one.confidence is confidence]
        right = sum(one.found_in(1) for one in here)
        figures[confidence.value] = f"{right} of {len(here)} right" if here else "none"
    return Score(name="research, confidence against truth (file named first)", figures=figures)


def _each(ran: Sequence[Ran]) -> Score:
    def line(one: Ran) -> str:
        place = one.named.index(one.gold[0]) + 1 if one.gold[0] in one.named else 0
        where = f"named in place {place}" if place else "not named"
        sure = one.confidence.value if one.confidence else one.outcome.value
        return f"{where}, {sure}, {one.dropped}/{one.made} dropped, {one.turns} turns, ${one.usd:.2f}"

    return Score(name="research, case by case", figures={one.case: line(one) for one in ran})


def keep_cases(ran: Sequence[Ran], folder: Path) -> Path:
    """Write each case into a file of its own; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in ran:
        (folder / f"{one.case}.json").write_text(json.dumps(one.model_dump(mode="json"), indent=1, ensure_ascii=False))
    return folder
