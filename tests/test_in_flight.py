"""Somebody else may be at it by the time a fix begins or is pushed: people are asked, and nothing is pushed unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agents.exchange import Draft, PullRequest, Touching
from agents.fixes.fix_cases import Approved
from agents.fixes.fixing import Fixing
from agents.fixes.in_the_way import in_the_way
from agents.people.assent import Answer, Via
from agents.terms import Repository
from storage.assessment import Touch
from storage.columns import now
from storage.in_the_way import ChangedFile, InTheWay, is_said
from storage.judgments import Outcome, Stage
from storage.records import Decision
from storage.status import Status
from storage.store import Store
from tests.fake_code_host import FakeCodeHost
from tests.fake_workspaces import FakeWorkspaces
from tests.fakes import RecordingCheckpoint, calls
from tests.world import PRIYA, SUBMISSION, TOM, WRITE, World

PATCH = "--- a/shop.py\n+++ b/shop.py\n"


@dataclass
class Busy(FakeCodeHost):
    """A code host on which Dana opens a pull request just before it is asked for so many a time who is at it."""

    opens_at: int = 0
    asked: int = 0
    besides: Callable[[], object] = int  # what happens with it

    def opens(self) -> PullRequest:
        repository = Repository(name="acme/shop")
        self.ensure_branch(repository, branch="dana/guard", base_sha="b", patch=PATCH, message="Guard", at=0)
        return self.ensure_pull_request(repository, Draft(branch="dana/guard", title="Guard the division", body=""))

    def touching(self, repository: Repository, paths: Sequence[str], *, merged: bool) -> tuple[Touching, ...]:
        self.asked += 1
        if self.asked == self.opens_at:
            self.opens()
            self.besides()
        return super().touching(repository, paths, merged=merged)


class Died(BaseException):
    """The process is gone."""


def dies(*_: object, **__: object) -> None:
    raise Died


@pytest.fixture
def host() -> Busy:
    return Busy()


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path, host: Busy) -> World:
    return World(sqlite_store, tmp_path, code_host=host)


def says(world: World, words: str, later: float = 1.0, person: object = PRIYA) -> Answer | None:
    return world.assent.reply(1, words, f"{now().timestamp() + later:.6f}", person)  # type: ignore[arg-type]


def test_a_pull_request_that_somebody_opened_since_the_plan_is_asked_about_before_anything_is_paid(
    world: World, host: Busy
) -> None:
    world.reaches(Status.AWAITING_FIX)
    host.opens()
    paid, pushed = len(world.model.asked), host.pushes

    report = world.advances()

    assert (report.status, report.stuck_because) == (Status.STUCK, Outcome.IN_FLIGHT)
    assert "opened on shop.py (#1: Guard the division). I have not begun." in report.note
    assert (len(world.model.asked), host.pushes) == (paid, pushed)
    refused = says(world, "go on", person=TOM)
    assert refused is not None
    assert "You may not do this" in refused.sentence
    early = says(world, "go on", later=-60.0)
    assert early is not None
    assert not early.ok
    assert world.store.reports.get(1).status is Status.STUCK

    answer = says(world, "Go on.")
    assert answer is not None
    assert answer.ok
    assert world.advances().status is Status.AWAITING_CHECKS
    assert len(host.pull_requests) == 2
    said = world.store.plans.approvals(1)[-1]
    assert (said.decision, said.words) == (Decision.GO_ON, host.pull_requests[1].url)


def test_lines_that_were_changed_since_the_plan_are_asked_about_once(world: World, host: Busy) -> None:
    world.reaches(Status.AWAITING_FIX)
    world.moves_on("def share(total, people):\n    return float(total) / people\n")
    report = world.advances()
    assert report.stuck_because is Outcome.IN_FLIGHT
    assert "shop.py was changed on the base branch, and no longer says “return total / people”" in report.note

    guarded = {"path": "shop.py", "old": "float(total) / people", "new": "float(total) / people if people else 0"}
    handed_in = [calls(WRITE, ("edit_file", guarded)), calls(("submit_fix", SUBMISSION))]
    world.model.turns = {**world.model.turns, Stage.FIX: handed_in}
    answer = says(world, "yes")
    assert answer is not None
    assert answer.ok
    assert world.advances().status is Status.AWAITING_CHECKS


def test_one_that_is_opened_while_the_fix_is_written_keeps_it_from_being_pushed_and_nobody_pays_twice(
    world: World, host: Busy
) -> None:
    host.opens_at = 3  # for the plan, when the fix begins, before it is pushed
    world.reaches(Status.AWAITING_FIX)
    report = world.advances()
    assert report.stuck_because is Outcome.IN_FLIGHT
    assert "The fix is written and proven, and I have not pushed it." in report.note
    assert set(host.branches) == {"dana/guard"}
    paid = len(world.model.asked)

    assert says(world, "go on") is not None
    assert world.advances().status is Status.AWAITING_CHECKS
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert (fix.number, fix.rounds) == (2, 1)
    assert not [asked for asked in world.model.asked[paid:] if asked.stage is Stage.FIX]


def test_once_it_is_closed_another_look_goes_on(world: World, host: Busy) -> None:
    world.reaches(Status.AWAITING_FIX)
    number = host.opens().number
    assert world.advances().status is Status.STUCK
    assert world.assent.press(1, Decision.RETRY, person=PRIYA, via=Via.BUTTON).ok
    assert world.advances().status is Status.STUCK, "it is still open"
    host.close(number)
    assert world.assent.press(1, Decision.RETRY, person=PRIYA, via=Via.BUTTON).ok
    assert world.advances().status is Status.AWAITING_CHECKS


def test_what_the_plan_told_of_and_what_we_opened_at_other_lines_is_not_asked_about(world: World, host: Busy) -> None:
    host.opens()
    world.reaches(Status.AWAITING_FIX)
    repository = Repository(name="acme/shop")
    host.ensure_branch(repository, branch="signalbox/sb-9", base_sha="b", patch=PATCH, message="Other", at=0)
    other = host.ensure_pull_request(repository, Draft(branch="signalbox/sb-9", title="Another fault", body=""))
    opened = world.store.fixes.start(1, 99, "acme/shop", "signalbox/sb-9", "b")
    world.store.fixes.change(opened.id or 0, url=other.url)

    assert world.advances().status is Status.AWAITING_CHECKS


def test_what_a_plan_told_of_is_asked_about_where_a_standing_approval_allowed_it_unread(
    world: World, host: Busy
) -> None:
    host.opens()
    world.reaches(Status.AWAITING_FIX)
    means = world.pipeline.means
    approved = Fixing(means)._approved(1)
    assert isinstance(approved, Approved)
    tip = means.workspaces.head(approved.repository)
    assert in_the_way(means, approved, tip) is None
    way = in_the_way(means, replace(approved, consent=replace(approved.consent, ahead=True)), tip)
    assert way is not None
    assert [one.url for one in way.pull_requests] == [host.pull_requests[1].url]


def test_where_no_checkout_of_what_came_since_can_be_made_the_fix_itself_says_so(world: World, host: Busy) -> None:
    world.reaches(Status.AWAITING_FIX)
    means = world.pipeline.means
    approved = Fixing(means)._approved(1)
    assert isinstance(approved, Approved)
    world.moves_on("def share(total, people):\n    return float(total) / people\n")
    tip = means.workspaces.head(approved.repository)
    assert in_the_way(means, approved, tip) is not None
    unusable = FakeWorkspaces(Path("nowhere"), unusable="a package has no wheel")
    assert in_the_way(replace(means, workspaces=unusable), approved, tip) is None


def test_a_further_round_of_our_own_pull_request_goes_on_whoever_else_is_at_it(world: World, host: Busy) -> None:
    world.reaches(Status.AWAITING_CHECKS)
    host.opens()
    host.conflict(1)
    assert world.advances().status is Status.AWAITING_FIX
    assert world.advances().stuck_because is not Outcome.IN_FLIGHT


def test_who_dies_before_people_are_asked_pushes_what_was_proven_once_the_way_is_free(
    world: World, host: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.opens_at = 3
    world.reaches(Status.AWAITING_FIX)
    checkpoint = RecordingCheckpoint()
    with monkeypatch.context() as dying:
        dying.setattr(world.store.reports, "move", dies)
        with pytest.raises(Died):
            world.pipeline.fix(1, checkpoint)
    assert world.store.reports.get(1).status is Status.AWAITING_FIX
    host.close(1)

    world.pipeline.fix(1, checkpoint.resumed(len(checkpoint.kept)))

    assert world.store.reports.get(1).status is Status.AWAITING_CHECKS
    fix = world.store.fixes.latest(1)
    assert fix is not None
    assert (fix.number, fix.rounds, fix.proof is not None) == (2, 1, True)


def test_one_that_is_dismissed_while_somebody_is_found_to_be_at_it_is_not_pushed(world: World, host: Busy) -> None:
    host.opens_at = 3
    host.besides = lambda: world.assent.press(1, Decision.DISMISS, person=PRIYA, via=Via.BUTTON)
    world.reaches(Status.AWAITING_FIX)

    assert world.advances().status is Status.DISMISSED
    assert set(host.branches) == {"dana/guard"}


def test_whatever_a_path_is_called_it_can_be_let_pass_and_no_other_with_it() -> None:
    way = InTheWay(
        pull_requests=(Touch(what="#7", url="https://host/acme/shop/pull/7"),),
        changed=(ChangedFile(path="a; b.py", quote="x"),),
    )
    assert is_said("a; b.py", way.said)
    assert is_said("https://host/acme/shop/pull/7", way.said)
    assert not is_said("https://host/acme/shop/pull/71", way.said)
    assert not is_said("shop.py", way.said)
