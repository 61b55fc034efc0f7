"""The port of an issue tracker, on the fake and on Linear's adapter over loopback; and what only that can get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

import pytest

from agents.adapters.linear import Linear as Client
from agents.adapters.linear_issues import LinearIssues
from agents.errors import SourceDown, SourceRejected
from agents.tracker_ports import IssueDraft, IssueTracker
from playground.faults import Fault, Faults, Kind, Moment
from playground.linear import Linear
from playground.loopback import Loopback
from tests.fake_issue_tracker import FakeIssueTracker

KEY, OTHER = uuid4(), uuid4()
DRAFT = IssueDraft(title="Exports fail", description="Large ones end with an error.")
PULL = "https://code.example/acme/shop/pull/7"
GRAPHQL = "linear:graphql"


class Stand(Protocol):
    """A tracker under test, and what is seen there."""

    @property
    def tracker(self) -> IssueTracker: ...

    def shown(self) -> list[tuple[str, str, tuple[str, ...]]]: ...

    def lose_an_answer(self, what: str) -> None: ...


@dataclass
class FakeStand:
    tracker: FakeIssueTracker = field(default_factory=FakeIssueTracker)

    def shown(self) -> list[tuple[str, str, tuple[str, ...]]]:
        found = self.tracker.drafts.items()
        return [(draft.title, draft.description, self.tracker.links.get(key, ())) for key, draft in found]

    def lose_an_answer(self, what: str) -> None:
        self.tracker.loses = what


@dataclass
class LinearStand:
    server: Linear
    faults: Faults
    tracker: LinearIssues

    def shown(self) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(issue.title, issue.description, issue.links) for issue in self.server.issues()]

    def lose_an_answer(self, what: str) -> None:
        call = {"issue": "linear:issueCreate", "link": "linear:attachmentLinkURL"}[what]
        self.faults.plan(Fault(call, Moment.PERFORMED, Kind.DROP))


@pytest.fixture
def linear() -> Iterator[LinearStand]:
    faults = Faults()
    server = Linear("lin_key", faults)
    server.add_team("SHOP")
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield LinearStand(server, faults, LinearIssues(Client("lin_key", server.address or ""), "SHOP"))


@pytest.fixture(params=["fake", "linear"])
def stand(request: pytest.FixtureRequest) -> Stand:
    found: Stand = FakeStand() if request.param == "fake" else request.getfixturevalue("linear")
    return found


def test_an_issue_is_made_once_for_each_key_and_found_again(stand: Stand) -> None:
    made = stand.tracker.ensure_issue(KEY, DRAFT)
    assert made.identifier == "SHOP-1"
    assert made.url.endswith("/issue/SHOP-1")
    again = stand.tracker.ensure_issue(KEY, IssueDraft(title="Other words", description=""))
    assert again == made
    assert stand.tracker.ensure_issue(OTHER, DRAFT).identifier == "SHOP-2"
    assert stand.shown() == [(DRAFT.title, DRAFT.description, ())] * 2


def test_an_address_is_linked_once(stand: Stand) -> None:
    stand.tracker.ensure_issue(KEY, DRAFT)
    for url in (PULL, PULL, f"{PULL}1"):
        stand.tracker.ensure_link(KEY, url, "Pull request #7")
    assert stand.shown()[0][2] == (PULL, f"{PULL}1")
    stand.tracker.ensure_link(OTHER, PULL, "of an issue that people have deleted")


@pytest.mark.parametrize("what", ["issue", "link"])
def test_what_was_made_and_not_answered_is_not_made_again(stand: Stand, what: str) -> None:
    if what == "link":
        stand.tracker.ensure_issue(KEY, DRAFT)
    stand.lose_an_answer(what)
    for _ in range(2):
        try:
            stand.tracker.ensure_issue(KEY, DRAFT) if what == "issue" else stand.tracker.ensure_link(KEY, PULL, "#7")
        except SourceDown:
            continue
    assert stand.shown() == [(DRAFT.title, DRAFT.description, (PULL,) if what == "link" else ())]


def test_a_team_that_is_not_seen_is_named(linear: LinearStand) -> None:
    tracker = LinearIssues(linear.tracker.client, "NONE")
    with pytest.raises(SourceRejected, match=r"no team NONE; check `team` under \[linear\]"):
        tracker.ensure_issue(KEY, DRAFT)


def test_a_key_that_may_not_write_is_noticed_without_writing(linear: LinearStand) -> None:
    assert not linear.tracker.lacks_write()
    linear.server.may_write = False
    assert linear.tracker.lacks_write()
    with pytest.raises(SourceRejected, match="Invalid scope: `write` required; check LINEAR_API_KEY"):
        linear.tracker.ensure_issue(KEY, DRAFT)
    assert linear.shown() == []


def test_what_linear_asks_for_is_passed_on(linear: LinearStand) -> None:
    linear.faults.plan(Fault(GRAPHQL, Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=33))
    with pytest.raises(SourceDown) as down:
        linear.tracker.ensure_issue(KEY, DRAFT)
    assert down.value.retry_after == 33
