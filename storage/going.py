"""How far the work on a report is that goes on now: turns, money, and what was done last."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from storage.columns import now
from storage.judgments import Stage
from storage.records import Report
from storage.run_rows import ModelCall, Run, ToolUse
from storage.status import Status

_SHOWN = {Status.AWAITING_RESEARCH: Stage.RESEARCH, Status.AWAITING_FIX: Stage.FIX}


class Going(BaseModel):
    """A run that goes on, with its strands."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    turns: int  # its own
    usd: float  # with the estimates of calls without an answer yet
    doing: str = ""  # the newest thing that a tool did, redacted and short


def going_of(session: Session, report: Report) -> Going | None:
    """That of a report that waits for the machine; None before it began."""
    stage = _SHOWN.get(report.status)
    theirs = Run.report_id == report.id, Run.stage == stage, col(Run.began_at) >= report.since
    runs = session.exec(select(Run).where(*theirs).order_by(col(Run.began_at).desc())).all() if stage else ()
    whole = next((run.key for run in runs if run.outcome is None and "/" not in run.key), "")
    if stage is None or not whole:
        return None
    keys = [run.key for run in runs if run.key.partition("/")[0] == whole]
    turns = session.scalar(columns(func.max(ModelCall.turn)).where(col(ModelCall.run) == whole))
    usd = session.scalar(columns(func.sum(ModelCall.cost_usd)).where(col(ModelCall.run).in_(keys)))
    newest = select(ToolUse.line).where(col(ToolUse.run).in_(keys)).order_by(col(ToolUse.id).desc()).limit(1)
    return Going(stage=stage, turns=turns or 0, usd=usd or 0.0, doing=session.exec(newest).first() or "")


def tell_minutes(session: Session, key: str) -> None:
    """Have the report drawn anew, in the first turn of a run that ends in another minute of it than it began in."""
    run = session.get(Run, key.partition("/")[0])
    called = session.scalar(columns(func.max(ModelCall.started_at)).where(col(ModelCall.run) == key))
    if run is None or called is None or run.stage not in _SHOWN.values():
        return
    if _minute(now() - run.began_at) != _minute(called - run.began_at):
        waiting = col(Report.id) == run.report_id, col(Report.drawn_version) >= Report.version
        session.execute(update(Report).where(*waiting).values(version=Report.version + 1))


def _minute(since: dt.timedelta) -> int:
    return int(since.total_seconds() // 60)
