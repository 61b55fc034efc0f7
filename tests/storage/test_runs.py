"""Runs: counted once however often a turn is repeated, summed up, and forgotten with the words they may quote."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from storage.errors import NotFound
from storage.judgments import Outcome, Stage
from storage.run_rows import Run, ToolUse
from storage.runs import RollUp, totals
from storage.status import Status
from storage.store import Store
from tests.factories import a_moment, a_report, a_signal
from tests.storage.test_retention import make_old

SAID = "zyxwvut"


def use(line: str = "read app/export.py", *, failed: bool = False, seconds: float = 0.5) -> ToolUse:
    return ToolUse(run="", turn=0, place=0, tool="read_file", line=line, size=12, seconds=seconds, failed=failed)


def call(
    store: Store,
    turn: int,
    *,
    run: str = "",
    stage: str = "research",
    model: str = "m-1",
    report_id: int | None = None,
    signal_id: int | None = None,
    output_tokens: int = 10,
    stop_reason: str = "",
) -> int:
    call_id = store.spending.reserve(
        stage, "S-1", model, 0.5, run=run, turn=turn, report_id=report_id, signal_id=signal_id
    )
    store.spending.settle(
        call_id,
        input_tokens=100,
        cached_tokens=900,
        output_tokens=output_tokens,
        usd=0.25,
        seconds=2.0,
        stop_reason=stop_reason,
    )
    return call_id


def a_run(store: Store, *, turns: int = 2, ended: bool = True, status: Status = Status.GATHERING) -> str:
    """A research of two turns, each with a tool."""
    report_id = a_report(store, status=status).id or 0
    key = f"research:{report_id}:1"
    store.runs.begin(key, Stage.RESEARCH, report_id, source="alerts", repository="acme/app")
    for turn in range(1, turns + 1):
        call(store, turn, run=key, report_id=report_id)
        store.runs.turned(key, turn, [use(f"read page {turn}"), use("searched for nothing", failed=True)])
    if ended:
        store.runs.end(key, Outcome.FINISHED, "It is done.", 33.0)
    return key


def test_a_run_tells_what_it_used_and_why_it_ended(store: Store) -> None:
    key = a_run(store)

    (run,) = store.runs.all(stage="research")

    assert (run.key, run.stage, run.source, run.repository, run.models) == (
        key, "research", "alerts", "acme/app", ("m-1",),
    )  # fmt: skip
    assert (run.turns, run.calls, run.tool_calls, run.tool_faults) == (2, 2, 4, 2)
    assert (run.input_tokens, run.cached_tokens, run.output_tokens) == (200, 1800, 20)
    assert run.usd == pytest.approx(0.5)
    assert run.seconds == 33.0
    assert (run.outcome, run.why) == (Outcome.FINISHED, "It is done.")
    assert [(each.turn, each.place, each.line) for each in store.runs.uses(key)][:2] == [
        (1, 0, "read page 1"),
        (1, 1, "searched for nothing"),
    ]


def test_a_repeated_turn_replaces_what_its_earlier_life_did_and_both_its_calls_are_paid(store: Store) -> None:
    key = a_run(store, ended=False)
    store.runs.begin(key, Stage.RESEARCH, 1, source="other")

    call(store, 2, run=key, model="m-2")
    store.runs.turned(key, 2, [use("ran a command: ls")])

    (run,) = store.runs.all(stage="research")
    assert (run.turns, run.calls, run.tool_calls, run.source, run.outcome) == (2, 3, 3, "alerts", None)
    assert run.models == ("m-1", "m-2")
    assert run.usd == pytest.approx(0.75)
    assert run.seconds == pytest.approx(3 * 2.0 + 3 * 0.5)
    assert [each.line for each in store.runs.uses(key)] == [
        "read page 1",
        "searched for nothing",
        "ran a command: ls",
    ]


def test_a_model_that_did_not_answer_is_not_among_those_that_did(store: Store) -> None:
    key = a_run(store, turns=1, ended=False)
    call(store, 2, run=key, model="down", output_tokens=0, stop_reason="ModelDown")
    call(store, 2, run=key, model="m-2")

    (run,) = store.runs.all(stage="research")
    assert (run.models, run.turns, run.calls) == (("m-1", "m-2"), 2, 3)


def test_a_reports_runs_hold_the_digests_of_its_signals_and_the_decision_made_in_a_run(store: Store) -> None:
    key = a_run(store)
    report_id = int(key.split(":")[1])
    signal = a_signal(store, report_id=report_id, source="alerts")
    call(store, 1, stage="read", signal_id=signal.id, stop_reason="end_turn")
    call(store, 1, stage="decide", run=key, report_id=report_id, stop_reason="end_turn")
    call(store, 1, stage="read", signal_id=a_signal(store).id)

    mine = {run.stage: run for run in store.runs.of_report(report_id)}

    assert sorted(mine) == ["decide", "read", "research"]
    assert (mine["read"].source, mine["read"].repository, mine["read"].why) == ("alerts", "acme/app", "end_turn")
    assert (mine["decide"].source, mine["decide"].turns, mine["decide"].tool_calls) == ("alerts", 1, 0)
    assert mine["research"].outcome is Outcome.FINISHED
    assert len(store.runs.all()) == 4
    assert [run.stage for run in store.runs.all(stage="decide")] == ["decide"]
    assert store.runs.all(since=a_moment(hours=-1)) == []


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (RollUp.STAGE, {"research": 2, "read": 1}),
        (RollUp.SOURCE, {"alerts": 2, "slack": 1}),
        (RollUp.REPOSITORY, {"acme/app": 2, "": 1}),
    ],
)
def test_runs_roll_up_by_stage_source_and_repository(store: Store, by: RollUp, names: dict[str, int]) -> None:
    a_run(store)
    a_run(store)
    call(store, 1, stage="read", signal_id=a_signal(store).id)

    sums = totals(store.runs.all(), by)

    assert {each.name: each.runs for each in sums} == names
    assert sum(each.usd for each in sums) == pytest.approx(5 * 0.25)
    assert (sums[0].turns, sums[0].tool_calls, sums[0].cached_tokens, sums[0].seconds) == (4, 8, 3600, 66.0)


def test_a_run_whose_job_broke_off_says_so_and_a_run_that_ended_keeps_its_end(store: Store) -> None:
    going, ended = a_run(store, ended=False), a_run(store)
    for key in (going, ended):
        store.runs.broke_off(int(key.split(":")[1]), "The model did not answer.")

    why = {run.key: (run.outcome, run.why) for run in store.runs.all()}
    assert why == {
        going: (Outcome.FAILED, "The model did not answer."),
        ended: (Outcome.FINISHED, "It is done."),
    }


def test_the_end_of_a_run_that_is_not_kept_changes_nothing(store: Store) -> None:
    store.runs.end("research:9:9", Outcome.FINISHED, "It is done.", 1.0)

    assert store.runs.all() == []


def test_with_the_words_of_a_signal_goes_what_the_reports_tools_were_asked(store: Store) -> None:
    signal = a_signal(store, filed=True)
    key = f"research:{signal.report_id}:1"
    store.runs.begin(key, Stage.RESEARCH, signal.report_id or 0)
    store.runs.turned(key, 1, [use(f"searched for “{SAID}”")])
    other = a_run(store)

    store.signals.erase("slack", signal.external_id)

    assert [(each.tool, each.line) for each in store.runs.uses(key)] == [("read_file", "")]
    assert all(each.line for each in store.runs.uses(other))


def test_what_tools_of_closed_reports_were_asked_is_forgotten_in_time_and_still_counted(store: Store) -> None:
    closed, open_one = a_run(store, status=Status.RESOLVED), a_run(store, status=Status.AWAITING_APPROVAL)
    make_old(store)
    with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
        for key in (closed, open_one):
            session.get_one(Run, key).began_at = a_moment(days=200)

    store.retention.forget(a_moment(days=180))  # with the signals go the lines
    assert {key: {bool(each.line) for each in store.runs.uses(key)} for key in (closed, open_one)} == {
        closed: {False},
        open_one: {True},
    }
    store.runs.turned(closed, 3, [use()])  # of a report whose signals are gone by then

    assert [store.retention.forget(a_moment(days=180)).lines for _ in range(2)] == [1, 0]
    assert {run.key: run.tool_calls for run in store.runs.all()} == {closed: 5, open_one: 4}


def test_a_strand_is_a_part_of_its_run_and_what_it_used_is_its_own(store: Store) -> None:
    key = a_run(store)
    report_id = int(key.split(":")[1])
    strand = f"{key}/1.1"
    for _ in range(2):  # the second time as after a crash
        store.runs.branch(strand)
    call(store, 1, run=strand, report_id=report_id)
    store.runs.turned(strand, 0, [use("took up a possible cause")])
    store.runs.turned(strand, 1, [use("read page 1 too")])
    store.runs.end(strand, Outcome.OUT_OF_STEPS, "Open.", 20.0)

    run, part = store.runs.of_report(report_id)

    assert (run.key, run.strand, run.turns, run.tool_calls) == (key, "", 2, 4)
    assert run.usd == pytest.approx(0.5)
    assert (part.key, part.strand, part.whole, part.turns, part.tool_calls) == (strand, "1.1", key, 1, 2)
    assert (part.source, part.repository, part.stage) == ("alerts", "acme/app", "research")
    (total,) = totals([run, part], RollUp.STAGE)
    assert (total.runs, total.turns, total.seconds) == (1, 3, 33.0)  # the run waited while its strand was at work
    assert total.usd == pytest.approx(0.75)
    assert store.spending.of_report(report_id).usd == pytest.approx(0.75)
    with pytest.raises(NotFound):
        store.runs.branch("research:999:1/1.1")
