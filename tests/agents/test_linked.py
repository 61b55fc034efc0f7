"""Issues that people linked with a report: what is brought of one joins it, and our pull request names it."""

from __future__ import annotations

import pytest

from agents.cases import Linked
from agents.people.linking import identifier_of
from agents.pull_requests.text import pull_request_draft
from storage.raw import Severity
from storage.status import Visibility
from tests.agents.handed_in import PROOF, a_case, handed_in
from tests.agents.placed import ADA, FAULTS, World

ISSUE = "https://github.example/acme/app/issues/12"


def test_what_is_brought_of_a_linked_issue_joins_its_report_and_needs_no_judge(world: World) -> None:
    report = world.comes(FAULTS[0])
    world.comes(FAULTS[1])
    asked = len(world.judge.asked)
    world.store.linked.link(report.id or 0, ISSUE, "acme/app#12", "U1")

    assert world.comes(FAULTS[2], source="github", keys=(f"url:{ISSUE}",)).id == report.id
    assert world.comes(FAULTS[3], body=f"the same as {ISSUE}, it seems").id == report.id
    assert len(world.judge.asked) == asked

    world.store.linked.unlink(report.id or 0, ISSUE, "U1")
    assert world.store.linked.of_report(report.id or 0) == []


def test_it_speaks_for_no_room_but_its_own_and_for_the_heir_of_what_was_merged(world: World) -> None:
    report, heir = world.comes(FAULTS[0]), world.comes(FAULTS[1])
    world.store.linked.link(report.id or 0, ISSUE, "acme/app#12", "U1")
    hidden = {"visibility": Visibility.PRIVATE, "channel": "C09SECRET", "severity": Severity.ERROR}
    assert world.comes(FAULTS[2], keys=(f"url:{ISSUE}",), **hidden).id not in (report.id, heir.id)

    world.correcting.merge(report.id or 0, heir.id or 0, ADA, lambda _: True)
    assert world.comes(FAULTS[3], keys=(f"url:{ISSUE}",)).id == heir.id


def test_the_repositorys_own_is_closed_by_the_merge_and_another_is_named() -> None:
    own = Linked(identifier="acme/shop#44", url="https://github.example/acme/shop/issues/44")
    pull = Linked(identifier="acme/shop#45", url="https://github.example/acme/shop/pull/45")
    tracked = Linked(identifier="SHOP-7", url="https://linear.example/acme/issue/SHOP-7")
    case = a_case(linked=(own, pull, tracked))
    name = case.repository.name
    case = a_case(linked=tuple(each.model_copy(update={"identifier": each.identifier.replace("acme/shop", name)})
                               for each in (own, pull, tracked)))  # fmt: skip
    body = pull_request_draft(case, (), handed_in(), PROOF, branch="b").body

    assert "Fixes #44" in body
    assert "Fixes #45" not in body
    assert "- [SHOP-7](https://linear.example/acme/issue/SHOP-7)" in body
    hidden = pull_request_draft(case.model_copy(update={"discreet": True}), (), handed_in(), PROOF, branch="b").body
    assert "SHOP-7" not in hidden


@pytest.mark.parametrize(
    "address",
    [
        "https://me:ghp_0123456789@github.example/acme/app/issues/12",
        "https://evil.example\\@github.example/acme/app/issues/12",
        "https://me:secret@linear.example/acme/issue/SHOP-7",
    ],
)
def test_an_address_with_a_password_or_that_browsers_read_otherwise_is_no_issue(address: str) -> None:
    assert identifier_of(address) == ""


def test_an_issue_is_called_as_people_call_it() -> None:
    assert identifier_of(ISSUE) == "acme/app#12"
    assert identifier_of("https://linear.app/acme/issue/shop-7") == "SHOP-7"
    assert identifier_of("https://acme.sentry.io/issues/12345") == ""
