"""How far the work on a report is that goes on now: time, turns, money, and what was done last."""

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
_MANY = 10  # reports at work, for each of which all are drawn a minute less often: Slack takes 50 edits a minute
_LATELY = dt.timedelta(minutes=5)  # in which what is at work has asked a model


class Going(BaseModel):
    """A run that goes on, with its strands."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    turns: int  # its own
    usd: float  # with the estimates of calls without an answer yet
    doing: str = ""  # the newest thing that a tool did, redacted and short
    began_at: dt.datetime
    reached_at: dt.datetime  # when its newest turn began, which every row here is as new as

    @property
    def seconds(self) -> float:
        """From its beginning to there, waits included."""
        return max(0.0, (self.reached_at - self.began_at).total_seconds())


def going_of(session: Session, report: Report) -> Going | None:
    """That of a report that waits for the machine; None before it began."""
    runs = _runs(session, report)
    whole = next((run for run in runs if run.outcome is None and "/" not in run.key), None)
    if whole is None:
        return None
    keys = [run.key for run in runs if run.key.partition("/")[0] == whole.key]
    own = columns(func.max(ModelCall.turn), func.max(ModelCall.started_at)).where(col(ModelCall.run) == whole.key)
    turns, reached = session.execute(own).one()
    usd = session.scalar(columns(func.sum(ModelCall.cost_usd)).where(col(ModelCall.run).in_(keys)))
    newest = select(ToolUse.line).where(col(ToolUse.run).in_(keys)).order_by(col(ToolUse.id).desc()).limit(1)
    return Going(
        stage=whole.stage, turns=turns or 0, usd=usd or 0.0, doing=session.exec(newest).first() or "",
        began_at=whole.began_at, reached_at=reached or whole.began_at,
    )  # fmt: skip


def is_in_line(session: Session, report: Report) -> bool:
    """Whether it waits for the machine, which has not begun with it."""
    return report.status in _SHOWN and not _runs(session, report)


def tell_begun(session: Session, run: Run) -> None:
    """Have the report drawn anew, which says that it waits for its turn."""
    if run.stage in _SHOWN.values():
        _draw_anew(session, run.report_id)


def tell_minutes(session: Session, key: str, *, at_once: bool = False) -> None:
    """Have the report drawn anew, in the first turn of a run that ends in another minute of it than it began in.

    Or `at_once`. Where many are at work, in another few minutes of it: what people wait for is drawn within the same
    rate.
    """
    run = session.get(Run, key.partition("/")[0])
    called = session.scalar(columns(func.max(ModelCall.started_at)).where(col(ModelCall.run) == key))
    if run is None or called is None or run.stage not in _SHOWN.values():
        return
    ended, began = _minute(now() - run.began_at), _minute(called - run.began_at)
    if at_once or (ended != began and ended // (pause := _pause(session)) != began // pause):
        _draw_anew(session, run.report_id)


def _runs(session: Session, report: Report) -> list[Run]:
    """The one that it waits for, and its strands, the newest first. They are known by the attempt in their keys: clocks
    of two machines differ.
    """
    if (stage := _SHOWN.get(report.status)) is None:
        return []
    theirs = select(Run).where(Run.report_id == report.id, Run.stage == stage).order_by(col(Run.began_at).desc())
    awaited = f":{report.attempt}"
    return [run for run in session.exec(theirs) if run.key.partition("/")[0].endswith(awaited)]


def _draw_anew(session: Session, report_id: int) -> None:
    """Unless it is to be drawn already."""
    waiting = col(Report.id) == report_id, col(Report.drawn_version) >= Report.version
    session.execute(update(Report).where(*waiting).values(version=Report.version + 1))


def _pause(session: Session) -> int:
    """Minutes of a run between two drawings."""
    lately = col(ModelCall.started_at) >= now() - _LATELY, col(ModelCall.stage).in_([*_SHOWN.values()])
    at_work = session.scalar(columns(func.count(func.distinct(ModelCall.report_id))).where(*lately))
    return 1 + (at_work or 0) // _MANY


def _minute(since: dt.timedelta) -> int:
    return int(since.total_seconds() // 60)
