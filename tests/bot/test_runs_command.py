"""`signalbox runs` over a real database."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import command_line
from storage.judgments import Outcome
from storage.store import Store
from tests.storage.test_runs import a_run, call


class Screen(io.StringIO):
    """Takes itself for a terminal. A real one's other end may be read before all has come through."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def asked(sqlite_url: str, tmp_path: Path) -> Any:
    def ask(*words: str, terminal: bool = False) -> Result | str:
        environment = {"DATABASE_URL": sqlite_url, "SIGNALBOX_HOME": str(tmp_path), "COLUMNS": "80"}
        if not terminal:
            return CliRunner().invoke(command_line(["runs"]), ["runs", *words], env=environment)
        screen = Screen()
        with CliRunner().isolation(env=environment), redirect_stdout(screen):
            command_line(["runs"])(["runs", *words], standalone_mode=False)
        return screen.getvalue()

    return ask


def test_people_see_a_table_and_machines_the_same_as_json(asked: Any, sqlite_store: Store) -> None:
    key = a_run(sqlite_store)
    report = f"SB-{key.split(':')[1]}"

    told = asked(report, "--steps")
    shown = json.loads(asked(report, "--steps", "--json").stdout)

    assert told.exit_code == 0
    assert [word for word in ("turns", "cached", "why it stopped", report, "finished", "$0.5000", "1,800") if
            word not in told.stdout] == []  # fmt: skip
    assert "read page 1" in told.stdout
    assert "searched for nothing (it failed)" in told.stdout
    (run,) = shown["runs"]
    assert (run["key"], run["turns"], run["tool_calls"], run["cached_tokens"], run["outcome"], run["why"]) == (
        key, 2, 4, 1800, "finished", "It is done.",
    )  # fmt: skip
    assert [step["line"] for step in run["steps"]][::2] == ["read page 1", "read page 2"]


def test_the_decision_that_shares_its_researchs_key_has_none_of_its_steps(asked: Any, sqlite_store: Store) -> None:
    key = a_run(sqlite_store)
    call(sqlite_store, 1, stage="decide", run=key, report_id=int(key.split(":")[1]))

    steps = {run["stage"]: len(run["steps"]) for run in json.loads(asked("--steps", "--json").stdout)["runs"]}

    assert steps == {"research": 4, "decide": 0}
    assert asked("--steps").stdout.count("read page 1") == 1


def test_money_that_is_put_aside_for_a_call_without_an_answer_is_marked(asked: Any, sqlite_store: Store) -> None:
    key = a_run(sqlite_store, ended=False)
    report = f"SB-{key.split(':')[1]}"
    answered = asked(report).stdout
    sqlite_store.spending.reserve("research", "S-1", "m-1", 0.28, run=key, turn=3)

    assert "≤" not in answered
    assert "≤ $0.7800" in asked("--stage", "research").stdout
    (total,) = json.loads(asked("--totals", "stage", "--json").stdout)["totals"]
    assert (total["usd"], total["reserved_usd"]) == (pytest.approx(0.78), pytest.approx(0.28))
    assert "≤ $0.7800" in asked("--totals", "stage").stdout


REFUSED = "What the agent handed in was refused 4 times. This is what it had submitted by then."


def test_a_run_that_did_not_simply_finish_says_how_it_ended_in_whole_lines_where_no_terminal_is(
    asked: Any, sqlite_store: Store
) -> None:
    key = a_run(sqlite_store, ended=False)
    sqlite_store.runs.end(key, Outcome.REFUSED, REFUSED, 33.0)
    a_run(sqlite_store)

    heading, plain, refused = asked().stdout.splitlines()

    assert heading.split()[-3:] == ["why", "it", "stopped"]
    assert (plain.endswith("  finished"), refused.endswith(f"  refused: {REFUSED}")) == (True, True)


def test_in_a_terminal_of_80_columns_no_date_sum_or_step_is_broken(asked: Any, sqlite_store: Store) -> None:
    key = a_run(sqlite_store, ended=False)
    sqlite_store.runs.branch(f"{key}/1.1")
    sqlite_store.runs.end(key, Outcome.REFUSED, REFUSED, 33.0)
    sqlite_store.spending.reserve("research", "S-1", "m-1", 0.28, run=key, turn=3)

    lines = asked("--steps", terminal=True).splitlines()

    assert [line for line in lines if len(line) > 80] == []
    assert len(lines) == 1 + 2 + 4
    assert re.match(r"\d\d-\d\d \d\d:\d\d:\d\d  SB-1 .*  ≤ \$0\.7800  .*refused: What.*…$", lines[1])
    assert lines[2] == "  1. read page 1"


def test_runs_are_summed_up(asked: Any, sqlite_store: Store) -> None:
    a_run(sqlite_store)
    a_run(sqlite_store)

    (total,) = json.loads(asked("--totals", "repository", "--json").stdout)["totals"]

    assert (total["name"], total["runs"], total["turns"], total["usd"]) == ("acme/app", 2, 4, 1.0)
    assert "acme/app" in asked("--totals", "repository").stdout


def test_strands_come_after_their_run_and_are_told_apart_from_it(asked: Any, sqlite_store: Store) -> None:
    key, other = a_run(sqlite_store), a_run(sqlite_store)
    for name in ("1.2", "1.1"):
        sqlite_store.runs.branch(f"{key}/{name}")

    told = json.loads(asked("--json").stdout)["runs"]

    assert [(run["key"], run["strand"]) for run in told] == [
        (other, ""), (key, ""), (f"{key}/1.1", "1.1"), (f"{key}/1.2", "1.2"),
    ]  # fmt: skip
    assert [line.split()[3:5] for line in asked().stdout.splitlines()[3:]] == [["strand", "1.1"], ["strand", "1.2"]]


def test_runs_are_narrowed_to_a_stage_and_a_time(asked: Any, sqlite_store: Store) -> None:
    a_run(sqlite_store)

    assert json.loads(asked("--stage", "fix", "--json").stdout) == {"runs": []}
    assert json.loads(asked("--stage", "research", "--since", "1h", "--json").stdout)["runs"]
    assert "Nothing was done" in asked("--stage", "fix").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("SB-x",), "is no report"),
        (("SB-999",), "There is no report 999"),
        (("--since", "soon"), "neither a span"),
        (("--totals", "stage", "--steps"), "leave out one of them"),
    ],
)
def test_what_cannot_be_looked_up_is_said_in_a_sentence(
    asked: Any, sqlite_store: Store, words: tuple[str, ...], says: str
) -> None:
    answer = asked(*words)

    assert answer.exit_code == 1
    assert says in answer.stderr
