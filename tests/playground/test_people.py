"""The script of the demo, when a visitor of the page was quicker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk import WebClient

from playground.case import Case, demo_cases
from playground.faults import Faults
from playground.loopback import Loopback
from playground.people import Impatience, People
from playground.townsfolk import CHANNELS, FLEET, SOLAR, TEAM, USERS
from playground.workspace import AppSeed, Workspace, WorkspaceSeed
from playground.workspace.asgi import app_of

APP = AppSeed()
APPROVE: dict[str, Any] = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": "approve", "value": "1", "text": {"type": "plain_text", "text": "Approve"}}
    ],
}


@dataclass
class Stage:
    """A real workspace in which the test posts what the bot would."""

    workspace: Workspace
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.slack = WebClient(APP.bot_token, base_url=self.workspace.api_url)
        town = SimpleNamespace(workspace=self.workspace, bots=[], code_host=SimpleNamespace(pull_requests=lambda _: []))
        self.people = People(town, self.heard.append, patience=0.3)  # type: ignore[arg-type]  # all they ask of a town

    def shows(self, case: Case, status: str, *, approvable: bool) -> None:
        """The bot's card says `status`, and its thread has a plan."""
        channel = SOLAR if case is CASES[0] else FLEET
        card = self.slack.chat_postMessage(channel=channel, text=f"SB-1 It fails — {status}")
        self.people.roots[case.id] = str(card["ts"])
        text = {"type": "section", "text": {"type": "plain_text", "text": "The plan"}}
        blocks = [text, APPROVE] if approvable else [text]
        self.slack.chat_postMessage(channel=channel, thread_ts=card["ts"], text="The plan: mend it", blocks=blocks)


CASES = demo_cases()


@pytest.fixture
def stage() -> Iterator[Stage]:
    workspace = Workspace(WorkspaceSeed(users=USERS, channels=CHANNELS, team=TEAM, app=APP), Faults())
    with Loopback(app_of(workspace)) as page:
        workspace.serve(page.url)
        for channel in CHANNELS:
            workspace.invite(USERS[0].id, channel.id, APP.bot_user_id)
        yield Stage(workspace)


@pytest.mark.parametrize(
    "status", ["Writing the fix and proving it.", "Waiting for the checks of #35.", "Dismissed: no"]
)
def test_whoever_finds_the_button_pressed_says_so_and_goes_on(stage: Stage, status: str) -> None:
    first = CASES[0]
    stage.shows(first, status, approvable=False)

    assert stage.people.wait_for_plan(first) is None
    stage.people.try_without_right(first)
    stage.people.approve_by_button(first)

    assert stage.people.refused == 0
    assert [line for line in stage.heard if "somebody pressed it already" in line] == stage.heard[1:]
    assert len(stage.heard) == 3


def test_olu_does_not_change_a_plan_that_was_decided_on(stage: Stage) -> None:
    second = CASES[1]
    stage.shows(second, "Gathering: I look for the cause when asked.", approvable=False)

    assert stage.people.guide(second) is None
    assert "somebody decided already" in stage.heard[0]


def test_nobody_waits_for_the_pull_request_of_a_report_that_was_dismissed(stage: Stage) -> None:
    for case in CASES:
        stage.shows(case, "Dismissed: not now", approvable=False)
    stage.people.review_and_merge_all(list(CASES))
    for case in CASES:
        stage.people.wait_for_evidence(case, "something")
        stage.people.wait_for_the_end(case)

    assert len([line for line in stage.heard if "dismissed" in line.lower()]) == 4


def test_a_plan_that_is_still_being_made_is_waited_for(stage: Stage) -> None:
    stage.shows(CASES[0], "Looking for the cause. Nobody has to do anything now.", approvable=False)

    with pytest.raises(Impatience, match="an Approve button"):
        stage.people.approve_by_button(CASES[0])


def test_a_press_that_slack_does_not_deliver_is_tried_again(stage: Stage) -> None:
    stage.shows(CASES[0], "Waiting for an approver to decide on the plan.", approvable=True)

    with pytest.raises(Impatience, match="an Approve button"):  # no bot is connected, and none comes
        stage.people.approve_by_button(CASES[0])
