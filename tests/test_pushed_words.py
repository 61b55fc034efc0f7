"""What the first push tells those who read it: commit, pull request, branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.people.linking import identifier_of
from storage.records import Decision
from storage.status import Status, Visibility
from storage.store import Store
from tests.world import POLICY, SUBMISSION, World


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


def test_the_commit_says_why_and_whose_report_it_is(world: World) -> None:
    world.reaches(Status.AWAITING_CHECKS)

    (message,) = world.code_host.messages.values()
    assert message.startswith(f"{SUBMISSION['title']}\n\n{SUBMISSION['summary']}\n\n")
    assert "fails without this change" in message
    assert "Signalbox-Report: SB-1" in message


@pytest.mark.parametrize("why", ["the report is private", "the repository is public"])
def test_where_readers_may_not_see_the_report_the_pull_request_has_no_word_of_it(world: World, why: str) -> None:
    private = Visibility.PRIVATE if why == "the report is private" else Visibility.PUBLIC
    world.code_host.public = why == "the repository is public"
    world.hears(visibility=private)
    for step in (world.advances, lambda: world.presses(Decision.APPROVE), world.advances):
        step()

    said = world.store.reports.get(1)
    assert said.status is Status.AWAITING_CHECKS
    assert "may not see this report" in world.model.asked[-1].messages[0].model_dump_json()
    body = world.code_host.drafts[1].body
    assert said.gist not in body
    assert "C11" not in body
    assert "What this changes" in body


@pytest.mark.parametrize(
    ("renamed", "closed"),
    [({"acme/old": "acme/shop"}, True), ({"acme/shop": "acme/new", "acme/old": "acme/new"}, True), ({}, False)],
)
def test_an_issue_that_has_a_former_name_of_the_repository_is_its_own(
    world: World, renamed: dict[str, str], *, closed: bool
) -> None:
    world.code_host.renamed, world.code_host.public = renamed, True
    world.hears(source="github", external_id="acme/old#31", url="https://code.example/acme/old/issues/31")
    for step in (world.advances, lambda: world.presses(Decision.APPROVE), world.advances):
        step()

    assert world.store.reports.get(1).status is Status.AWAITING_CHECKS
    assert ("Fixes #31" in world.code_host.drafts[1].body) is closed
    (message,) = world.code_host.messages.values()
    assert ("Refs: #31" in message) is closed


def test_a_label_of_several_words_makes_a_branch_that_git_takes(sqlite_store: Store, tmp_path: Path) -> None:
    labelled = POLICY.repositories[0].model_copy(update={"label": "help wanted: bot"})
    world = World(sqlite_store, tmp_path, policy=POLICY.model_copy(update={"repositories": (labelled,)}))

    world.reaches(Status.AWAITING_CHECKS)

    assert world.code_host.drafts[1].label == "help wanted: bot"
    assert world.code_host.drafts[1].branch.startswith("help-wanted-bot/sb-1-")


def test_a_linked_issue_of_another_host_is_not_taken_for_the_repositorys_own(world: World) -> None:
    world.hears()
    for url in ("https://code.example/acme/shop/issues/44", "https://evil.example/acme/shop/issues/45"):
        world.store.linked.link(1, url, identifier_of(url), "U1")
    world.reaches(Status.AWAITING_CHECKS)

    body = world.code_host.drafts[1].body
    assert "Fixes #44" in body
    assert "Fixes #45" not in body
    assert "- [acme/shop#45 on evil.example](https://evil.example/acme/shop/issues/45)" in body


@pytest.mark.parametrize(
    ("url", "closed"),
    [
        ("https://code.example/acme/shop/issues/1", True),
        ("https://evil.example/acme/shop/issues/1", False),
        ("https://code.example/else/where/issues/1", False),
        ("https://code.example/acme/shop/issues/2", False),
        ("https://acme.sentry.io/issues/1", False),
    ],
)
def test_only_a_signal_whose_address_is_that_very_issue_at_our_code_host_is_closed(
    world: World, url: str, *, closed: bool
) -> None:
    world.hears(source="hook", external_id="acme/shop#1", url=url)
    world.reaches(Status.AWAITING_CHECKS)

    assert ("Fixes #1" in world.code_host.drafts[1].body) is closed
    (message,) = world.code_host.messages.values()
    assert ("Refs: #1" in message) is closed
