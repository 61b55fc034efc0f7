"""What was done about a report, as an agent that answers questions reads it."""

from __future__ import annotations

import pytest

from agents.research.recording import record_of
from agents.terms import Policy
from storage.columns import now
from storage.records import CheckState, EntryKind
from storage.status import Status
from storage.store import Store
from tests.bot.life import a_proof
from tests.factories import a_report

REVIEWED = {"reviewed": "The guard is right.", "remarks": ("Name the constant.",)}


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (Status.AWAITING_APPROVAL, "has an approver say how in this thread"),
        (Status.AWAITING_FIX, "is kept for the next try"),
        (Status.AWAITING_REVIEW, "says so on the pull request"),
        (Status.AWAITING_PROOF, "is a new report"),
        (Status.DISMISSED, "is a new report"),
    ],
)
def test_it_is_told_how_somebody_has_it_changed_now(sqlite_store: Store, status: Status, says: str) -> None:
    assert says in record_of(sqlite_store, a_report(sqlite_store, status=status), Policy())


def test_an_objection_that_kept_a_fix_back_is_told(sqlite_store: Store) -> None:
    report = a_report(sqlite_store)
    fix = sqlite_store.fixes.start(report.id or 0, 1, "acme/app", "signalbox/sb-1", "0" * 40)
    sqlite_store.fixes.change(fix.id or 0, objections=("It hides the error.",))
    assert "objects, so it was not pushed: It hides the error." in record_of(sqlite_store, report, Policy())


def test_of_a_long_journal_the_newest_lines_are_told_and_how_many_are_left_out(sqlite_store: Store) -> None:
    report = a_report(sqlite_store)
    for number in range(70):
        sqlite_store.reports.note(
            report.id or 0, EntryKind.STAGE, "machine", f"line {number}\n{'x' * 500}", step=f"{number}"
        )
    record = record_of(sqlite_store, sqlite_store.reports.get(report.id or 0), Policy())
    kept = [line for line in record.splitlines() if " machine: line " in line]
    assert len(kept) == 60
    assert " line 69 x" in kept[-1]
    assert max(map(len, kept)) < 450
    assert "older lines are left out" in record


def test_a_fix_is_told_with_its_proof_its_pull_request_and_who_merged_it(sqlite_store: Store) -> None:
    report = a_report(sqlite_store)
    report_id = report.id or 0
    fix = sqlite_store.fixes.start(report_id, 1, "acme/app", "signalbox/sb-1", "0" * 40)
    assert "was begun on" in record_of(sqlite_store, report, Policy())
    broken = a_proof().model_copy(update={"passed_after": False})
    sqlite_store.fixes.change(fix.id or 0, proof=broken)
    assert "Its proof does not hold" in record_of(sqlite_store, report, Policy())
    sqlite_store.fixes.change(
        fix.id or 0, number=7, url="https://github.example/pull/7", checks=CheckState.GREEN, ready=True,
        proof=a_proof().model_copy(update=REVIEWED), merged_at=now(), merged_by="ada",
    )  # fmt: skip
    record = record_of(sqlite_store, report, Policy())
    assert "It is proven" in record
    assert "A model that reviewed it says: The guard is right.\nIt remarks: Name the constant." in record
    assert "#7, https://github.example/pull/7, ready for review; its checks are green." in record
    assert "by ada." in record
