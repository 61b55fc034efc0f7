"""A Linear issue for a report: made once, linked with the pull request, telling no more than its readers may know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from agents.errors import SourceDown, SourceRejected
from agents.fixes.issue_ids import is_ours, issue_id_of
from agents.pipeline import Pipeline
from agents.terms import Channel, LinearTerms
from storage.columns import now
from storage.records import Decision, EntryKind
from storage.status import Status, Visibility
from storage.store import Store
from storage.tracked import TrackedIssue
from tests.factories import a_report
from tests.fake_issue_tracker import FakeIssueTracker
from tests.fakes import PlainCheckpoint, RecordingCheckpoint
from tests.world import POLICY, World


@pytest.fixture
def tracker() -> FakeIssueTracker:
    return FakeIssueTracker()


@pytest.fixture
def make(sqlite_store: Store, tmp_path: Path, tracker: FakeIssueTracker) -> Callable[..., World]:
    def made(*, approved: bool = False, **changes: object) -> World:
        terms = {"linear": LinearTerms(team="SHOP", approved=approved), **changes}
        world = World(sqlite_store, tmp_path, policy=POLICY.model_copy(update=terms))
        world.pipeline = Pipeline(replace(world.pipeline.means, issues=tracker))
        return world

    return made


def works(world: World) -> TrackedIssue | None:
    """What the sweep would enqueue is done, until nothing is due."""
    for _ in range(5):
        for row in world.store.tracked.due(now() + world.later):
            world.pipeline.issue(row.report_id, PlainCheckpoint())
    return world.store.tracked.get(1)


def test_it_is_made_once_linked_with_the_pull_request_and_named_by_it(
    make: Callable[..., World], tracker: FakeIssueTracker
) -> None:
    world = make()
    world.reaches(Status.AWAITING_APPROVAL)
    assert works(world) is None, "it is off until somebody wants one"
    world.store.tracked.want(1, "U1")
    row = works(world)
    assert row is not None
    assert (row.identifier, row.linked) == ("SHOP-1", "")
    report = world.store.reports.get(1)
    (draft,) = tracker.drafts.values()
    assert draft.title == "Sharing fails"
    assert draft.description.startswith("Sharing among nobody fails.")
    assert "SB-1" in draft.description

    world.store.tracked.want(1, "U2")
    assert world.presses(Decision.APPROVE)
    assert world.advances().status is Status.AWAITING_CHECKS
    assert world.code_host.drafts[1].body.endswith("\nFixes SHOP-1")
    row = works(world)
    assert row is not None
    assert row.linked == world.code_host.pull_requests[1].url
    assert tracker.links == {issue_id_of(report): (row.linked,)}
    assert list(tracker.drafts) == [issue_id_of(report)]
    told = [each.text for each in world.store.reports.journal(1) if each.kind is EntryKind.EFFECT]
    assert [text for text in told if "SHOP-1" in text] == [f"made the issue SHOP-1: {row.url}"]


def test_of_a_plan_that_is_approved_one_is_made_where_the_policy_says_so(
    make: Callable[..., World], tracker: FakeIssueTracker
) -> None:
    world = make(approved=True)
    world.reaches(Status.AWAITING_CHECKS)
    row = works(world)
    assert row is not None
    assert (row.identifier, row.wanted_by) == ("SHOP-1", "U1")
    assert row.linked == world.code_host.pull_requests[1].url


def test_of_a_private_report_none_is_made_unasked_and_one_that_is_wanted_tells_nothing(
    make: Callable[..., World], tracker: FakeIssueTracker
) -> None:
    room = Channel(id="C11", visibility=Visibility.PRIVATE)
    world = make(approved=True, channels=(room,))
    world.hears(visibility=Visibility.PRIVATE, body="Nordhang cannot share")
    assert world.store.reports.get(1).visibility is Visibility.PRIVATE
    assert world.advances().status is Status.AWAITING_APPROVAL
    assert world.presses(Decision.APPROVE)
    world.advances()
    assert works(world) is None

    world.store.tracked.want(1, "U1")
    works(world)
    (draft,) = tracker.drafts.values()
    assert draft.title == "SB-1: a problem that was reported in a private channel"
    assert "Sharing" not in draft.description


def test_one_whose_maker_died_before_it_was_noted_is_found_again(
    make: Callable[..., World], tracker: FakeIssueTracker
) -> None:
    world = make()
    world.hears()
    world.store.tracked.want(1, "U1")
    tracker.loses = "issue"
    world.pipeline.issue(1, RecordingCheckpoint())
    row = world.store.tracked.get(1)
    assert row is not None
    assert (row.identifier, row.tries, row.trouble) == ("", 1, "the answer was lost")
    assert world.store.tracked.due(now()) == []
    world.later = dt.timedelta(hours=2)
    row = works(world)
    assert row is not None
    assert (row.identifier, row.trouble, len(tracker.drafts)) == ("SHOP-1", "", 1)


def test_what_fails_waits_as_a_row_and_who_wants_it_again_is_not_kept_waiting(
    make: Callable[..., World], tracker: FakeIssueTracker
) -> None:
    world = make()
    world.hears()
    first = world.store.tracked.want(1, "U1")
    tracker.trouble = [SourceDown("Linear limits our rate", 500.0), SourceRejected("no team SHOP")]
    for seconds in (500.0, 900.0):
        world.pipeline.issue(1, PlainCheckpoint())
        row = world.store.tracked.get(1)
        assert row is not None
        assert row.not_before is not None
        assert seconds - 5 < (row.not_before - now()).total_seconds() <= seconds
    again = world.store.tracked.want(1, "U1")
    assert (again.trouble, again.not_before) == ("", None)
    assert again.attempt > first.attempt, "its job has another id"
    assert [row.report_id for row in world.store.tracked.due(now())] == [1]


def test_no_two_reports_have_one_id_whatever_their_number(sqlite_store: Store) -> None:
    one, two = a_report(sqlite_store), a_report(sqlite_store)
    assert issue_id_of(one) == issue_id_of(sqlite_store.reports.get(one.id or 0))
    assert issue_id_of(one) != issue_id_of(two)
    assert issue_id_of(one) != issue_id_of(two.model_copy(update={"id": one.id}))
    assert issue_id_of(one).version == 4, "Linear's schema asks for that"


def test_ids_of_ours_are_told_from_those_of_others(sqlite_store: Store) -> None:
    assert is_ours(str(issue_id_of(a_report(sqlite_store))))
    assert not any(is_ours(str(uuid4())) for _ in range(100))
    assert not is_ours("no id")
