"""Runs: what each job did at a stage on a report, what it cost and why it ended; also summed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Integer, delete, func, or_, update
from sqlalchemy import cast as as_type
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage.columns import now
from storage.going import Going, going_of, is_in_line, tell_begun, tell_minutes
from storage.judgments import Outcome, Stage
from storage.records import Report, Signal
from storage.run_rows import ModelCall, Run, ToolUse
from storage.transactions import Transactions, insert_once, locked

AGENTS = (Stage.RESEARCH, Stage.FIX, Stage.INQUIRE)  # whose runs take turns with tools


class Used(BaseModel):
    """What was used. Input tokens are those that were not read from the model's cache."""

    model_config = ConfigDict(frozen=True)

    turns: int = 0  # each counts once, however often it was asked for
    calls: int = 0  # requests to a model
    tool_calls: int = 0
    tool_faults: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    reserved_usd: float = 0.0  # the part of it that is put aside for calls without an answer yet
    seconds: float = 0.0

    def plus(self, more: Used) -> dict[str, Any]:
        """Both together, by name."""
        return {name: getattr(self, name) + getattr(more, name) for name in Used.model_fields}


class RunSeen(Used):
    """A run with all that it used. One that has no row of its own is a question to a model, such as a screening."""

    key: str
    stage: str
    report_id: int | None = None
    source: str = ""
    repository: str = ""
    models: tuple[str, ...] = ()  # those that answered, the first one first
    began_at: dt.datetime
    ended_at: dt.datetime | None = None
    outcome: Outcome | None = None  # None: it goes on, or it is a single question
    why: str = ""

    @property
    def strand(self) -> str:
        """Its name if it is a strand of a run, such as 1.2; else empty."""
        return self.key.partition("/")[2]

    @property
    def whole(self) -> str:
        """The key of the run that it is, or is a strand of."""
        return self.key.partition("/")[0]


class RollUp(StrEnum):
    """By what runs are summed up."""

    STAGE = "stage"
    SOURCE = "source"
    REPOSITORY = "repository"


class Total(Used):
    """The sum of some runs; `name` is empty where the stage, source or repository is not known."""

    name: str
    runs: int = 0


class Runs:
    """The runs. What is written twice by a job that is resumed counts once."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def begin(self, key: str, stage: Stage, report_id: int, *, source: str = "", repository: str = "") -> None:
        """Note that a run begins; the first time counts."""
        with self._on.write() as session:
            row = Run(key=key, stage=stage, report_id=report_id, source=source, repository=repository)
            if insert_once(session, row) is not None:
                tell_begun(session, row)

    def branch(self, key: str) -> None:
        """Note that a strand of a run begins; its key is the run's, a slash and its name. Raises NotFound."""
        with self._on.write() as session:
            run = locked(session, Run, key.partition("/")[0])
            row = Run(key=key, stage=run.stage, report_id=run.report_id, source=run.source, repository=run.repository)
            insert_once(session, row)

    def turned(self, key: str, turn: int, uses: Sequence[ToolUse], *, tell: bool = False) -> None:
        """Keep what the tools did in a turn, in place of what an earlier life of the same turn did.

        About once a minute of the run its report is drawn anew, which tells how far it is, and where there is
        something to `tell`: what comes next takes minutes.
        """
        with self._on.write() as session:
            session.execute(delete(ToolUse).where(col(ToolUse.run) == key, col(ToolUse.turn) == turn))
            for place, use in enumerate(uses):
                use.run, use.turn, use.place = key, turn, place
                session.add(use)
            tell_minutes(session, key, at_once=tell)

    def end(self, key: str, outcome: Outcome, sentence: str, seconds: float) -> None:
        """Note why a run ended. Nothing happens when there is no such run."""
        with self._on.write() as session:
            row = session.get(Run, key, with_for_update=True)
            if row is not None:
                row.outcome, row.sentence, row.seconds = outcome, sentence, seconds
                row.ended_at = row.ended_at or now()

    def broke_off(self, report_id: int, sentence: str) -> None:
        """Note that a job of the report ended by a fault: its run, if one goes on, ended with it."""
        with self._on.write() as session:
            its_own = col(Run.stage) != Stage.INQUIRE  # a question's job ends by itself
            going = col(Run.report_id) == report_id, col(Run.outcome).is_(None), its_own
            ended = {"outcome": Outcome.FAILED, "sentence": sentence, "ended_at": now()}
            session.execute(update(Run).where(*going).values(**ended))

    def going(self, reports: Iterable[Report]) -> dict[int, Going]:
        """How far those of these reports are that are worked on now, by the report."""
        with self._on.read() as session:
            found = {report.id or 0: going_of(session, report) for report in reports}
        return {report_id: going for report_id, going in found.items() if going is not None}

    def in_line(self, reports: Iterable[Report]) -> set[int]:
        """Those of these reports that wait for the machine, which has not begun with them."""
        with self._on.read() as session:
            return {report.id or 0 for report in reports if is_in_line(session, report)}

    def uses(self, key: str) -> list[ToolUse]:
        """What a run's tools did, in order."""
        with self._on.read() as session:
            rows = select(ToolUse).where(ToolUse.run == key).order_by(col(ToolUse.turn), col(ToolUse.place))
            return list(session.exec(rows))

    def of_report(self, report_id: int, *, stage: str = "", since: dt.datetime | None = None) -> list[RunSeen]:
        """Those of a report, with the digests of its signals; newest first."""
        theirs = or_(col(ModelCall.report_id) == report_id, col(Signal.report_id) == report_id)
        return self._seen([theirs], [col(Run.report_id) == report_id], stage, since)

    def all(self, *, stage: str = "", since: dt.datetime | None = None) -> list[RunSeen]:
        """Every one, newest first; strands come after their run, by name."""
        return self._seen([], [], stage, since)

    def _seen(
        self, calls: list[ColumnElement[bool]], runs: list[ColumnElement[bool]], stage: str, since: dt.datetime | None
    ) -> list[RunSeen]:
        if stage:
            calls, runs = [*calls, col(ModelCall.stage) == stage], [*runs, col(Run.stage) == stage]
        if since is not None:
            calls, runs = [*calls, col(ModelCall.started_at) >= since], [*runs, col(Run.began_at) >= since]
        with self._on.read() as session:
            rows = {row.key: row for row in session.exec(select(Run).where(*runs))}
            used = _tools(session, runs)
            found = {(row.key, row.stage.value): _begun(row, used.get(row.key, Used())) for row in rows.values()}
            for call, signal_source, filed_under, repository, source in session.execute(_calls(calls)):
                name = call.run or (f"signal:{call.signal_id}" if call.signal_id else f"report:{call.report_id}")
                known = found.get((name, call.stage)) or RunSeen(
                    key=name,
                    stage=call.stage,
                    report_id=call.report_id or filed_under,
                    source=source or signal_source or "",
                    repository=repository or "",
                    began_at=call.started_at,
                )
                found[name, call.stage] = _with(known, call)
        whole = [run.model_copy(update=_as_ended(rows.get(run.key), run)) for run in found.values()]
        began = {(run.key, run.stage): run.began_at for run in whole}
        by_name = sorted(whole, key=lambda run: run.strand)
        return sorted(by_name, key=lambda run: began.get((run.whole, run.stage), run.began_at), reverse=True)


def totals(runs: Iterable[RunSeen], by: RollUp) -> list[Total]:
    """The runs summed up, the dearest first. A strand is a part of its run, which has waited for it meanwhile."""
    sums: dict[str, Total] = {}
    for run in runs:
        total = sums.setdefault(name := str(getattr(run, by.value)), Total(name=name))
        more = run.model_copy(update={"seconds": 0.0}) if run.strand else run
        sums[name] = total.model_copy(update={**total.plus(more), "runs": total.runs + (not run.strand)})
    return sorted(sums.values(), key=lambda total: (-total.usd, total.name))


def _calls(which: list[ColumnElement[bool]]) -> Any:
    """Calls of models in their order, with what is known of where they belong."""
    return (
        columns(ModelCall, col(Signal.source), col(Signal.report_id), col(Report.repository), col(Run.source))
        .select_from(ModelCall)
        .join(Signal, col(Signal.id) == ModelCall.signal_id, isouter=True)
        .join(Report, col(Report.id) == func.coalesce(ModelCall.report_id, Signal.report_id), isouter=True)
        .join(Run, col(Run.key) == ModelCall.run, isouter=True)
        .where(*which)
        .order_by(col(ModelCall.id))
    )


def _tools(session: Session, runs: list[ColumnElement[bool]]) -> dict[str, Used]:
    """What tools were used, by run."""
    rows = session.execute(
        columns(col(ToolUse.run), func.count(), func.sum(as_type(ToolUse.failed, Integer)), func.sum(ToolUse.seconds))
        .join(Run, col(Run.key) == ToolUse.run)
        .where(*runs)
        .group_by(col(ToolUse.run))
    )
    return {key: Used(tool_calls=number, tool_faults=faults, seconds=took) for key, number, faults, took in rows}


def _begun(row: Run, used: Used) -> RunSeen:
    """A run whose calls of the model are still to be counted."""
    return RunSeen(
        **used.model_dump(),
        key=row.key,
        stage=row.stage.value,
        report_id=row.report_id,
        source=row.source,
        repository=row.repository,
        began_at=row.began_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        why=row.sentence,
    )


def _with(run: RunSeen, call: ModelCall) -> RunSeen:
    """The run with one more call. A turn whose call was repeated, or went to another model too, is one turn."""
    more = Used(
        turns=max(call.turn or run.turns + 1, run.turns) - run.turns,
        calls=1,
        input_tokens=call.input_tokens,
        cached_tokens=call.cached_tokens,
        output_tokens=call.output_tokens,
        usd=call.cost_usd,
        reserved_usd=0.0 if call.settled else call.cost_usd,
        seconds=call.seconds,
    )
    answered = call.output_tokens > 0
    models = tuple(dict.fromkeys((*run.models, call.model))) if answered else run.models
    why = run.why if run.outcome is not None else call.stop_reason
    return run.model_copy(update={**run.plus(more), "models": models, "why": why})


def _as_ended(row: Run | None, run: RunSeen) -> dict[str, Any]:
    """An agent's run knows by itself how long it worked, the looking up of its citations included."""
    is_its = row is not None and row.stage == run.stage
    return {"seconds": row.seconds} if is_its and row is not None and row.seconds else {}
