"""Spending: every call of a model, reserved with its estimate before it is made and settled with its cost after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage.judgments import Stage
from storage.records import Signal
from storage.run_rows import ModelCall
from storage.transactions import Transactions, locked

SUPERSEDED = "superseded"  # the stop reason of a call that died with its process and was made anew
WRITTEN_OFF = "never_answered"  # of one that nobody made anew


class Spent(BaseModel):
    """A sum of calls."""

    model_config = ConfigDict(frozen=True)

    usd: float = 0.0  # with the estimates of calls that are not settled
    calls: int = 0
    seconds: float = 0.0
    input_tokens: int = 0
    cached_tokens: int = 0  # read from the model's cache, beside the input
    output_tokens: int = 0

    @classmethod
    def sum_of(cls, parts: Iterable[Spent]) -> Spent:
        """All of them together."""
        kept = tuple(parts)
        return cls(
            usd=sum(part.usd for part in kept),
            calls=sum(part.calls for part in kept),
            seconds=sum(part.seconds for part in kept),
            input_tokens=sum(part.input_tokens for part in kept),
            cached_tokens=sum(part.cached_tokens for part in kept),
            output_tokens=sum(part.output_tokens for part in kept),
        )


class Spending:
    """The calls of models and what they cost."""

    def __init__(self, transactions: Transactions) -> None:
        self._on = transactions

    def model_of(self, signal_id: int, stage: str) -> str:
        """The model that answered last in a stage about a signal; empty when none was asked."""
        with self._on.read() as session:
            calls = select(ModelCall.model).where(ModelCall.signal_id == signal_id, ModelCall.stage == stage)
            return session.exec(calls.order_by(col(ModelCall.id).desc()).limit(1)).first() or ""

    def reserve(
        self,
        stage: str,
        subject: str,
        model: str,
        usd: float,
        *,
        report_id: int | None = None,
        signal_id: int | None = None,
        run: str = "",
        turn: int = 0,
    ) -> int:
        """Put the estimated cost aside before a call; the call's id.

        An earlier call of the same turn of a run that was not settled died with its process: it costs nothing more.
        """
        with self._on.write() as session:
            if run and turn:
                same = col(ModelCall.run) == run, col(ModelCall.stage) == stage, col(ModelCall.subject) == subject
                _give_up(session, SUPERSEDED, *same, col(ModelCall.turn) == turn)
            call = ModelCall(stage=stage, subject=subject, model=model, cost_usd=usd, run=run, turn=turn)
            call.report_id, call.signal_id = report_id, signal_id
            session.add(call)
            session.flush()
            return call.id or 0

    def settle(
        self,
        call_id: int,
        *,
        input_tokens: int = 0,
        output_tokens: int = 0,
        cached_tokens: int = 0,
        seconds: float = 0.0,
        stop_reason: str = "",
        usd: float = 0.0,
    ) -> None:
        """Replace the estimate by what it was. Raises NotFound."""
        with self._on.write() as session:
            call = locked(session, ModelCall, call_id)
            call.input_tokens, call.output_tokens, call.cached_tokens = input_tokens, output_tokens, cached_tokens
            call.seconds, call.stop_reason, call.cost_usd = seconds, stop_reason, usd
            call.settled = True

    def write_off(self, before: dt.datetime) -> int:
        """Free what was put aside before a moment for calls that were never settled; how many there were.

        One that is settled later after all costs what it cost.
        """
        with self._on.write() as session:
            return _give_up(session, WRITTEN_OFF, col(ModelCall.started_at) < before)

    def of_report(self, report_id: int) -> Spent:
        """What a report has cost, with the digests of its signals."""
        with self._on.read() as session:
            return Spent.sum_of(spent_by_stage(session, report_id).values())

    def at_stage(self, report_id: int, stage: Stage) -> Spent:
        """What one stage used for a report."""
        with self._on.read() as session:
            return spent_by_stage(session, report_id).get(stage.value, Spent())

    def since(self, moment: dt.datetime) -> Spent:
        """What was spent on calls that started at or after a moment."""
        with self._on.read() as session:
            return Spent.sum_of(_by_stage(session, col(ModelCall.started_at) >= moment).values())

    def total(self) -> Spent:
        """What was spent since the beginning."""
        with self._on.read() as session:
            return Spent.sum_of(_by_stage(session, col(ModelCall.id).is_not(None)).values())


def _give_up(session: Session, because: str, *which: ColumnElement[bool]) -> int:
    """Let the calls among these that are not settled cost nothing; how many they were."""
    nothing = {"settled": True, "cost_usd": 0.0, "stop_reason": because}
    done: Any = session.execute(update(ModelCall).where(col(ModelCall.settled).is_(False), *which).values(**nothing))
    return int(done.rowcount)


def spent_by_stage(session: Session, report_id: int) -> dict[str, Spent]:
    """What a report has cost, by stage, with the digests of its signals."""
    signals = select(Signal.id).where(Signal.report_id == report_id)
    mine = or_(col(ModelCall.report_id) == report_id, col(ModelCall.signal_id).in_(signals))
    return _by_stage(session, mine)


def _by_stage(session: Session, which: ColumnElement[bool]) -> dict[str, Spent]:
    rows = session.execute(
        columns(
            col(ModelCall.stage),
            func.sum(ModelCall.cost_usd),
            func.count(),
            func.sum(ModelCall.seconds),
            func.sum(ModelCall.input_tokens),
            func.sum(ModelCall.output_tokens),
            func.sum(ModelCall.cached_tokens),
        )
        .where(which)
        .group_by(col(ModelCall.stage))
        .order_by(func.min(col(ModelCall.id)))
    )
    return {
        stage: Spent(
            usd=usd, calls=calls, seconds=seconds, input_tokens=put_in, output_tokens=got_out, cached_tokens=cached
        )
        for stage, usd, calls, seconds, put_in, got_out, cached in rows
    }
