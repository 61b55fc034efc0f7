"""Rows and values with sensible defaults. Every argument is by keyword; what is given wins."""

from __future__ import annotations

import datetime as dt
import itertools
import struct
from typing import Any

from sqlmodel import Session

from storage.columns import now
from storage.judgments import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Grouping,
    Hypothesis,
    Plan,
    Priority,
    Research,
    Screening,
    Standing,
    Summary,
)
from storage.raw import RawSignal, Severity
from storage.records import Report, ShownPlan, Signal
from storage.reports.filing import NewReport
from storage.status import SignalStatus, Status, Visibility
from storage.store import Store

_NUMBERS = itertools.count(1)
_WITH_A_PLAN = frozenset(Status) - {Status.GATHERING, Status.AWAITING_RESEARCH, Status.AWAITING_ANSWER}


def a_moment(**ago: float) -> dt.datetime:
    """Now, or so long ago: `a_moment(hours=2)`."""
    return now() - dt.timedelta(**ago)


def a_raw_signal(**fields: Any) -> RawSignal:
    """A message in a public Slack channel; each call another one."""
    number = next(_NUMBERS)
    defaults: dict[str, Any] = {
        "source": "slack",
        "external_id": f"C1/{1_700_000_000 + number}.000100",
        "title": "",
        "body": f"The export of report {number} ends with a server error",
        "author": "U1",
        "channel": "C1",
        "thread_ts": f"{1_700_000_000 + number}.000100",
        "severity": Severity.WARNING,
        "happened_at": now(),
    }
    return RawSignal(**{**defaults, **fields})


def a_summary(**fields: Any) -> Summary:
    """What a signal says."""
    defaults: dict[str, Any] = {
        "about_product": True,
        "title": "The export fails",
        "gist": "Exporting a report ends with a server error; a file was expected.",
        "queries": ("export server error",),
    }
    return Summary(**{**defaults, **fields})


def a_vector(*parts: float) -> bytes:
    """A float32 vector of unit length, made of a few numbers."""
    length = sum(part * part for part in parts) ** 0.5 or 1.0
    return struct.pack(f"<{len(parts)}f", *(part / length for part in parts))


def a_signal(
    store: Store,
    *,
    summary: Summary | None = None,
    vector: bytes | None = None,
    report_id: int | None = None,
    keys: tuple[str, ...] = (),
    weight: float = 1.0,
    filed: bool | None = None,
    **raw: Any,
) -> Signal:
    """A signal that is kept. With `report_id` it is filed there, with `filed=True` under a report of its own."""
    signal_id = store.signals.remember(a_raw_signal(keys=keys, **raw)).signal_id
    signal = store.signals.get(signal_id)
    if not (filed or report_id is not None):
        return signal
    said = summary or a_summary()
    own = vector if vector is not None else a_vector(1.0, 0.0, 0.0, 0.0)
    store.signals.describe(signal_id, Screening(), said, own, own)
    new = NewReport(
        title=said.title,
        gist=said.gist,
        subject=signal.external_id,
        channel=signal.channel,
        visibility=signal.visibility,
        repository="acme/app",
    )
    store.filing.file(
        signal_id,
        report_id=report_id,
        grouping=Grouping(reason="They are the same problem."),
        candidates=(),
        epoch=store.filing.epoch(),
        weight=weight,
        keys=keys,
        new_report=new,
        step=f"factory:{signal_id}",
    )
    return store.signals.get(signal_id)


def a_report(
    store: Store, *, status: Status = Status.GATHERING, signals: int = 1, plan: Plan | None = None, **columns: Any
) -> Report:
    """A report in any status, with signals of its own and, where its status has one, a research and a plan.

    It is put there by hand, and not moved there: its journal holds its signals only.
    """
    channel = columns.get("channel", "C1")
    visibility = columns.get("visibility", Visibility.PUBLIC)
    first = a_signal(store, filed=True, channel=channel, visibility=visibility)
    report_id = first.report_id or 0
    for _ in range(signals - 1):
        a_signal(store, report_id=report_id, channel=channel, visibility=visibility)
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        report = session.get_one(Report, report_id)
        report.status = status
        if status is Status.STUCK:
            report.stuck_from = Status.AWAITING_RESEARCH
        if status in _WITH_A_PLAN:
            body = plan or a_plan()
            report.research = a_research(plan=body)
            report.research_passes, report.plan_revision = 1, 1
            session.add(ShownPlan(report_id=report_id, revision=1, hash=body.hash, body=body))
        for name, value in columns.items():
            setattr(report, name, value)
    return store.reports.get(report_id)


def a_plan(**fields: Any) -> Plan:
    """A plan for acme/app."""
    defaults: dict[str, Any] = {
        "repository": "acme/app",
        "title": "Close the file before it is sent",
        "approach": "Flush and close the export's file before the response is made.",
        "files": ("app/export.py", "tests/test_export.py"),
        "test": "tests/test_export.py::test_a_large_export_is_whole exports 10,000 rows and counts them.",
        "risk": "Large exports may take longer.",
        "measure": "No more server errors on /export.",
    }
    return Plan(**{**defaults, **fields})


def a_research(**fields: Any) -> Research:
    """A research that found the cause."""
    evidence = Evidence(kind=EvidenceKind.CODE, where="app/export.py", line=12, quote="return send(path)")
    defaults: dict[str, Any] = {
        "headline": "The export is sent before its file is closed",
        "cause": "send() reads the file while its last block is still in memory.",
        "confidence": Confidence.INFERRED,
        "findings": (Finding(claim="The file is open when it is sent.", evidence=(evidence,)),),
        "hypotheses": (
            Hypothesis(statement="The file is not closed.", standing=Standing.SUPPORTED, evidence_for=(evidence,)),
            Hypothesis(statement="The disk is full.", standing=Standing.REJECTED, why="It has room."),
        ),
        "plan": a_plan(),
        "priority": Priority.P2,
        "priority_reason": "Some people cannot export.",
    }
    return Research(**{**defaults, **fields})


def a_held_signal(store: Store, **raw: Any) -> Signal:
    """A signal in the quarantine."""
    signal = a_signal(store, **raw)
    store.signals.hold(
        signal.id or 0, Screening(reason="It gives orders to agents.", judged=False), step=f"hold:{signal.id}"
    )
    held = store.signals.get(signal.id or 0)
    assert held.status is SignalStatus.HELD
    return held
