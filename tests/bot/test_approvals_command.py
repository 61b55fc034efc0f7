"""`signalbox approvals` over a real database."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import command_line
from storage.columns import now
from storage.decisions.standing import Room
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.factories import a_report


def ask(url: str, folder: Path, *words: str) -> Result:
    environment = {"DATABASE_URL": url, "SIGNALBOX_HOME": str(folder)}
    return CliRunner().invoke(command_line(["approvals"]), ["approvals", *words], env=environment)


def test_who_approved_which_plan_and_who_was_refused_is_told_with_what_came_of_it(
    sqlite_url: str, sqlite_store: Store, tmp_path: Path
) -> None:
    report = a_report(sqlite_store, status=Status.AWAITING_APPROVAL)
    report_id, plan = report.id or 0, sqlite_store.plans.latest(report.id or 0)
    assert plan is not None
    sqlite_store.plans.refuse(report_id, "U2", "reply", "ship \x1bit", "not an approver")
    sqlite_store.plans.decide(
        report_id, Decision.APPROVE, by="U1", via="button", plan_revision=1, plan_hash=plan.hash, to=Status.AWAITING_FIX
    )
    fix = sqlite_store.fixes.start(report_id, 1, "acme/app", "signalbox/sb-1", "0" * 40)
    sqlite_store.fixes.change(fix.id or 0, number=7, url="https://code.example/7")

    heading, refused, approved = ask(sqlite_url, tmp_path, report.ref).stdout.splitlines()
    whole = json.loads(ask(sqlite_url, tmp_path, "--json").stdout)["approvals"]

    assert heading.split()[:4] == ["at", "(UTC)", "report", "decision"]
    assert [word in refused for word in ("refused", "U2", "reply", "ship  it")] == [True] * 4
    assert [word in approved for word in ("approve", "U1", plan.hash[:12], "https://code.example/7")] == [True] * 4
    assert [(each["by"], each["plan_hash"]) for each in whole] == [("U2", ""), ("U1", plan.hash)]


def test_who_allowed_plans_ahead_how_often_that_was_used_and_who_ended_it_is_told(
    sqlite_url: str, sqlite_store: Store, tmp_path: Path
) -> None:
    report = a_report(sqlite_store, status=Status.AWAITING_APPROVAL, repository="acme/app")
    plan, at = sqlite_store.plans.latest(report.id or 0), now()
    given = sqlite_store.standing.give(
        "acme/app", by="U1", until=at + dt.timedelta(days=1), per_day=2, key="secret key", at=at
    )
    assert plan is not None
    assert given is not None
    room = Room(at - dt.timedelta(days=1), own=2, all=2)
    sqlite_store.standing.allow(given.id or 0, plan, room, at=at, because="so", needed=1, named=("U1",))
    sqlite_store.standing.stop(["acme/app"], by="U2")

    _, approved, _, standing = ask(sqlite_url, tmp_path, report.ref).stdout.splitlines()
    whole = json.loads(ask(sqlite_url, tmp_path, "--json").stdout)

    assert [word in approved for word in ("approve", "U1", "standing approval 1", plan.hash[:12])] == [True] * 4
    assert [word in standing for word in ("acme/app", "U1", "by U2: it was stopped")] == [True] * 3
    assert (whole["standing"][0]["used"], whole["approvals"][0]["standing_id"]) == (1, 1)
    assert "secret key" not in json.dumps(whole)
    assert sqlite_store.balances.since(at - dt.timedelta(days=1)).ahead == 1


@pytest.mark.parametrize(("words", "said"), [(("nonsense",), "is no report"), ((), "Nobody decided anything")])
def test_what_is_no_report_and_nothing_are_said(
    sqlite_url: str, sqlite_store: Store, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    assert sqlite_store.reports.all() == []
    assert said in ask(sqlite_url, tmp_path, *words).output


def test_of_a_report_that_nobody_decided_on_no_time_is_spoken_of(
    sqlite_url: str, sqlite_store: Store, tmp_path: Path
) -> None:
    report = a_report(sqlite_store)

    assert ask(sqlite_url, tmp_path, report.ref).stdout == f"Nobody decided anything about {report.ref}.\n"
    assert ask(sqlite_url, tmp_path, report.ref, "--since", "7d").stdout.endswith("in that time.\n")
