"""How far the work on a report is: read from its rows, and told again about once a minute of its run."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import Session, select

from agents.running import run_key
from storage.columns import now
from storage.going import Going
from storage.judgments import Outcome, Stage
from storage.run_rows import ModelCall, Run
from storage.status import Mover, Status
from storage.store import Store
from tests.factories import a_report
from tests.storage.test_runs import call, use


def begun(store: Store) -> tuple[int, str]:
    report_id = a_report(store, status=Status.GATHERING).id or 0
    awaits = Status.AWAITING_RESEARCH
    report = store.reports.move(report_id, awaits, mover=Mover.WORLD, who="world", because="it is ripe")
    key = run_key(Stage.RESEARCH, report)
    store.runs.begin(key, Stage.RESEARCH, report_id)
    return report_id, key


def going(store: Store, report_id: int) -> Going | None:
    return store.reports.snapshot(report_id).going


def test_a_run_that_goes_on_tells_its_turns_its_money_and_what_was_done_last(store: Store) -> None:
    report_id, key = begun(store)
    call(store, 1, run=key, report_id=report_id)
    store.runs.turned(key, 1, [use("searched for share"), use("read shop.py")])
    store.runs.branch(f"{key}/1.1")
    call(store, 1, run=f"{key}/1.1", report_id=report_id)
    store.runs.turned(f"{key}/1.1", 1, [use("read cart.py")])
    store.runs.end(f"{key}/1.1", Outcome.FINISHED, "Done.", 1.0)

    found = going(store, report_id)
    assert found is not None
    told = Going(
        stage=Stage.RESEARCH, turns=1, usd=0.5, doing="read cart.py", began_at=found.began_at,
        reached_at=found.reached_at,
    )  # fmt: skip
    assert found == told
    assert found.reached_at > found.began_at
    assert store.runs.going([store.reports.get(report_id), a_report(store)]) == {report_id: told}
    store.runs.end(key, Outcome.FINISHED, "Done.", 2.0)
    assert going(store, report_id) is None


def test_nothing_goes_on_before_a_run_begins_nor_while_a_report_waits_for_people(store: Store) -> None:
    report_id = a_report(store, status=Status.GATHERING).id or 0
    assert going(store, report_id) is None
    store.reports.move(report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="it is ripe")
    assert going(store, report_id) is None
    store.runs.begin(f"research:{report_id}:1", Stage.RESEARCH, report_id)
    store.reports.move(report_id, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="nothing found")
    assert going(store, report_id) is None


@pytest.mark.parametrize(
    ("began", "called", "drawn"),
    [(10.0, 5.0, False), (80.0, 30.0, True), (80.0, 5.0, False), (130.0, 70.0, True)],  # seconds ago
)
def test_a_report_is_drawn_anew_by_the_turn_in_which_a_minute_of_its_run_ends(
    store: Store, began: float, called: float, *, drawn: bool
) -> None:
    report_id, key = begun(store)
    call(store, 1, run=key, report_id=report_id)
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        session.get_one(Run, key).began_at = now() - dt.timedelta(seconds=began)
        session.exec(select(ModelCall)).one().started_at = now() - dt.timedelta(seconds=called)
    shown(store, report_id)
    before = store.reports.get(report_id).version

    store.runs.turned(key, 1, [use()])
    store.runs.turned(key, 1, [use()])

    assert store.reports.get(report_id).version - before == drawn, "once, however often it is told"


def test_what_is_followed_by_minutes_of_work_is_told_at_once(store: Store) -> None:
    report_id, key = begun(store)
    call(store, 1, run=key, report_id=report_id)
    shown(store, report_id)
    before = store.reports.get(report_id).version

    store.runs.turned(key, 1, [use()], tell=True)

    assert store.reports.get(report_id).version == before + 1


@pytest.mark.parametrize(("seconds", "drawn"), [(80.0, False), (130.0, True)])  # since the run began
def test_where_many_are_at_work_each_is_drawn_less_often(store: Store, seconds: float, *, drawn: bool) -> None:
    report_id, key = begun(store)
    for _ in range(9):
        other, its = begun(store)
        call(store, 1, run=its, report_id=other)
    call(store, 1, run=key, report_id=report_id)
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        session.get_one(Run, key).began_at = now() - dt.timedelta(seconds=seconds)
        own = session.exec(select(ModelCall).where(ModelCall.run == key)).one()
        own.started_at = now() - dt.timedelta(seconds=60)
    shown(store, report_id)
    before = store.reports.get(report_id).version

    store.runs.turned(key, 1, [use()])

    assert store.reports.get(report_id).version - before == drawn


def test_what_waits_for_its_turn_is_drawn_anew_when_it_begins_whatever_the_time_there(store: Store) -> None:
    report_id = a_report(store, status=Status.GATHERING).id or 0
    assert not store.reports.snapshot(report_id).in_line
    report = store.reports.move(
        report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="it is ripe"
    )
    assert store.reports.snapshot(report_id).in_line
    shown(store, report_id)
    before, key = store.reports.get(report_id).version, run_key(Stage.RESEARCH, report)

    for _ in range(2):
        store.runs.begin(key, Stage.RESEARCH, report_id)

    assert store.reports.get(report_id).version - before == 1
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        session.get_one(Run, key).began_at = report.since - dt.timedelta(seconds=30)  # as a machine that is late has it
    assert not store.reports.snapshot(report_id).in_line
    assert going(store, report_id) is not None
    store.runs.end(key, Outcome.FINISHED, "Done.", 2.0)
    assert not store.reports.snapshot(report_id).in_line, "it judges what it found"


def shown(store: Store, report_id: int) -> None:
    version = store.outbox.take_pen(report_id, "me", 60.0)
    assert version is not None
    store.outbox.put_pen_down(report_id, "me", version)
